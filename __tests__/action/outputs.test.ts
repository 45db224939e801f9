import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setOutputs } from '../../src/action/outputs.ts';
import { madeRun, madeState } from '../core/summary/made-runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'outputs-'));
const file = join(folder, 'outputs');
const before = process.env['GITHUB_OUTPUT'];

beforeAll(() => {
  process.env['GITHUB_OUTPUT'] = file;
});

afterAll(() => {
  if (before === undefined) delete process.env['GITHUB_OUTPUT'];
  else process.env['GITHUB_OUTPUT'] = before;
  rmSync(folder, { recursive: true });
});

test('outputs are added to what is there, so that what others have written stays', () => {
  writeFileSync(file, 'own<<E\nvalue\nE\n');
  setOutputs(madeState([madeRun('i-1')]));
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('own<<E');
  expect(text).toContain('result<<');
});

test('an output with a value for each instance is empty where none has one', () => {
  writeFileSync(file, '');
  setOutputs(madeState([madeRun('i-1'), madeRun('i-2')]));
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/backupImageId<<(\S+)\n\n\1/);
  expect(text).toMatch(/instanceIds<<(\S+)\ni-1,i-2\n\1/);
});
