/** Who is put back next, once the rollout has stopped. */

import type { Member } from './member.ts';
import { hasRoom } from './capacity.ts';
import type { Rollout, RolloutCommand, RolloutStep } from './rollout-state.ts';

/**
 * The next to be put back: the newest first, in the same slots as before, and only when all that was under way is
 * seen through. Where the newest has no room, for too many are away for good, one that is away itself may go.
 */
export function takeBack(before: Rollout): RolloutStep {
  if (before.members.count('work', 'working') + before.members.count('check', 'working') > 0) {
    return [before, []];
  }
  const waiting = before.members.values().filter(canBePutBack);
  const newest = waiting.toSorted((one, other) => other.endedAs - one.endedAs);
  const taken: RolloutCommand[] = [];
  let { members } = before;
  const take = ({ id }: Member): void => {
    members = members.with(id, { state: 'goingBack' });
    taken.push({ type: 'goBack', id });
  };
  for (const member of newest) {
    if (!hasRoom(members, member, before.task.slots)) break;
    take(member);
  }
  if (taken.length === 0 && !members.isBusy) {
    const away = newest.find((member) => hasRoom(members, member, before.task.slots));
    if (away !== undefined) take(away);
  }
  return [{ ...before, members }, taken];
}

function canBePutBack({ state, canGoBack }: Member): boolean {
  return canGoBack && (state === 'well' || state === 'failed');
}
