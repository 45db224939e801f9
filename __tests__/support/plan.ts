import type { makePlan } from '../../src/core/plan/plan.ts';

/** The rollout of a plan where a test does not care: one after another, without rollback. */
export const rolloutOfOne: Parameters<typeof makePlan>[3] = {
  settings: { maxUnavailable: { kind: 'count', count: 1 }, canary: 0, pauseMs: 0, maxFailures: 0 },
  rollback: false
};
