/**
 * Whole runs on random fleets, with random faults and cancels, in a model cloud and on a virtual clock. The rules
 * are in `support/cloud/guard.ts` and `rules.ts`; `CASES=100000 SEED=7` plays more, `CASES=1 SEED=…` one again, and
 * `LARGE_CASES` says how many of the large ones.
 */
import { describe, expect, test } from '@jest/globals';
import { playAll } from '../support/cloud/many.ts';
import { caseCount, seedsOf } from '../support/random-cases.ts';

describe('on random fleets', () => {
  test('every case keeps all rules', async () => {
    const seeds = seedsOf(caseCount(1_000));
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
    await playAll(seedsOf(caseCount(3, 'LARGE_CASES')), [101, 230]);
  }, 3_600_000);
});
