import type { RolloutTask } from './rollout-state.ts';

/** Who goes first, by id: of those that something is to be done to, the first in order. */
export function canariesOf({ members, canary }: RolloutTask): readonly string[] {
  const atWork = members.filter(({ kind }) => kind === 'work');
  return atWork.slice(0, canary).map(({ id }) => id);
}
