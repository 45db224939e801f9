/**
 * Runs on random fleets that are killed at any moment, with and without a post step, and the run that comes after.
 * The rules are those of `random-fleets.test.ts`; `CASES=10000 SEED=7` plays more.
 */
import { expect, test } from '@jest/globals';
import { playKill } from '../support/cloud/kill.ts';
import { caseCount, firstSeed } from '../support/random-cases.ts';

const cases = caseCount(150);
const first = firstSeed();

test('whenever a run is killed, the next one erases nothing twice and is never green by mistake', async () => {
  for (let seed = first; seed < first + cases; seed += 1) {
    const { eventLog, plan } = await playKill(seed);
    const story = eventLog.problems.length === 0 ? '' : eventLog.tell();
    expect([`SEED=${seed}`, JSON.stringify(plan), ...eventLog.problems, story].slice(2)).toEqual(['']);
  }
}, 3_600_000);
