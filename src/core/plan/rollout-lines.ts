/** The rollout of a plan in words: who is taken, who goes first, and how many may be unavailable at once. */

import { listed } from '../listed.ts';
import { canariesOf } from '../rollout/canaries.ts';
import { rehearse } from '../rollout/rehearse.ts';
import { formatDuration } from '../time.ts';
import type { Plan } from './plan.ts';
import { whyUnavailable } from './rollout-order.ts';

/** The lines; none for a single target, which has no rollout to speak of. */
export function rolloutLines(plan: Plan): readonly string[] {
  const { rollout, targets } = plan;
  if (targets.length === 1) return [];
  const canaries = canariesOf(rollout);
  const unavailable = targets
    .filter((target) => whyUnavailable(target) !== undefined)
    .map(({ instance }) => instance.id);
  const skipped = targets
    .filter(({ decision }) => decision.action === 'skip')
    .map(({ instance }) => instance.id);
  return [
    `  at most ${rollout.maxUnavailable} of ${targets.length} unavailable at once (maxUnavailable)`,
    ...(unavailable.length === 0 ? [] : [`  unavailable already, so taken first: ${listed(unavailable)}`]),
    ...(canaries.length === 0
      ? []
      : [`  canaries, which must be healthy before the rest starts: ${listed(canaries)}`]),
    ...batchLines(plan),
    `  stops ${rollout.maxFailures === 0 ? 'at the first failure' : `after more than ${rollout.maxFailures} ${rollout.maxFailures === 1 ? 'failure' : 'failures'}`}${rollout.rollback ? ', and what was rebuilt is rolled back' : ''} (maxFailures)`,
    ...(skipped.length === 0 ? [] : [`  skipped: ${listed(skipped)}`])
  ];
}

function batchLines({ rollout }: Plan): readonly string[] {
  if (rollout.pauseMs === 0) return ['  the next one starts as soon as one is done'];
  const batches = rehearse(rollout);
  const pause = formatDuration(rollout.pauseMs);
  return [
    `  ${batches.length} batches, with ${pause} between them:`,
    ...batches.map((batch, index) => `    ${index + 1}: ${listed(batch)}`)
  ];
}
