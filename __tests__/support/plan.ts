import type { makePlan } from '../../src/core/plan/plan.ts';

/** How a plan takes its targets where a test does not care: one after another, and no way back. */
export const rolloutOfOne: Parameters<typeof makePlan>[3] = {
  settings: { maxUnavailable: { kind: 'count', count: 1 }, canary: 0, pauseMs: 0, maxFailures: 0 },
  rollback: false
};
