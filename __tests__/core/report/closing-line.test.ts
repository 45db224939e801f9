import { describe, expect, test } from '@jest/globals';
import { closingLine } from '../../../src/core/report/closing-line.ts';
import type { InstanceStatus } from '../../../src/core/run/instance-status.ts';
import { madeRun, madeState } from '../summary/made-runs.ts';

const lineOf = (ok: boolean, ...statuses: readonly InstanceStatus[]): string =>
  closingLine(
    madeState(
      statuses.map((status, at) => madeRun(`i-${at}`, status)),
      {},
      { atMs: 252_000 }
    ),
    ok
  );

describe('the last line', () => {
  test.each([
    [true, 'rebuilt', 'Rebuilt i-0 from m-new in 4m 12s.'],
    [true, 'skipped', 'Nothing was erased: i-0 runs on m-new already.'],
    [true, 'planned', 'Nothing was sent: this was a dry run.'],
    [true, 'started', 'Started the rebuild of i-0 from m-new, not waited for, in 4m 12s.'],
    [false, 'failed', 'Failed after 4m 12s: rebuild of i-0 from m-new (timedOut).'],
    [false, 'rebuilt', 'Cancelled after 4m 12s: Rebuilt i-0 from m-new.']
  ] as const)('of one (green: %s) that is %s', (ok, status, line) => {
    expect(lineOf(ok, status)).toBe(line);
  });

  test('of one that was cut off says that the rebuild goes on', () => {
    const cut = madeRun('i-0', 'inProgress');
    expect(closingLine(madeState([cut], {}, { atMs: 9_000 }), false)).toBe(
      'Cancelled after 9s: the rebuild of i-0 from m-new goes on without this run.'
    );
  });

  test('of one that was cut off in its rollback says that the rollback goes on', () => {
    const cut = madeRun('i-0', 'inProgress', { rollbackSpans: [['rebuilding', 5]] });
    expect(closingLine(madeState([cut], {}, { atMs: 9_000 }), false)).toBe(
      'Cancelled after 9s: the rollback of i-0 to m-old goes on without this run.'
    );
  });

  test('of one that was only started says so', () => {
    const { rebuild, ...others } = madeRun('i-0', 'skipped');
    if (rebuild === undefined) throw new Error('no rebuild');
    const one = { ...others, rebuild: { ...rebuild, starts: 1 } };
    expect(closingLine(madeState([one], {}, { atMs: 9_000 }), true)).toBe(
      'Nothing was erased: i-0 was on m-new already, and is started.'
    );
  });

  test('of one that was rolled back says onto what, and why', () => {
    const back = madeRun('i-0', 'rolledBack', { reason: { kind: 'status', status: 'Error' } });
    expect(closingLine(madeState([back], {}, { atMs: 9_000 }), false)).toBe(
      'Failed after 9s: i-0 was rolled back to m-old (status).'
    );
  });

  test.each([
    [true, ['rebuilt', 'rebuilt'], 'Rebuilt all 2 instances from m-new in 4m 12s.'],
    [true, ['rebuilt', 'skipped'], 'Rebuilt 1 of 2 instances from m-new (1 skipped) in 4m 12s.'],
    [true, ['skipped', 'skipped'], 'Of 2 instances, 2 skipped in 4m 12s.'],
    [
      false,
      ['failed', 'rebuilt', 'rolledBack', 'notStarted'],
      'Failed after 4m 12s: Rebuilt 1 of 4 instances from m-new (1 failed, 1 rolled back, 1 not started).'
    ]
  ] as const)('of several counts each once (green: %s, %j)', (ok, statuses, line) => {
    expect(lineOf(ok, ...statuses)).toBe(line);
  });

  test('of a rollout that had no capacity left is no cancel, although none failed', () => {
    const course = { peakUnavailable: 1, failures: 0, stop: 'noCapacity', isCancelled: false } as const;
    const runs = [madeRun('i-0', 'started'), madeRun('i-1', 'notStarted')];
    expect(closingLine(madeState(runs, {}, { atMs: 9_000, course }), false)).toBe(
      'Failed after 9s: Of 2 instances, 1 started and not waited for, 1 not started.'
    );
  });
});
