/** The failures in a summary: the first in full, alike ones together, the others in a table. */

import { groupBy } from '../group-by.ts';
import { counted, listed } from '../listed.ts';
import { clip } from '../report/clip.ts';
import { type DescribedInstance, idOf } from '../report/described-instance.ts';
import { wholeCause } from '../report/explain.ts';
import { type ActionSource, helpLink } from '../report/help-link.ts';
import type { InstanceFailure } from '../report/instance-failure.ts';
import { type FailedInstance, failuresFirst, reasonsLabel } from '../report/ranking.ts';
import { diskOf, rebuildsOf } from '../run/instance-run.ts';
import type { Part } from './fit.ts';
import { cell, code, firstRows, fold } from './markdown.ts';
import { statusLabel } from './overview.ts';

/** More than these nobody reads one after another. */
const inFull = 20;

/** A failure with cause, disk, remedy and a link to the documents; empty where there is none. */
export function failureText(failure: InstanceFailure | undefined, source: ActionSource | undefined): string {
  if (failure === undefined) return '';
  const { cause, observed, diskNote, remedy, reason } = failure;
  const help = helpLink(source, reason);
  return [
    `> **${cell(cause)}**`,
    '>',
    ...(observed === undefined ? [] : [`> Seen: ${cell(observed)}.`, '>']),
    `> ${cell(diskNote)}`,
    '>',
    `> **What to do:** ${cell(remedy)}`,
    ...(help === undefined ? [] : ['>', `> [More about ${code(reason)}](${help})`])
  ].join('\n');
}

/** The failures of several instances; both parts have a high priority, those in full more. */
export function failureParts(
  instances: readonly DescribedInstance[],
  priority: { readonly full: number; readonly rest: number },
  source: ActionSource | undefined
): readonly Part[] {
  const failed = failuresFirst(instances);
  const groups = groupsOf(failed);
  const full = groups.slice(0, inFull);
  const rest = groups.slice(inFull).flat();
  const texts = full.map((group) => groupText(group, source));
  const rows = rest.map(rowOf);
  return [
    {
      priority: priority.full,
      pieces: full.length,
      draw: (pieces) =>
        failed.length === 0 ? '' : [heading(failed, rest.length), ...texts.slice(0, pieces)].join('\n\n')
    },
    { priority: priority.rest, pieces: rest.length, draw: (pieces) => restOf(rows, pieces) }
  ];
}

function heading(failed: readonly FailedInstance[], inTable: number): string {
  const title = `### Failed or cut off: ${counted(failed.length, 'instance')}`;
  if (failed.length <= inFull) return title;
  const table =
    inTable === 0 ? '' : ` ${counted(inTable, 'instance')} with other causes are in the table below.`;
  return `${title}\n\nBy reason: ${cell(reasonsLabel(failed))}.${table}`;
}

/** Instances that failed in the same way: what is told of one holds for all. Never empty. */
type Group = readonly [FailedInstance, ...FailedInstance[]];

/** The failures, those together of which the same is told but for IDs; in the order of their first instances. */
function groupsOf(failed: readonly FailedInstance[]): readonly Group[] {
  const groups = groupBy(failed, (one) => {
    const { reason, cause, diskNote, remedy } = one.failure;
    const own = [idOf(one), ...rebuildsOf(one.run).flatMap(({ requestIds }) => requestIds)];
    return own.reduce(
      (text, id) => text.replaceAll(id, ''),
      JSON.stringify([reason, cause, diskNote, remedy])
    );
  });
  return [...groups.values()];
}

/** A failure of one or several instances; those of several are told as of the first. */
function groupText([first, ...others]: Group, source: ActionSource | undefined): string {
  if (others.length === 0) return failureText(short(first.failure), source);
  const whom = `${others.length + 1} instances (${listed([first, ...others].map(idOf))})`;
  const { cause, ...failure } = short(first.failure);
  return failureText({ ...failure, cause: cause.replace(`${idOf(first)}:`, `${whom}:`) }, source);
}

/** A message from outside may be of any length, and one failure must not crowd out the others. */
function short(failure: InstanceFailure): InstanceFailure {
  const { cause, observed, diskNote, remedy } = failure;
  return {
    ...failure,
    cause: clip(cause, 1000),
    observed: observed && clip(observed, 1000),
    diskNote: clip(diskNote, 1000),
    remedy: clip(remedy, 1000)
  };
}

function rowOf(one: FailedInstance): readonly string[] {
  return [
    code(idOf(one)),
    statusLabel(one),
    cell(one.failure.reason),
    diskOf(one.run),
    cell(clip(wholeCause(one.failure), 200))
  ];
}

function restOf(rows: readonly (readonly string[])[], pieces: number): string {
  if (rows.length === 0) return '';
  const title = `${rows.length} more that failed or were cut off`;
  if (pieces === 0) return title;
  return fold(title, firstRows(['Instance', 'Result', 'Reason', 'Disk', 'What happened'], rows, pieces));
}
