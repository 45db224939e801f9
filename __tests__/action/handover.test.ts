import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { findHandover, openHandover } from '../../src/action/handover.ts';
import { runOf, stateOf } from '../core/run/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'handover-'));
const variable = 'STATE_handover';

afterEach(() => {
  for (const name of [variable, 'RUNNER_TEMP', 'GITHUB_STATE']) delete process.env[name];
  rmSync(folder, { recursive: true, force: true });
});

test('a file that cannot be removed, as one that is open on Windows, does not end the post step', () => {
  // A folder in the place of the file cannot be removed as a file, on any system.
  const file = join(folder, 'state.json');
  mkdirSync(file, { recursive: true });
  writeFileSync(`${file}.part`, '');
  process.env[variable] = file;
  expect(() => findHandover()?.remove()).not.toThrow();
  // What follows it is removed all the same.
  expect(() => rmSync(`${file}.part`)).toThrow('ENOENT');
});

test('there is none if the main step did not get that far', () => {
  expect(findHandover()).toBeUndefined();
});

test('each write has the current state, whatever was written before', () => {
  mkdirSync(folder, { recursive: true });
  const runnerState = join(folder, 'runner-state');
  writeFileSync(runnerState, '');
  Object.assign(process.env, { RUNNER_TEMP: folder, GITHUB_STATE: runnerState });
  const file = openHandover();
  const [, path = ''] = /handover<<\S+\n(.*)\n/.exec(readFileSync(runnerState, 'utf8')) ?? [];
  process.env[variable] = path;

  const first = stateOf([runOf({}, 'i-1'), runOf({}, 'i-2'), runOf({}, 'i-3')]);
  const others = { ok: false, ended: false, cancelled: false };
  file.write({ state: first, ...others });
  expect(findHandover()?.read()).toMatchObject({ ...others, state: JSON.parse(JSON.stringify(first)) });

  const [one, two, three] = first.instances;
  if (one === undefined || two === undefined || three === undefined) throw new Error('three are needed');
  const second = { ...first, atMs: first.atMs + 1, instances: [one, { ...two, cancelled: true }, three] };
  file.write({ state: second, ...others, ok: true });
  const read = findHandover()?.read();
  expect(read).toMatchObject({ ok: true, state: JSON.parse(JSON.stringify(second)) });
  expect(read?.state.instances.map(({ cancelled }) => cancelled)).toEqual([false, true, false]);
  expect(read?.state.instances[2]?.target.task.image).toEqual(first.image);
});
