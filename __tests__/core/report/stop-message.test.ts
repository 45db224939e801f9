import { describe, expect, test } from '@jest/globals';
import { stopMessage } from '../../../src/core/report/stop-message.ts';
import type { StopReason } from '../../../src/core/rollout/stop-reason.ts';
import type { InstanceRun } from '../../../src/core/run/instance-run.ts';
import type { RunState } from '../../../src/core/run/run-state.ts';
import { rebuildOf, stateOf } from '../run/runs.ts';
import { idOf, type Made, madeRun } from '../summary/made-runs.ts';

const rollbackFailed: Made = { rollbackSpans: [['rebuilding', 10]] };
const good = { kind: 'rebuilt' } as const;
/** Succeeded itself, and was rolled back with the others. */
const undone: Made = { run: { rollback: { imageId: 'm-old', rebuild: rebuildOf(good) } } };
const rebuilt: Made = { run: { rebuild: rebuildOf(good) } };

function messageOf(
  stop: StopReason | undefined,
  runs: readonly InstanceRun[],
  { rollback = false, isCancelled = false, failures = 1 } = {}
): string | undefined {
  const state = stateOf(runs);
  const course: RunState['course'] = {
    peakUnavailable: 1,
    failures,
    isCancelled,
    ...(stop === undefined ? {} : { stop })
  };
  return stopMessage({ ...state, course, rollout: { ...state.rollout, rollback } });
}

const failed = madeRun(idOf(1), 'failed');
const waiting = madeRun(idOf(2), 'notStarted');

describe('why a rollout stopped', () => {
  test('is not said where it did not', () => {
    expect(messageOf(undefined, [failed, waiting])).toBeUndefined();
  });

  test('is not said where there was nothing left to stop', () => {
    expect(messageOf('maxFailures', [failed])).toBeUndefined();
  });

  test.each<[StopReason, string]>([
    ['canary', 'A canary failed, so the rollout stopped. 1 of 2 was not started.'],
    ['maxFailures', '1 failed, and maxFailures is 0, so the rollout stopped. 1 of 2 was not started.'],
    [
      'noCapacity',
      '1 is unavailable for the rest of the run, and maxUnavailable is 1, so no other could be taken. 1 of 2 was not started.'
    ],
    ['cancelled', 'The run was cancelled, so nothing new was started. 1 of 2 was not started.']
  ])('is said with what was left: %s', (stop, message) => {
    expect(messageOf(stop, [failed, waiting])).toBe(message);
  });

  test('an instance that was rolled back is no longer unavailable', () => {
    const runs = [madeRun(idOf(1), 'rolledBack'), waiting];
    expect(messageOf('noCapacity', runs)).toMatch(/^0 are unavailable/);
  });

  test('counts what was rolled back, whose rollback failed, and what stays', () => {
    const runs = [
      madeRun(idOf(1), 'failed', rollbackFailed),
      madeRun(idOf(3), 'rebuilt', undone),
      madeRun(idOf(4), 'rebuilt', rebuilt)
    ];
    expect(messageOf('maxFailures', runs, { rollback: true })).toBe(
      '1 failed, and maxFailures is 0, so the rollout stopped. None was left to start. 1 was rolled back. The rollback of 1 failed. 1 stays on the new image, because no more may be unavailable at once.'
    );
  });

  test('a cancel during the rollback is said, and is the reason for what stays', () => {
    const runs = [madeRun(idOf(1), 'rolledBack'), madeRun(idOf(4), 'rebuilt', rebuilt)];
    expect(messageOf('maxFailures', runs, { rollback: true, isCancelled: true })).toMatch(
      /1 was rolled back\. 1 stays on the new image\. Then the run was cancelled\.$/
    );
  });

  test('after a cancel nothing is rolled back, and nothing is said of it', () => {
    const runs = [madeRun(idOf(4), 'rebuilt', rebuilt), waiting];
    expect(messageOf('cancelled', runs, { rollback: true, isCancelled: true })).toBe(
      'The run was cancelled, so nothing new was started. 1 of 2 was not started.'
    );
  });
});
