import type { RolloutTask } from './rollout-state.ts';

/** Who goes first, by id: of those that something is to be done to, the first in order. */
export function canariesOf({ members, canary }: RolloutTask): readonly string[] {
  const ids: string[] = [];
  for (const { id, kind } of canary === 0 ? [] : members) {
    if (ids.length === canary) break;
    if (kind === 'work') ids.push(id);
  }
  return ids;
}
