import { describe, expect, test } from '@jest/globals';
import { failureReasons } from '../core/report/reasons.ts';
import { read } from './files.ts';

/** Pages that exist in English and in Chinese. */
const pages = ['README', 'docs/troubleshooting', 'docs/first-run', 'docs/cloud-assistant'];

const levels = (text: string): readonly string[] =>
  [...text.matchAll(/^(#+) /gm)].map(([, marks = '']) => marks);
const blocks = (text: string): readonly string[] =>
  [...text.matchAll(/^```(\w+)\n(.*?)^```/gms)]
    .filter(([, language]) => language !== 'mermaid')
    .map(([, , block = '']) => block);
/** Names in code type, but for shell words and paths of one language. */
const names = (text: string): readonly string[] =>
  [
    ...new Set(
      [...text.replace(/^```.*?^```/gms, '').matchAll(/`([A-Za-z][\w.]*)`/g)].map(([, name = '']) => name)
    )
  ].toSorted((one, other) => one.localeCompare(other));
/** The linked pages, without headings, which differ between the languages. */
const links = (text: string): readonly string[] =>
  [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, to = '']) =>
    to.replace('.zh-CN.md', '.md').replace(/#.*$/, '')
  );

describe.each(pages)('%s in English and Chinese', (page) => {
  const [english, chinese] = [read(`${page}.md`), read(`${page}.zh-CN.md`)];

  test('have the same headings', () => {
    expect(levels(chinese)).toEqual(levels(english));
  });

  test('have the same code', () => {
    expect(blocks(chinese)).toEqual(blocks(english));
  });

  test('name the same inputs, outputs and values', () => {
    expect(names(chinese)).toEqual(names(english));
  });

  test('link to the same pages, and to each other at the top', () => {
    expect(new Set(links(chinese))).toEqual(new Set(links(english)));
    const [, name = page] = /([^/]+)$/.exec(page) ?? [];
    for (const text of [english, chinese]) {
      expect(text.split('\n').slice(0, 4).join('\n')).toContain(
        `(${name}.md) · [简体中文](${name}.zh-CN.md)`
      );
    }
  });
});

describe.each(['docs/troubleshooting.md', 'docs/troubleshooting.zh-CN.md'])('%s', (page) => {
  const sections = [...read(page).matchAll(/^### `([\w.]+)`$/gm)].map(([, name = '']) => name);

  test('has a section for every reason', () => {
    expect(sections).toEqual(expect.arrayContaining([...failureReasons]));
  });

  test('has a section for every error code that the action knows', () => {
    const known = read('src/bce/api/error-codes.ts');
    const lists = [...known.matchAll(/'([a-z]+(?:\.[a-z]+)?)'/g)].map(([, code = '']) => code);
    const kinds = [
      'read',
      'write',
      'throttled',
      'skewed',
      'denied',
      'conflict',
      'invalid',
      'transient',
      'ambiguous'
    ];
    const codes = lists.filter((code) => !kinds.includes(code));
    expect(codes.length).toBeGreaterThan(30);
    expect(sections.map((name) => name.toLowerCase())).toEqual(expect.arrayContaining(codes));
  });
});
