import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { matrix, type Verdict, verdictsIn } from '../../../emulator/conformance/matrix.ts';

test('reads the lines of the check, and ignores those of the client', () => {
  const output = 'retrying...\n{"call":"stop"}\n{"call":"start","problem":"409"}\n';
  expect(verdictsIn(output)).toEqual([{ call: 'stop' }, { call: 'start', problem: '409' }]);
});

test('every client has a column, and every call of any client a row', () => {
  const results = new Map<string, readonly Verdict[] | undefined>([
    ['Go', [{ call: 'stop' }, { call: 'start' }]],
    ['Java', undefined],
    ['Python', [{ call: 'stop', problem: '409 Conflict' }]]
  ]);
  expect(matrix(results)).toEqual({
    text: [
      '| Call | Go | Java | Python |',
      '| --- | --- | --- | --- |',
      '| stop | works | not tried | FAILS |',
      '| start | works | not tried | – |',
      'Python, stop: 409 Conflict',
      ''
    ].join('\n'),
    problems: 1
  });
});

test('a client without any result has failed', () => {
  expect(matrix(new Map([['Go', []]])).problems).toBe(1);
});

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

test('the documents name the versions of the clients', () => {
  const found = (path: string, pattern: RegExp) => pattern.exec(read(path))?.[1] ?? `none in ${path}`;
  const page = read('docs/emulator.md');
  for (const name of [
    `bce-sdk-go ${found('emulator/conformance/go/go.mod', /bce-sdk-go v([\d.]+)/)}`,
    `bce-python-sdk ${found('emulator/conformance/python/requirements.txt', /^bce-python-sdk==([\d.]+)/m)}`,
    `bce-java-sdk ${found('emulator/conformance/java/pom.xml', /bce-java-sdk<\/artifactId>\s*<version>([\d.]+)/)}`,
    `@baiducloud/sdk ${found('package.json', /"@baiducloud\/sdk": "([\d.]+)"/)}`
  ]) {
    expect(page).toContain(name);
  }
});

test('the matrix of the documents has a row for each call of each check', () => {
  const sources = [
    'go/main.go',
    'python/conformance.py',
    'java/Conformance.java',
    'javascript/conformance.mjs'
  ].map((path) => read(`emulator/conformance/${path}`));
  const calls = sources.flatMap((source) =>
    [...source.matchAll(/\breport\(\s*["']([^"']+)["']/g)].map(([, call]) => call)
  );
  const [, table = ''] = read('docs/emulator.md').split('| Call | Go |');
  const rows = [...table.matchAll(/^\| ([^|]+) \| (?:works|–) \|/gm)].map(([, call]) => call);
  expect(new Set(rows)).toEqual(new Set(calls));
  expect(rows).toHaveLength(new Set(rows).size);
});
