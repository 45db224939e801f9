/** The failures in a summary: the first in full, the others in a table. */

import { clip } from '../report/clip.ts';
import { type ActionSource, helpLink } from '../report/help-link.ts';
import type { FailureReport, InstanceReport, RunReport } from '../report/report.ts';
import type { Part } from './fit.ts';
import { cell, code, counted, fold, table } from './markdown.ts';
import { statusLabel } from './overview.ts';
import { type Failed, failuresFirst, reasonsLabel } from './ranking.ts';

/** More than these nobody reads one after another. */
const inFull = 20;

/** A failure with cause, disk, remedy and a link to the documents; empty where there is none. */
export function failureOf(
  { failure }: Pick<InstanceReport, 'failure'>,
  source: ActionSource | undefined
): string {
  if (failure === undefined) return '';
  const help = helpLink(source, failure.reason);
  const [cause, course] = parted(failure.cause);
  return [
    `> **${cell(cause)}**`,
    '>',
    ...(course === '' ? [] : [`> ${cell(course)}`, '>']),
    `> ${cell(failure.diskNote)}`,
    '>',
    `> **What to do:** ${cell(failure.remedy)}`,
    ...(help === undefined ? [] : ['>', `> [More about ${code(failure.reason)}](${help})`])
  ].join('\n');
}

/** The cause, and after it what was seen on the way, which may be long. */
function parted(text: string): readonly [cause: string, course: string] {
  const at = text.indexOf(' Seen: ');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** The failures of several instances; both parts have a high priority, those in full more. */
export function failureParts(
  report: RunReport,
  priority: { readonly full: number; readonly rest: number },
  source: ActionSource | undefined
): readonly Part[] {
  const failed = failuresFirst(report.instances);
  const [full, rest] = [failed.slice(0, inFull), failed.slice(inFull)];
  return [
    {
      priority: priority.full,
      pieces: full.length,
      draw: (pieces) =>
        failed.length === 0
          ? ''
          : [
              heading(failed),
              ...full.slice(0, pieces).map((one) => failureOf({ failure: short(one.failure) }, source))
            ].join('\n\n')
    },
    { priority: priority.rest, pieces: rest.length, draw: (pieces) => restOf(rest, pieces) }
  ];
}

function heading(failed: readonly Failed[]): string {
  const title = `### Failed or cut off: ${counted(failed.length, 'instance')}`;
  if (failed.length <= inFull) return title;
  return `${title}\n\nBy reason: ${cell(reasonsLabel(failed))}. The first ${inFull} stand here in full, the other ${failed.length - inFull} in a table.`;
}

/** A message from outside may be of any length, and one failure must not crowd out the others. */
function short(failure: FailureReport): FailureReport {
  const { cause, diskNote, remedy } = failure;
  return { ...failure, cause: clip(cause, 2000), diskNote: clip(diskNote, 1000), remedy: clip(remedy, 1000) };
}

function restOf(rest: readonly Failed[], pieces: number): string {
  if (rest.length === 0) return '';
  const title = `${rest.length} more that failed or were cut off`;
  if (pieces === 0) return title;
  const rows = rest
    .slice(0, pieces)
    .map((one) => [
      code(one.instanceId),
      statusLabel(one),
      cell(one.failure.reason),
      one.disk,
      cell(clip(one.failure.cause, 200))
    ]);
  const missing = pieces < rest.length ? [`_${rest.length - pieces} more are left out here._`] : [];
  return fold(title, [table(['Instance', 'Result', 'Reason', 'Disk', 'What happened'], rows), ...missing]);
}
