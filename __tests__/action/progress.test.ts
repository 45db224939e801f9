import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Handover } from '../../src/action/handover.ts';
import { OutputsError } from '../../src/action/outputs.ts';
import { Progress } from '../../src/action/progress.ts';
import { parseConfig } from '../../src/config/config.ts';
import { CancelledError } from '../../src/core/model/failure.ts';
import { JournalError } from '../../src/ports/journal.ts';
import { minimal } from '../config/raw.ts';
import { rebuildOf, runOf, stateOf } from '../core/run/runs.ts';
import { idOf, times } from '../core/summary/made-runs.ts';
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

type Written = Omit<Handover, 'process'>;

const open: Progress[] = [];

afterEach(() => {
  for (const progress of open.splice(0)) progress.dispose();
});

function newProgress(file: { isTaken?: () => boolean; isFull?: boolean } = {}) {
  const parsed = parseConfig(minimal);
  if (!parsed.ok) throw new Error('the inputs are not right');
  const written: Written[] = [];
  const reasons: string[] = [];
  const cancel = {
    ...noCancel,
    cancel: (reason: string) => reasons.push(reason),
    grantRestoring: () => noCancel.signal,
    dispose: () => undefined
  };
  const progress = new Progress(parsed.config, cancel, {
    write(handover) {
      if (file.isFull) throw new Error('ENOSPC: no space left on device');
      written.push(handover);
    },
    isTaken: file.isTaken ?? (() => false)
  });
  open.push(progress);
  return { progress, written, reasons };
}

const states = (count: number) => stateOf(times(count, (index) => runOf({}, idOf(index))));
const one = states(1);
const many = states(40);
const erased = stateOf([runOf({ rebuild: rebuildOf({ kind: 'rebuilt' }) })]);

function printedBy(work: () => void): string {
  const printed: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = (text) => printed.push(String(text)) > 0;
  try {
    work();
  } finally {
    process.stdout.write = write;
  }
  return printed.join('');
}

describe('the outputs', () => {
  test('that cannot be written at the plan end the run before anything is sent', async () => {
    const { progress } = newProgress();
    const planned = progress.planned(one);
    await expect(planned).rejects.toThrow(OutputsError);
    await expect(planned).rejects.toThrow(/cannot be written, so nothing was sent/);
  });

  test('that cannot be written later stop no rebuild, and the post step still gets what is known', () => {
    const { progress, written } = newProgress();
    const printed = printedBy(() => {
      progress.progressed(() => erased);
      progress.progressed(() => erased);
    });
    expect(written).toHaveLength(2);
    expect(printed.match(/::warning::The outputs could not be written again: /g)).toHaveLength(1);
    expect(printed).not.toContain('post step');
  });
});

describe('the handover', () => {
  test('of many instances is written now and then, the last state of them too', async () => {
    const { progress, written } = newProgress();
    let made = 0;
    for (let step = 0; step < 100; step += 1) {
      progress.progressed(() => {
        made += 1;
        return many;
      });
    }
    expect(written).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(written).toHaveLength(2);
    expect(made).toBeLessThan(10);
  });

  test('is written before a call that cannot be undone, however many instances there are', () => {
    const { progress, written } = newProgress();
    progress.progressed(() => many);
    progress.progressed(() => stateOf([runOf({}, 'i-last')]));
    progress.commit();
    expect(written).toHaveLength(2);
    expect(written.at(-1)?.state.instances.map(({ target }) => target.instance.id)).toEqual(['i-last']);
  });

  test('that cannot be written prevents such a call', () => {
    const { progress } = newProgress({ isFull: true });
    const printed = printedBy(() => {
      progress.progressed(() => many);
      expect(() => progress.commit()).toThrow(JournalError);
      expect(() => progress.commit()).toThrow(/needs cannot be written: ENOSPC/);
    });
    expect(printed).toMatch(/^::warning::Not written for the post step: ENOSPC/);
  });

  test('that the post step has taken prevents such a call, and cancels the run', () => {
    const { progress, reasons } = newProgress({ isTaken: () => true });
    progress.progressed(() => many);
    expect(() => progress.commit()).toThrow(CancelledError);
    expect(reasons).toEqual(['the post step has taken over']);
  });

  test('says at the end that the main step is over', () => {
    const { progress, written } = newProgress();
    progress.progressed(() => many);
    progress.finish(one, true);
    expect(written.map(({ ended, ok }) => ({ ended, ok }))).toEqual([
      { ended: false, ok: false },
      { ended: true, ok: true }
    ]);
  });
});
