/** The plan of several instances, as a dry run ends with it: who is taken when, and what is erased. */

import { clip } from '../report/clip.ts';
import type { InstanceReport, PlanReport, RunReport } from '../report/report.ts';
import { batchesOf, inOrder } from './batches.ts';
import { type Part, whole } from './fit.ts';
import { tablePart } from './instance-table.ts';
import { cell, code, counted } from './markdown.ts';

const labels: Readonly<Record<PlanReport['action'], string>> = {
  rebuild: '📋 rebuild',
  start: '🚀 start',
  wait: '⏳ wait, then decide',
  skip: '✅ skip',
  refuse: '❌ refuse'
};

/** How many are to be treated how, in one line. */
export function planTotals({ instances }: RunReport): string {
  const counts = new Map<PlanReport['action'], number>();
  for (const { plan } of instances) counts.set(plan.action, (counts.get(plan.action) ?? 0) + 1);
  const each = [...counts].map(([action, count]) => labels[action].replace(' ', ` **${count}** `));
  return `${each.join(' · ')} (${counted(instances.length, 'instance')})`;
}

/** How many batches there will be, and the targets in the order in which they are taken. */
export function planParts(report: RunReport, priority: number): readonly Part[] {
  const batches = batchesOf(report);
  const ordered = inOrder(report);
  const count = new Set(batches.values()).size;
  const sentence = count === 0 ? '' : `If all goes well it takes ${counted(count, 'batch', 'batches')}.`;
  const notes = commonOf(ordered.map(({ plan }) => plan.warnings));
  const now = sameForAll(ordered.map(({ plan }) => plan.current));
  const turns = ordered.map((one) => turnOf(one, report.rollout.canaries, batches.get(one.instanceId)));
  const hasTurns = turns.some((turn) => turn !== '–');
  const rows = ordered.map((one, at) => [
    `${code(one.instanceId)} ${cell(one.name)}`.trimEnd(),
    erasedBy(one),
    ...(hasTurns ? [turns[at] ?? ''] : []),
    [labels[one.plan.action], ...one.plan.warnings.filter(isNotIn(notes)).map(noteOf)].join('<br>'),
    ...(now === undefined ? [cell(one.plan.current)] : [])
  ]);
  const head = [
    'Instance',
    'Would be erased',
    ...(hasTurns ? ['Turn'] : []),
    'What is done',
    ...(now === undefined ? ['Now'] : [])
  ];
  const title = `All ${rows.length} instances`;
  const common = [...(now === undefined ? [] : [`**Now, each:** ${cell(now)}`]), ...notes.map(noteOf)].join(
    '\n\n'
  );
  return [
    whole(sentence),
    whole(common),
    whole(howOf(ordered)),
    tablePart({ head, rows, title, isOpen: true }, priority)
  ];
}

function noteOf(text: string): string {
  return `⚠️ ${cell(text)}`;
}

function isNotIn(others: readonly string[]): (text: string) => boolean {
  return (text) => !others.includes(text);
}

/** The texts that are in every list. */
function commonOf([first = [], ...others]: readonly (readonly string[])[]): readonly string[] {
  return others.length === 0 ? [] : first.filter((text) => others.every((list) => list.includes(text)));
}

/** The one text that all have, if it is one; so it need not stand in every row. */
function sameForAll([first, ...others]: readonly string[]): string | undefined {
  return others.every((text) => text === first) ? first : undefined;
}

/** What is alike for all: the login, the script and, but for the addresses, what else is done. */
function howOf([first]: readonly InstanceReport[]): string {
  if (first === undefined || erasesNothing(first)) return '';
  const { login, userData, steps } = first.plan;
  const also = steps.map((step) => cell(clip(step, 500))).join('; ');
  return [
    `**Login:** ${cell(clip(login, 500))} · **Script:** ${cell(clip(userData, 500))} · **Kept:** data disks, IP addresses, custom images`,
    ...(also === '' ? [] : [`**Also**, as for ${code(first.instanceId)}: ${also}`])
  ].join('\n\n');
}

function erasesNothing(one: InstanceReport): boolean {
  return ['skip', 'start'].includes(one.plan.action);
}

function turnOf(
  { instanceId }: InstanceReport,
  canaries: readonly string[],
  batch: number | undefined
): string {
  const canary = canaries.includes(instanceId) ? ['canary'] : [];
  const parts = [...canary, ...(batch === undefined ? [] : [`batch ${batch}`])];
  return parts.length === 0 ? '–' : parts.join(', ');
}

function erasedBy(one: InstanceReport): string {
  if (erasesNothing(one)) return 'nothing';
  const { systemDiskId, sizeInGB, snapshots } = one.erases;
  const disk = systemDiskId === '' ? 'the system disk' : `${code(systemDiskId)}, ${sizeInGB} GB`;
  return snapshots.length === 0 ? disk : `${disk}, ${counted(snapshots.length, 'snapshot')}`;
}
