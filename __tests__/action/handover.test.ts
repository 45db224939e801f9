import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { findHandover } from '../../src/action/handover.ts';

const folder = mkdtempSync(join(tmpdir(), 'handover-'));
const variable = 'STATE_handover';

afterEach(() => {
  delete process.env[variable];
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

test('there is none where the main step never came so far', () => {
  expect(findHandover()).toBeUndefined();
});
