/** The head of a summary: what became of the run, in numbers, and how the rollout was set. */

import { clip } from '../report/clip.ts';
import type {
  InstanceReport,
  InstanceStatus,
  RolloutReport,
  RunReport,
  RunStatus
} from '../report/report.ts';
import { formatDuration } from '../time.ts';
import type { Part } from './fit.ts';
import { cell, code, counted, fold, table } from './markdown.ts';

const headlines: Readonly<Record<RunStatus, string>> = {
  rebuilt: '✅ Rebuilt',
  skipped: '✅ Nothing to do',
  planned: '📋 Plan, nothing was sent',
  started: '🚀 Started, not waited for',
  inProgress: '🛑 Cancelled while rebuilding',
  rolledBack: '↩️ Failed, and rolled back',
  failed: '❌ Failed',
  partial: '❌ Failed for some'
};

interface Words {
  readonly icon: string;
  /** Of one instance. */
  readonly one: string;
  /** After a number; where it is the same, nothing. */
  readonly many?: string;
}

/** In the order in which the totals are told. */
const words: Readonly<Record<InstanceStatus, Words>> = {
  rebuilt: { icon: '✅', one: 'rebuilt' },
  skipped: { icon: '✅', one: 'skipped' },
  planned: { icon: '📋', one: 'planned' },
  started: { icon: '🚀', one: 'started' },
  failed: { icon: '❌', one: 'failed' },
  rolledBack: { icon: '↩️', one: 'rolled back' },
  inProgress: { icon: '🛑', one: 'goes on without this run', many: 'in progress' },
  notStarted: { icon: '–', one: 'not started' }
};

/**
 * What became of the run, of whom, and from which image, as a heading.
 *
 * @param region empty where it is not known
 */
export function headline({ status, imageId, imageName, instances }: RunReport, region: string): string {
  const [only, ...others] = instances;
  const one = only !== undefined && others.length === 0 ? code(only.instanceId) : undefined;
  const whom = one ?? counted(instances.length, 'instance');
  const image = `${code(imageId)} ${cell(clip(imageName, 200))}`.trimEnd();
  const where = region === '' ? '' : `, region ${cell(clip(region, 50))}`;
  return `## ${headlines[status]}: ${whom} from image ${image}${where}`;
}

/** What became of an instance, with a sign. */
export function statusLabel({ status, adopted }: InstanceReport): string {
  const { icon, one } = words[status];
  return adopted ? `${icon} ${one} (was under way already)` : `${icon} ${one}`;
}

/** How many came to what, in one line. */
export function totals({ instances, durationSeconds }: RunReport): string {
  const counts = new Map<InstanceStatus, number>();
  for (const { status } of instances) counts.set(status, (counts.get(status) ?? 0) + 1);
  const each = Object.entries(words).flatMap(([status, { icon, one, many = one }]) => {
    const count = counts.get(status as InstanceStatus);
    return count === undefined ? [] : [`${icon} **${count}** ${many}`];
  });
  return `${each.join(' · ')} (${counted(instances.length, 'instance')} in ${formatDuration(durationSeconds * 1000)})`;
}

/** Why nothing more was begun, as a sentence that cannot be overlooked. */
export function stopSentence({ rollout: { stopped } }: RunReport): string {
  return stopped === undefined ? '' : `> 🛑 **${cell(clip(stopped.message, 1000))}**`;
}

/** How the rollout was set and how many were away, in one line. */
export function rolloutLine({ rollout, instances, status }: RunReport): string {
  const { maxUnavailable, peakUnavailable, canaries, pauseSeconds, unavailableBefore } = rollout;
  const before =
    unavailableBefore.length === 0 ? '' : `; ${unavailableBefore.length} already unavailable before`;
  const unavailable = status === 'planned' ? before : ` (peak: ${peakUnavailable}${before})`;
  const facts = [
    `at most ${maxUnavailable} of ${instances.length} unavailable at once${unavailable}`,
    ...(canaries.length === 0 ? [] : [canaryLabel(canaries)]),
    pauseSeconds === 0
      ? 'the next starts as soon as one is done'
      : `in batches, ${formatDuration(pauseSeconds * 1000)} between two`,
    failureLabel(rollout)
  ];
  return `**Rollout:** ${facts.join(' · ')}`;
}

function canaryLabel(canaries: readonly string[]): string {
  const named = canaries.slice(0, 10).map((id) => code(clip(id, 64)));
  const more = canaries.length - named.length;
  const all = more === 0 ? named : [...named, `${more} more`];
  return `${counted(canaries.length, 'canary', 'canaries')} first: ${all.join(', ')}`;
}

function failureLabel({ maxFailures }: RolloutReport): string {
  return maxFailures === 0
    ? 'stops at the first failure'
    : `stops after more than ${counted(maxFailures, 'failure')}`;
}

/** Who did not serve to begin with, and why; folded away. */
export function unavailableBeforePart({ rollout: { unavailableBefore } }: RunReport, priority: number): Part {
  return {
    priority,
    pieces: unavailableBefore.length,
    draw: (pieces) => {
      if (pieces === 0) return '';
      const rows = unavailableBefore
        .slice(0, pieces)
        .map(({ instanceId, why }) => [code(instanceId), cell(clip(why, 300))]);
      const title = `Already unavailable before the run: ${counted(unavailableBefore.length, 'instance')}`;
      return fold(title, [table(['Instance', 'Why'], rows)]);
    }
  };
}
