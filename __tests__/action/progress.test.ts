import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Progress } from '../../src/action/progress.ts';
import type { Handover } from '../../src/action/state.ts';
import type { Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/config.ts';
import { minimal } from '../config/raw.ts';
import { idOf, instanceReport, runReport, times } from '../core/summary/reports.ts';
import { noCancel } from '../support/virtual.ts';

const before = process.env['GITHUB_OUTPUT'];

beforeAll(() => {
  // A file that is not there cannot be written to, as a full disk cannot.
  process.env['GITHUB_OUTPUT'] = join(tmpdir(), 'no-such-folder', 'outputs');
});

afterAll(() => {
  if (before === undefined) delete process.env['GITHUB_OUTPUT'];
  else process.env['GITHUB_OUTPUT'] = before;
});

function configOf(): Config {
  const parsed = parseConfig(minimal);
  if (!parsed.ok) throw new Error('the inputs are not right');
  return parsed.config;
}

function newProgress(): { readonly progress: Progress; readonly kept: Handover[] } {
  const kept: Handover[] = [];
  const cancel = { ...noCancel, dispose: () => undefined };
  return { progress: new Progress(configOf(), cancel, (handover) => kept.push(handover)), kept };
}

test('outputs that cannot be written stop no rebuild, and the post step gets all the same what is known', () => {
  const { progress, kept } = newProgress();
  const report = runReport([instanceReport('i-1')]);
  progress.progressed(() => report);
  progress.progressed(() => report);
  expect(kept).toHaveLength(2);
});

test('the last word has to be written: without it the step is red', () => {
  const { progress, kept } = newProgress();
  expect(() => progress.finish(runReport([instanceReport('i-1')]), true)).toThrow();
  expect(kept).toMatchObject([{ ok: true }]);
});

test('many instances are written down now and then, the last state of them too', async () => {
  const { progress, kept } = newProgress();
  const many = times(40, (index) => instanceReport(idOf(index)));
  let made = 0;
  for (let step = 0; step < 100; step += 1) {
    progress.progressed(() => {
      made += 1;
      return runReport(many);
    });
  }
  expect(kept).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(kept).toHaveLength(2);
  expect(made).toBeLessThan(10);
});
