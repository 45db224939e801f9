/** The rollout of a plan in words: who is taken, who goes first, and how many may be unavailable at once. */
import { formatDuration } from '../duration.ts';
import { canariesOf } from '../rollout/canaries.ts';
import { rehearse } from '../rollout/rehearse.ts';
import type { Plan } from './plan.ts';
import { whyUnavailable } from './rollout-order.ts';

/** At most so many names in a line. */
const namesInLine = 20;

/** The lines; none for a single target, which has no rollout to speak of. */
export function rolloutLines(plan: Plan): readonly string[] {
  const { rollout, targets } = plan;
  if (targets.length === 1) return [];
  const canaries = canariesOf(rollout);
  const away = targets
    .filter((target) => whyUnavailable(target) !== undefined)
    .map(({ instance }) => instance.id);
  const skipped = targets
    .filter(({ decision }) => decision.action === 'skip')
    .map(({ instance }) => instance.id);
  return [
    `${targets.length} instances, ${targets.length - skipped.length} to be worked on, ${skipped.length} skipped`,
    `  at most ${rollout.maxUnavailable} away at once (maxUnavailable)`,
    ...(away.length === 0 ? [] : [`  away to begin with, so first: ${names(away)}`]),
    ...(canaries.length === 0
      ? []
      : [`  canaries, which must be well before the rest begins: ${names(canaries)}`]),
    ...batchLines(plan),
    `  after more than ${rollout.maxFailures} failures nothing new is begun${rollout.rollback ? ', and what was rebuilt is put back' : ''}`,
    ...(skipped.length === 0 ? [] : [`  skipped: ${names(skipped)}`])
  ];
}

function batchLines({ rollout }: Plan): readonly string[] {
  if (rollout.pauseMs === 0) return ['  a slot is filled as soon as it is free'];
  const batches = rehearse(rollout);
  const pause = formatDuration(rollout.pauseMs);
  return [
    `  ${batches.length} batches, with ${pause} between them:`,
    ...batches.map((batch, index) => `    ${index + 1}: ${names(batch)}`)
  ];
}

function names(ids: readonly string[]): string {
  const shown = ids.slice(0, namesInLine).join(', ');
  return ids.length > namesInLine ? `${shown} and ${ids.length - namesInLine} more` : shown;
}
