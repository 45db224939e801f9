/** The other half of the cases of `random-fleets.test.ts`. */
import { describe, test } from '@jest/globals';
import { playAll, seedsOf } from '../support/cloud/many.ts';

describe('on random fleets', () => {
  test('every second case keeps all rules, beginning with the second', async () => {
    await playAll(seedsOf(1, 2));
  }, 3_600_000);
});
