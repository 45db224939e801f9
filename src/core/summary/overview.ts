/** The head of a summary: what happened, in numbers, and how the rollout was set. */

import { counted, listed } from '../listed.ts';
import type { Image } from '../model/image.ts';
import { rolloutClauses } from '../plan/rollout-lines.ts';
import { clip } from '../report/clip.ts';
import { type DescribedInstance, statusCounts, statusWords } from '../report/described-instance.ts';
import { stopMessage } from '../report/stop-message.ts';
import { canariesOf } from '../rollout/canaries.ts';
import { type RunStatus, runStatus } from '../run/instance-status.ts';
import { type RunState, unavailableBefore } from '../run/run-state.ts';
import { formatDuration } from '../time.ts';
import type { Part } from './fit.ts';
import { cell, code, fold, table } from './markdown.ts';

/** What stands before, between and after the instances and the image. */
const headlines: Readonly<Record<RunStatus, readonly [string, string, string]>> = {
  rebuilt: ['✅ Rebuilt', 'from image', ''],
  skipped: ['✅ Nothing to do:', 'already on image', ''],
  planned: ['📋 Dry run: plan for', 'with image', ''],
  started: ['🚀 Started to rebuild', 'from image', ', not waited for'],
  inProgress: ['🛑 Cancelled while rebuilding', 'from image', ''],
  rolledBack: ['↩️ Failed to rebuild', 'from image', ', and rolled back'],
  failed: ['❌ Failed to rebuild', 'from image', ''],
  partial: ['❌ Failed to rebuild some of', 'from image', '']
};

/**
 * What happened to which instances, and from which image, as a heading.
 *
 * @param region empty where it is not known
 */
export function headline(state: RunState, region: string): string {
  const [only, ...others] = state.instances;
  const one = only !== undefined && others.length === 0 ? code(only.target.instance.id) : undefined;
  const whom = one ?? counted(state.instances.length, 'instance');
  const where = region === '' ? '' : `, region ${cell(clip(region, 50))}`;
  const [before, between, after] = headlines[runStatus(state)];
  return `## ${before} ${whom} ${between} ${imageOf(state.image)}${where}${after}`;
}

/** An image by ID and name. */
export function imageOf({ id, name }: Pick<Image, 'id' | 'name'>): string {
  return `${code(id)} ${cell(clip(name, 200))}`.trimEnd();
}

/** What became of an instance, with a sign. */
export function statusLabel({ run, status }: DescribedInstance): string {
  const { icon, label } = statusWords[status];
  return `${icon} ${label}${run.rebuild?.adopted === true ? ' (was under way already)' : ''}`;
}

/** How many instances have each status, in one line. */
export function totals(instances: readonly DescribedInstance[], { fromMs, atMs }: RunState): string {
  const each = statusCounts(instances).map(({ icon, label, count }) => `${icon} **${count}** ${label}`);
  return `${each.join(' · ')} (${counted(instances.length, 'instance')} in ${formatDuration(atMs - fromMs)})`;
}

/** Why nothing more was started, as a sentence that cannot be overlooked. */
export function stopSentence(state: RunState): string {
  const message = stopMessage(state);
  return message === undefined ? '' : `> 🛑 **${cell(clip(message, 1000))}**`;
}

/** How the rollout was set and how many were unavailable, in one line. */
export function rolloutLine(state: RunState): string {
  const [capacity, pace, stop] = rolloutClauses(state.rollout);
  const count = unavailableBefore(state).length;
  const before = count === 0 ? '' : `; ${count} already unavailable before`;
  const peak = state.course === undefined ? before : ` (peak: ${state.course.peakUnavailable}${before})`;
  const canaries = canariesOf(state.rollout);
  const facts = [`${capacity}${peak}`, ...(canaries.length === 0 ? [] : [canaryLabel(canaries)]), pace, stop];
  return `**Rollout:** ${facts.join(' · ')}`;
}

function canaryLabel(canaries: readonly string[]): string {
  const named = listed(canaries.map((id) => code(clip(id, 64))));
  return `${counted(canaries.length, 'canary', 'canaries')} first: ${named}`;
}

/** The instances that were unavailable before the run, and why; folded away. */
export function unavailableBeforePart(state: RunState, priority: number): Part {
  const rows = unavailableBefore(state).map(({ instanceId, why }) => [
    code(instanceId),
    cell(clip(why, 300))
  ]);
  const title = `Already unavailable before the run: ${counted(rows.length, 'instance')}`;
  return {
    priority,
    pieces: rows.length,
    draw: (pieces) => (pieces === 0 ? '' : fold(title, [table(['Instance', 'Why'], rows.slice(0, pieces))]))
  };
}
