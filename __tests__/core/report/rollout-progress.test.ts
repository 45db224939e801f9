import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Pace, progressLine, remainingMs } from '../../../src/core/report/rollout-progress.ts';
import type { Member } from '../../../src/core/rollout/member.ts';
import { Members } from '../../../src/core/rollout/members.ts';
import type { Rollout } from '../../../src/core/rollout/rollout-state.ts';

const minute = 60_000;

/** How many members are where; `skipped` are checks that passed, the others are work. */
type Counts = Partial<Record<Member['state'] | 'skipped', number>>;

/** A rollout with so many members; those whose rollback ended had succeeded before. */
function rolloutOf(counts: Counts, pace: Partial<Pick<Pace, 'pauseMs' | 'pausedUntilMs'>> = {}): Rollout {
  const each = Object.entries(counts).flatMap(([where, count]) => Array.from({ length: count }, () => where));
  const tasks = each.map((where, place) => ({
    id: `i-${place}`,
    kind: where === 'skipped' ? ('check' as const) : ('work' as const),
    isUnavailable: false
  }));
  const { pauseMs = 0, pausedUntilMs } = pace;
  const settings = { canary: 0, pauseMs, maxFailures: 1_000, maxUnavailable: 13, rollback: false };
  let members = Members.of(tasks);
  for (const [place, where] of each.entries()) {
    const state = where === 'skipped' ? 'succeeded' : (where as Member['state']);
    const hasFailed = state === 'failed';
    members = members.with(`i-${place}`, { state, hasFailed, isUnavailable: hasFailed });
  }
  return {
    task: { ...settings, members: tasks },
    members,
    failures: counts.failed ?? 0,
    peakUnavailable: 0,
    owesPause: false,
    isCancelled: false,
    isOver: false,
    ...(pausedUntilMs === undefined ? {} : { pausedUntilMs })
  };
}

const usual: Counts = { succeeded: 117, failed: 3, working: 10, waiting: 370 };

/** Ten that began at 0, three that stay unavailable of the thirteen that may be, and one that took 4m 10s. */
const start: Pace = {
  beganMs: Array.from({ length: 10 }, () => 0),
  waiting: 370,
  tookMs: [250_000],
  maxUnavailable: 10,
  pauseMs: 0,
  nowMs: 0
};

describe('the line of progress', () => {
  test.each<[Counts, Partial<Pace>, string]>([
    [
      usual,
      {},
      '120 of 500 done (3 failed), 10 under way, 370 to go; about 2h 38m left (a rebuild takes 4m 10s)'
    ],
    [usual, { tookMs: [] }, '120 of 500 done (3 failed), 10 under way, 370 to go'],
    [
      { succeeded: 480, skipped: 10, working: 10 },
      { nowMs: 200_000 },
      '490 of 500 done (10 skipped), 10 under way; about 50s left (a rebuild takes 4m 10s)'
    ],
    [
      { succeeded: 487, failed: 3, working: 10 },
      { nowMs: 900_000 },
      '490 of 500 done (3 failed), 10 under way; should end any moment (a rebuild takes 4m 10s)'
    ],
    [{ succeeded: 497, failed: 3 }, { beganMs: [] }, '500 of 500 done (3 failed)'],
    [
      { succeeded: 117, failed: 3, waiting: 10 },
      { beganMs: [], pausedUntilMs: 9 * minute, pauseMs: 10 * minute },
      '120 of 130 done (3 failed), 10 to go; about 13m left (a rebuild takes 4m 10s)'
    ],
    [
      { succeeded: 1, failed: 1, rolledBack: 2, rollbackFailed: 1, rollingBack: 1, cancelled: 1 },
      { beganMs: [0], tookMs: [] },
      '5 of 7 done (1 failed, 2 rolled back, 1 whose rollback failed), 1 under way'
    ],
    [{}, { beganMs: [] }, '0 of 0 done']
  ])('%#: %j %j', (counts, patch, line) => {
    expect(progressLine(rolloutOf(counts, patch), { ...start, ...patch })).toBe(line);
  });

  test('counts nothing as still to go after a stop', () => {
    const stopped = { ...rolloutOf(usual), stop: 'maxFailures' as const };
    expect(progressLine(stopped, { ...start, tookMs: [] })).toBe('120 of 500 done (3 failed), 10 under way');
  });
});

describe('the time that is left', () => {
  test.each([
    ['nothing, before one has ended', { tookMs: [] }, undefined],
    ['what is under way, by its age', { waiting: 0, nowMs: 100_000 }, 150_000],
    ['nothing of what takes longer than usual', { waiting: 0, nowMs: 300_000 }, 0],
    ['one wave more where the slots are full', { waiting: 10 }, 500_000],
    ['no wave more where slots are free', { waiting: 5, maxUnavailable: 15 }, 250_000],
    [
      'the slot that is free first',
      { waiting: 1, maxUnavailable: 2, beganMs: [0, 100_000], nowMs: 200_000 },
      300_000
    ],
    ['a slot, also where none is free for good', { waiting: 1, maxUnavailable: 0, beganMs: [] }, 250_000],
    ['no more than there are slots', { waiting: 1, maxUnavailable: 1, beganMs: [-240_000, 0] }, 500_000],
    ['the pauses between batches', { waiting: 20, pauseMs: minute }, 3 * 250_000 + 2 * minute],
    ['what is left of a pause', { waiting: 5, beganMs: [], pauseMs: minute, pausedUntilMs: 20_000 }, 270_000],
    ['no pause before the first batch', { waiting: 5, beganMs: [], pauseMs: minute }, 250_000],
    ['no pause after the last batch', { waiting: 0, pauseMs: minute }, 250_000],
    ['the middle of the durations', { waiting: 0, tookMs: [1000, 3000, 900_000] }, 3000],
    ['the mean of the two in the middle', { waiting: 0, tookMs: [900_000, 3000, 1000, 2000] }, 2500]
  ])('is %s', (_, patch: Partial<Pace>, expected) => {
    expect(remainingMs({ ...start, ...patch })).toBe(expected);
  });

  test('is never negative, whatever is given', () => {
    const ms = fc.integer({ min: 0, max: 1e8 });
    const any = fc.record({
      beganMs: fc.array(ms),
      waiting: fc.nat(1000),
      tookMs: fc.array(ms),
      maxUnavailable: fc.integer({ min: -5, max: 1000 }),
      pauseMs: ms,
      pausedUntilMs: ms,
      nowMs: ms
    });
    const few = fc.nat(4);
    const counts = fc.record({ succeeded: few, skipped: few, failed: few, rolledBack: few, waiting: few });
    fc.assert(
      fc.property(any, counts, (pace, some) => {
        const left = remainingMs(pace);
        const isRight = pace.tookMs.length === 0 ? left === undefined : left !== undefined && left >= 0;
        return isRight && !/-\d|NaN|undefined|\n/.test(progressLine(rolloutOf(some, pace), pace));
      })
    );
  });

  test('where all take equally long, is right to within one of them, and only ever shrinks', () => {
    const world = fc.record({
      total: fc.integer({ min: 1, max: 120 }),
      maxUnavailable: fc.integer({ min: 1, max: 30 }),
      tookMs: fc.integer({ min: 1000, max: 600_000 }),
      pauseMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 600_000 })),
      stagger: fc.double({ min: 0, max: 1, noNaN: true })
    });
    fc.assert(
      fc.property(world, (of) => {
        const { tookMs } = of;
        const moments = played(of);
        const endMs = moments.at(-1)?.nowMs ?? 0;
        let before = Number.POSITIVE_INFINITY;
        for (const moment of moments) {
          const left = remainingMs(moment);
          if (left === undefined) continue;
          if (Math.abs(left - (endMs - moment.nowMs)) > tookMs || left > before) return false;
          before = left;
        }
        return before === 0;
      })
    );
  });
});

interface World {
  readonly total: number;
  readonly maxUnavailable: number;
  readonly tookMs: number;
  readonly pauseMs: number;
  /** How far the first ones are apart; with 1 the last of them begins as the first one ends. Not of batches. */
  readonly stagger: number;
}

/** A rollout in which each one takes equally long: where it is whenever one has ended, and halfway between. */
function played({ total, maxUnavailable, tookMs, pauseMs, stagger }: World): readonly Pace[] {
  const begins: number[] = [];
  const apartMs = pauseMs > 0 ? 0 : Math.floor((stagger * tookMs) / maxUnavailable);
  for (let index = 0; index < total; index += 1) {
    const batch = Math.floor(index / maxUnavailable);
    begins.push((index % maxUnavailable) * apartMs + batch * (tookMs + pauseMs));
  }
  const ends = begins.map((beganMs) => beganMs + tookMs);
  const at = (nowMs: number): Pace => {
    const done = ends.filter((endMs) => endMs <= nowMs).length;
    const underWay = begins.filter((beganMs) => beganMs <= nowMs && beganMs + tookMs > nowMs);
    const next = Math.min(...begins.filter((beganMs) => beganMs > nowMs));
    const isPause = pauseMs > 0 && underWay.length === 0 && Number.isFinite(next);
    return {
      beganMs: underWay,
      waiting: total - done - underWay.length,
      tookMs: Array.from({ length: done }, () => tookMs),
      maxUnavailable,
      pauseMs,
      ...(isPause ? { pausedUntilMs: next } : {}),
      nowMs
    };
  };
  const moments = [...new Set(ends)].toSorted((one, other) => one - other);
  return moments.flatMap((endMs, index) => {
    const next = moments[index + 1];
    return next === undefined ? [at(endMs)] : [at(endMs), at((endMs + next) / 2)];
  });
}
