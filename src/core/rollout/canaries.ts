import type { RolloutTask } from './rollout-state.ts';

/** The canaries, by id: of the members with work to do, the first in order. */
export function canariesOf({ members, canary }: RolloutTask): readonly string[] {
  const atWork = members.filter(({ kind }) => kind === 'work');
  return atWork.slice(0, canary).map(({ id }) => id);
}
