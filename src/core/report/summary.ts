/** The job summary: a result as Markdown. */
import { formatDuration } from '../duration.ts';
import { cell, code, table } from './markdown.ts';
import type { InstanceReport, RunReport, RunStatus } from './report.ts';
import { detailsOf } from './summary-details.ts';

/** GitHub drops a summary of more than 1 MiB without a word; below it, room is left for other steps' parts. */
export const summaryLimit = 900_000;

const headlines: Readonly<Record<RunStatus, string>> = {
  rebuilt: '✅ Rebuilt',
  skipped: '✅ Nothing to do',
  planned: '📋 Plan: nothing was sent',
  started: '🚀 Started, not waited for',
  inProgress: '🛑 Cancelled while rebuilding',
  rolledBack: '↩️ Failed, and rolled back',
  failed: '❌ Failed',
  partial: '❌ Failed for some'
};

/** The whole summary, at most `summaryLimit` bytes long. */
export function summaryOf(report: RunReport): string {
  const parts = [
    `## ${headlines[report.status]}: BCC image ${code(report.imageId)} ${cell(report.imageName)}`.trimEnd(),
    overview(report),
    ...report.instances.filter(({ failure }) => failure !== undefined).map(failureOf),
    ...report.instances.map(detailsOf)
  ];
  return bounded(parts);
}

function overview(report: RunReport): string {
  const rows = report.instances.map((one) => [
    `${code(one.instanceId)}<br>${cell(one.name)}`,
    statusLabel(one),
    imagesOf(one, report),
    one.durationSeconds === 0 ? '–' : formatDuration(one.durationSeconds * 1000)
  ]);
  return table(['Instance', 'Result', 'Image', 'Time'], rows);
}

function imagesOf(one: InstanceReport, report: RunReport): string {
  const there = `${imageOf(one.before)}<br>→ ${code(report.imageId)} ${cell(report.imageName)}`;
  return one.rollback?.ok ? `${there}<br>↩ ${code(one.rollback.imageId)}` : there;
}

function imageOf(at: InstanceReport['before']): string {
  return `${code(at.imageId)} ${cell(at.imageName)}`.trimEnd();
}

function statusLabel(one: InstanceReport): string {
  const words: Readonly<Record<InstanceReport['status'], string>> = {
    rebuilt: '✅ rebuilt',
    skipped: '✅ skipped',
    planned: '📋 planned',
    started: '🚀 started',
    inProgress: '🛑 goes on without this run',
    rolledBack: '↩️ rolled back',
    failed: '❌ failed',
    notStarted: '– not begun'
  };
  return one.adopted ? `${words[one.status]} (was under way already)` : words[one.status];
}

function failureOf(one: InstanceReport): string {
  const { failure } = one;
  if (failure === undefined) return '';
  return [
    `> **${cell(failure.cause)}**`,
    '>',
    `> ${cell(failure.disk)}`,
    '>',
    `> **What to do:** ${cell(failure.remedy)}`
  ].join('\n');
}

/** Leaves out the last parts where they do not fit, and says so. */
function bounded(parts: readonly string[]): string {
  const note = '\n\n_The rest does not fit into a job summary; the output `result` has it all._\n';
  let text = '';
  for (const part of parts) {
    if (part === '') continue;
    const next = text === '' ? part : `${text}\n\n${part}`;
    if (Buffer.byteLength(next) + note.length > summaryLimit) return `${text}${note}`;
    text = next;
  }
  return `${text}\n`;
}
