/** The order and the batches in which a fleet is taken, for its plan. */

import type { InstanceReport, RunReport } from '../report/report.ts';
import { rehearse } from '../rollout/rehearse.ts';
import type { RolloutTask } from '../rollout/rollout-state.ts';

/** The instances in the order in which they are taken, see `planRollout`; those that are skipped at the end. */
export function inOrder({ instances, rollout }: RunReport): readonly InstanceReport[] {
  const unavailable = new Set(rollout.unavailableBefore.map(({ instanceId }) => instanceId));
  const rank = (one: InstanceReport): number => {
    if (one.plan.action === 'skip') return 2;
    return unavailable.has(one.instanceId) ? 0 : 1;
  };
  return instances.toSorted((one, other) => rank(one) - rank(other));
}

/** The number of the batch in which each instance is taken if all goes well, by instance ID; empty without batches. */
export function batchesOf(report: RunReport): ReadonlyMap<string, number> {
  const batches = new Map<string, number>();
  if (report.rollout.pauseSeconds === 0) return batches;
  for (const [index, batch] of rehearse(taskOf(report)).entries()) {
    for (const id of batch) batches.set(id, index + 1);
  }
  return batches;
}

function taskOf(report: RunReport): RolloutTask {
  const { maxUnavailable, canaries, pauseSeconds, maxFailures, unavailableBefore } = report.rollout;
  const unavailable = new Set(unavailableBefore.map(({ instanceId }) => instanceId));
  return {
    members: inOrder(report).map((one) => ({
      id: one.instanceId,
      kind: one.plan.action === 'skip' ? 'check' : 'work',
      isUnavailable: unavailable.has(one.instanceId)
    })),
    maxUnavailable: maxUnavailable,
    canary: canaries.length,
    pauseMs: pauseSeconds * 1000,
    maxFailures,
    rollback: false
  };
}
