import { expect, test } from '@jest/globals';
import { spansOf, workTime } from '../../../src/core/run/spans.ts';
import { rebuildOf, runOf } from './runs.ts';

const phases = [{ phase: 'rebuilding', fromMs: 1_000 }] as const;
const failed = rebuildOf(
  { kind: 'failed', reason: { kind: 'status', status: 'Error' } },
  { phases: [...phases, { phase: 'ended', fromMs: 5_000 }] }
);
const rollback = {
  imageId: 'm-old',
  rebuild: rebuildOf(undefined, { phases: [{ phase: 'sending', fromMs: 9_000 }] })
};

test('a rollback that is going on lasts until now, although the work before it has ended', () => {
  const run = runOf({ rebuild: failed, rollback, progress: 'working', endedAtMs: 6_000 });
  expect(spansOf(run, 20_000)).toEqual([
    { kind: 'rebuilding', isRollback: false, fromMs: 1_000, toMs: 5_000 },
    { kind: 'sending', isRollback: true, fromMs: 9_000, toMs: 20_000 }
  ]);
  expect(workTime(run, 20_000)).toEqual({ fromMs: 1_000, toMs: 20_000 });
});

test('what has ended takes no longer, however late it is', () => {
  const run = runOf({ rebuild: failed, progress: 'ended', endedAtMs: 6_000 });
  expect(workTime(run, 20_000)).toEqual({ fromMs: 1_000, toMs: 5_000 });
  expect(workTime(runOf({ progress: 'planned' }), 20_000)).toEqual({ fromMs: 20_000, toMs: 20_000 });
});
