import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FileSystem, partOf, replaceFile } from '../../src/action/replace-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'replace-'));
const file = join(folder, 'state.json');

beforeEach(() => writeFileSync(file, 'before'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A system whose first calls fail with these codes. */
function failing(
  platform: NodeJS.Platform,
  { rename = [], flush = [] }: { readonly rename?: readonly string[]; readonly flush?: readonly string[] }
): FileSystem & { readonly pauses: number[] } {
  const left = { rename: [...rename], flush: [...flush] };
  const failNext = (call: 'rename' | 'flush'): void => {
    const code = left[call].shift();
    if (code !== undefined) throw Object.assign(new Error(`${code}: ${call}`), { code });
  };
  const pauses: number[] = [];
  return {
    platform,
    pauses,
    rename(from, to) {
      failNext('rename');
      renameSync(from, to);
    },
    flush: () => failNext('flush'),
    pause: (ms) => void pauses.push(ms)
  };
}

test('a file is replaced as a whole, and nothing is left beside it', () => {
  replaceFile(file, 'after');
  expect(readFileSync(file, 'utf8')).toBe('after');
  expect(readdirSync(folder)).toEqual(['state.json']);
});

test.each(process.platform === 'win32' ? [] : [process.platform])('only its owner can read it on %s', () => {
  replaceFile(file, 'after');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

describe('on Windows', () => {
  test.each(['EPERM', 'EACCES', 'EBUSY'])(
    'a file that another program has open is tried again (%s)',
    (code) => {
      const system = failing('win32', { rename: [code, code, code] });
      replaceFile(file, 'after', system);
      expect(readFileSync(file, 'utf8')).toBe('after');
      expect(system.pauses).toEqual([10, 20, 40]);
    }
  );

  test('one that stays open fails with its error within 1.3 s, and the previous text stays', () => {
    const system = failing('win32', { rename: Array<string>(8).fill('EPERM') });
    expect(() => replaceFile(file, 'after', system)).toThrow('EPERM');
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(system.pauses.reduce((sum, ms) => sum + ms)).toBe(1270);
  });

  test('any other error is not waited for', () => {
    const system = failing('win32', { rename: ['ENOSPC'] });
    expect(() => replaceFile(file, 'after', system)).toThrow('ENOSPC');
    expect(system.pauses).toEqual([]);
  });
});

test('elsewhere a refused rename is final', () => {
  const system = failing('linux', { rename: ['EACCES'] });
  expect(() => replaceFile(file, 'after', system)).toThrow('EACCES');
  expect(readFileSync(partOf(file), 'utf8')).toBe('after');
});

test.each(['EINVAL', 'ENOTSUP', 'ENOSYS'])(
  'a file system without a flush (%s) keeps the text all the same',
  (code) => {
    replaceFile(file, 'after', failing('linux', { flush: [code] }));
    expect(readFileSync(file, 'utf8')).toBe('after');
  }
);

test('a flush that fails because the disk is full or broken is an error', () => {
  expect(() => replaceFile(file, 'after', failing('linux', { flush: ['EIO'] }))).toThrow('EIO');
  expect(readFileSync(file, 'utf8')).toBe('before');
});
