/** The plan of several instances, as a dry run ends with it: who is taken when, and what is erased. */

import type { Decision } from '../plan/decide.ts';
import { currentLabel, erasedAfterWait, loginLabel, scriptLabel, stepLabels } from '../plan/labels.ts';
import { clip } from '../report/clip.ts';
import { canariesOf } from '../rollout/canaries.ts';
import { rehearse } from '../rollout/rehearse.ts';
import { erasedBy } from '../run/erased.ts';
import type { InstanceRun } from '../run/instance-run.ts';
import type { RunState } from '../run/run-state.ts';
import { fixed, type Part } from './fit.ts';
import { tablePart } from './instance-table.ts';
import { cell, code, counted } from './markdown.ts';

const labels: Readonly<Record<Decision['action'], string>> = {
  rebuild: '📋 rebuild',
  start: '🚀 start',
  wait: '⏳ wait, then decide',
  skip: '✅ skip',
  refuse: '❌ refuse'
};

/** How many are to be treated how, in one line. */
export function planTotals({ instances }: RunState): string {
  const counts = new Map<Decision['action'], number>();
  for (const run of instances) counts.set(actionOf(run), (counts.get(actionOf(run)) ?? 0) + 1);
  const each = [...counts].map(([action, count]) => labels[action].replace(' ', ` **${count}** `));
  return `${each.join(' · ')} (${counted(instances.length, 'instance')})`;
}

/** How many batches there will be, and the targets in the order in which they are taken. */
export function planParts(state: RunState, priority: number): readonly Part[] {
  const ordered = inOrder(state);
  const batches = state.rollout.pauseMs === 0 ? [] : rehearse(state.rollout);
  const sentence =
    batches.length === 0 ? '' : `If all goes well it takes ${counted(batches.length, 'batch', 'batches')}.`;
  const notes = commonOf(ordered.map(({ target }) => target.warnings));
  const currents = ordered.map(({ target }) => currentLabel(target));
  const now = sameForAll(currents);
  const turns = turnsOf(ordered, canariesOf(state.rollout), batches);
  const rows = ordered.map((run, at) => [
    `${code(idOf(run))} ${cell(run.target.instance.name)}`.trimEnd(),
    erasedCell(run),
    ...(turns === undefined ? [] : [turns[at] ?? '']),
    [labels[actionOf(run)], ...run.target.warnings.filter(isNotIn(notes)).map(noteOf)].join('<br>'),
    ...(now === undefined ? [cell(currents[at] ?? '')] : [])
  ]);
  const head = [
    'Instance',
    'Would be erased',
    ...(turns === undefined ? [] : ['Turn']),
    'What is done',
    ...(now === undefined ? ['Now'] : [])
  ];
  const title = `All ${rows.length} instances`;
  const common = [...(now === undefined ? [] : [`**Now, each:** ${cell(now)}`]), ...notes.map(noteOf)];
  return [
    fixed(sentence),
    fixed(common.join('\n\n')),
    fixed(howOf(state, ordered)),
    tablePart({ head, rows, title, isOpen: true }, priority)
  ];
}

/** The instances in the order in which they are taken; those that are skipped at the end. */
function inOrder({ instances, rollout }: RunState): readonly InstanceRun[] {
  const turns = new Map(rollout.members.map(({ id }, turn) => [id, turn]));
  const turnOf = (run: InstanceRun): number => turns.get(idOf(run)) ?? 0;
  const isSkipped = (run: InstanceRun): number => Number(actionOf(run) === 'skip');
  return instances.toSorted((one, other) => isSkipped(one) - isSkipped(other) || turnOf(one) - turnOf(other));
}

function idOf({ target }: InstanceRun): string {
  return target.instance.id;
}

function actionOf({ target }: InstanceRun): Decision['action'] {
  return target.decision.action;
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
function howOf({ options }: RunState, [first]: readonly InstanceRun[]): string {
  if (first === undefined || erasesNothing(first)) return '';
  const also = stepLabels(first.target)
    .map((step) => cell(clip(step, 500)))
    .join('; ');
  return [
    `**Login:** ${cell(loginLabel(options))} · **Script:** ${cell(scriptLabel(options))} · **Kept:** data disks, IP addresses, custom images`,
    ...(also === '' ? [] : [`**Also**, as for ${code(idOf(first))}: ${also}`])
  ].join('\n\n');
}

function erasesNothing(run: InstanceRun): boolean {
  return ['skip', 'start'].includes(actionOf(run));
}

/** Whether each is a canary, and its batch; `undefined` where there are neither canaries nor batches. */
function turnsOf(
  ordered: readonly InstanceRun[],
  canaries: readonly string[],
  batches: readonly (readonly string[])[]
): readonly string[] | undefined {
  if (canaries.length === 0 && batches.length === 0) return undefined;
  const canary = new Set(canaries);
  const batchOf = new Map(batches.flatMap((ids, index) => ids.map((id) => [id, index + 1] as const)));
  return ordered.map((run) => {
    const batch = batchOf.get(idOf(run));
    const parts = [
      ...(canary.has(idOf(run)) ? ['canary'] : []),
      ...(batch === undefined ? [] : [`batch ${batch}`])
    ];
    return parts.length === 0 ? '–' : parts.join(', ');
  });
}

function erasedCell(run: InstanceRun): string {
  if (erasesNothing(run)) return 'nothing';
  if (actionOf(run) === 'wait') return erasedAfterWait;
  const { disk, snapshots } = erasedBy(run);
  const named = disk === undefined ? 'the system disk' : `${code(disk.id)}, ${disk.sizeInGB} GB`;
  return snapshots.length === 0 ? named : `${named}, ${counted(snapshots.length, 'snapshot')}`;
}
