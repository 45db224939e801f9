/**
 * Whole runs on random fleets, with random faults and cancels, in a model cloud and on a virtual clock. The rules
 * are in `support/cloud/guard.ts` and `rules.ts`; `CASES=100000 SEED=7` plays more, `CASES=1 SEED=…` one again. The
 * other half of the seeds is in a file of its own, so that both are played side by side.
 */
import { describe, expect, test } from '@jest/globals';
import { playAll, seedsOf } from '../support/cloud/many.ts';

describe('on random fleets', () => {
  test('every second case keeps all rules, beginning with the first', async () => {
    const seeds = seedsOf(0, 2);
    const ends = await playAll(seeds);
    if (seeds.length < 500) return;
    // A model in which hardly anything succeeds, or hardly anything fails, would prove nothing.
    for (const end of ['rebuilt', 'partial', 'failed', 'inProgress', 'rolledBack', 'skipped']) {
      expect([end, (ends.get(end) ?? 0) >= seeds.length / 250]).toEqual([end, true]);
    }
  }, 3_600_000);
});

describe('on fleets that no single call can hold', () => {
  test('all rules are kept', async () => {
    await playAll([1, 2, 3, 4, 5, 6, 7, 8], [101, 230]);
  }, 600_000);
});
