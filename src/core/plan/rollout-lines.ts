/** The rollout of a plan in words: who is taken, who goes first, and how many may be unavailable at once. */

import { counted, listed } from '../listed.ts';
import { canariesOf } from '../rollout/canaries.ts';
import type { MemberTask } from '../rollout/member.ts';
import { rehearse } from '../rollout/rehearse.ts';
import type { RolloutTask } from '../rollout/rollout-state.ts';
import { formatDuration } from '../time.ts';

/** How a rollout is set, in clauses: how many may be unavailable at once, at what pace it goes, and when it stops. */
export function rolloutClauses({
  members,
  maxUnavailable,
  pauseMs,
  maxFailures,
  rollback
}: RolloutTask): readonly [capacity: string, pace: string, stop: string] {
  const end =
    maxFailures === 0 ? 'at the first failure' : `after more than ${counted(maxFailures, 'failure')}`;
  return [
    `at most ${maxUnavailable} of ${members.length} unavailable at once`,
    pauseMs === 0
      ? 'the next one starts as soon as one is done'
      : `in batches, ${formatDuration(pauseMs)} between two`,
    `stops ${end}${rollback ? ', and what was rebuilt is rolled back' : ''}`
  ];
}

/** The lines; none for a single target, which has no rollout to speak of. */
export function rolloutLines(rollout: RolloutTask): readonly string[] {
  const { members, pauseMs } = rollout;
  if (members.length === 1) return [];
  const [capacity, pace, stop] = rolloutClauses(rollout);
  const batches = pauseMs === 0 ? [] : rehearse(rollout);
  const line = (what: string, ids: readonly string[]): readonly string[] =>
    ids.length === 0 ? [] : [`  ${what}: ${listed(ids)}`];
  const idsOf = (isMeant: (member: MemberTask) => boolean): readonly string[] =>
    members.filter(isMeant).map(({ id }) => id);
  const unavailable = idsOf(({ isUnavailable }) => isUnavailable);
  const skipped = idsOf(({ kind }) => kind === 'check');
  return [
    `  ${capacity} (maxUnavailable)`,
    ...line('unavailable already, so taken first', unavailable),
    ...line('canaries, which must be healthy before the rest starts', canariesOf(rollout)),
    `  ${pace}`,
    ...batches.flatMap((batch, index) => line(`  batch ${index + 1}`, batch)),
    `  ${stop} (maxFailures)`,
    ...line('skipped', skipped)
  ];
}
