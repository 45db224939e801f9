/** Which instance is rolled back next, once the rollout has stopped. */

import type { Member } from './member.ts';
import type { Rollout, RolloutCommand, RolloutStep } from './rollout-state.ts';

/**
 * The next rollbacks: newest first, within the same `maxUnavailable`, and only when all running work has ended.
 * If the newest would exceed maxUnavailable, take one that is already unavailable.
 */
export function rollBackNext(before: Rollout): RolloutStep {
  if (before.members.count('work', 'working') + before.members.count('check', 'working') > 0) {
    return [before, []];
  }
  const waiting = before.members.values().filter(canBeRolledBack);
  const newest = waiting.toSorted((one, other) => other.completionOrder - one.completionOrder);
  const taken: RolloutCommand[] = [];
  let { members } = before;
  const take = ({ id }: Member): void => {
    members = members.with(id, { state: 'rollingBack' });
    taken.push({ type: 'rollBack', id });
  };
  for (const member of newest) {
    if (!members.hasCapacity(member, before.task.maxUnavailable)) break;
    take(member);
  }
  if (taken.length === 0 && !members.isBusy) {
    const unavailable = newest.find((member) => members.hasCapacity(member, before.task.maxUnavailable));
    if (unavailable !== undefined) take(unavailable);
  }
  return [{ ...before, members }, taken];
}

function canBeRolledBack({ state, canRollBack }: Member): boolean {
  return canRollBack && (state === 'succeeded' || state === 'failed');
}
