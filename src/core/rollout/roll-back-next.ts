/** Who is put back next, once the rollout has stopped. */

import { hasCapacity } from './capacity.ts';
import type { Member } from './member.ts';
import type { Rollout, RolloutCommand, RolloutStep } from './rollout-state.ts';

/**
 * The next to be put back: the newest first, in the same slots as before, and only when all that was under way is
 * seen through. Where the newest has no room, for too many are away for good, one that is away itself may go.
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
    if (!hasCapacity(members, member, before.task.maxUnavailable)) break;
    take(member);
  }
  if (taken.length === 0 && !members.isBusy) {
    const away = newest.find((member) => hasCapacity(members, member, before.task.maxUnavailable));
    if (away !== undefined) take(away);
  }
  return [{ ...before, members }, taken];
}

function canBeRolledBack({ state, canRollBack }: Member): boolean {
  return canRollBack && (state === 'succeeded' || state === 'failed');
}
