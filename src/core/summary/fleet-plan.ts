/** The plan of several instances, as a dry run ends with it: which is rebuilt when, and what is erased. */

import { counted } from '../listed.ts';
import { type Decision, erases } from '../plan/decide.ts';
import {
  commonOf,
  currentFacts,
  currentLabel,
  erasedAfterWait,
  loginLabel,
  scriptLabel,
  stepLabels
} from '../plan/labels.ts';
import { unavailableNote } from '../plan/plan.ts';
import { clip } from '../report/clip.ts';
import { countsOf } from '../report/ranking.ts';
import { canariesOf } from '../rollout/canaries.ts';
import { rehearse } from '../rollout/rehearse.ts';
import { erasedBy } from '../run/erased.ts';
import type { InstanceRun } from '../run/instance-run.ts';
import type { RunState } from '../run/run-state.ts';
import { type Part, textPart } from './fit.ts';
import { columnsPart, nameCell } from './instance-table.ts';
import { cell, code } from './markdown.ts';

/** What is to be done, with a sign. */
const actions: Readonly<Record<Decision['action'], readonly [icon: string, label: string]>> = {
  rebuild: ['📋', 'rebuild'],
  start: ['🚀', 'start'],
  wait: ['⏳', 'wait, then decide'],
  skip: ['✅', 'skip'],
  refuse: ['❌', 'refuse']
};

/** How many are to be treated how, in one line. */
export function planTotals({ instances }: RunState): string {
  const each = [...countsOf(instances.map(actionOf))].map(([action, count]) =>
    actions[action].join(` **${count}** `)
  );
  return `${each.join(' · ')} (${counted(instances.length, 'instance')})`;
}

/** How many batches there will be, and the targets in the order in which they are taken. */
export function planParts(state: RunState, priority: number): readonly Part[] {
  const ordered = inOrder(state);
  const batches = state.rollout.pauseMs === 0 ? [] : rehearse(state.rollout);
  const sentence =
    batches.length === 0 ? '' : `If all goes well it takes ${counted(batches.length, 'batch', 'batches')}.`;
  const warnings = ordered.map(({ target }) => target.warnings.filter(isNotIn([unavailableNote(target)])));
  const notes = commonOf(warnings);
  // What most have is told once, and need not stand in every row.
  const [now = ''] = countsOf(ordered.map(({ target }) => currentLabel(target))).keys();
  const usual = ordered.find(({ target }) => currentLabel(target) === now);
  const turns = turnsOf(ordered, canariesOf(state.rollout), batches);
  const differences = ordered.map((run) => differenceOf(run, usual));
  const remarks = ordered.map((run, at) =>
    [
      ...(actionOf(run) === 'rebuild' ? [] : [actions[actionOf(run)].join(' ')]),
      ...(differences[at] ?? []),
      ...(warnings[at] ?? []).filter(isNotIn(notes)).map(noteOf)
    ].join('<br>')
  );
  const columns = {
    Instance: ordered.map(nameCell),
    'Would be erased': ordered.map(erasedCell),
    Turn: turns,
    Remarks: remarks
  };
  const whose = differences.every((facts) => facts.length === 0) ? 'Now, each' : 'Now, unless noted';
  const common = [`**${whose}:** ${cell(now)}`, ...notes.map(noteOf)];
  return [
    textPart(sentence),
    textPart(common.join('\n\n')),
    textPart(howOf(state, ordered)),
    columnsPart(columns, { isOpen: true }, priority)
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

function isNotIn(others: readonly (string | undefined)[]): (text: string) => boolean {
  return (text) => !others.includes(text);
}

/** In what an instance differs from what is told of most; that a skipped one is on the image goes without saying. */
function differenceOf(run: InstanceRun, usual = run): readonly string[] {
  const own = currentFacts(run.target).filter(isNotIn(currentFacts(usual.target)));
  return own.length === 0 || actionOf(run) === 'skip' ? [] : [`now: ${cell(own.join(', '))}`];
}

/** What is alike for all: the login, the script and, but for addresses and weights, what else is done. */
function howOf({ options }: RunState, ordered: readonly InstanceRun[]): string {
  const erased = ordered.filter(({ target }) => erases(target.decision));
  const [first] = erased;
  if (first === undefined) return '';
  const common = commonOf(erased.map(({ target }) => stepLabels(target)));
  const own = stepLabels(first.target).filter(isNotIn(common));
  const told = (texts: readonly string[]): string => texts.map((step) => cell(clip(step, 500))).join('; ');
  return [
    `**Login:** ${cell(loginLabel(options))} · **Script:** ${cell(scriptLabel(options))} · **Kept:** data disks, IP addresses, custom images`,
    ...(common.length === 0 ? [] : [`**Also:** ${told(common)}`]),
    ...(own.length === 0 ? [] : [`**Also**, as for ${code(idOf(first))}: ${told(own)}`])
  ].join('\n\n');
}

/** Whether each is a canary, and its batch; none where there are neither canaries nor batches. */
function turnsOf(
  ordered: readonly InstanceRun[],
  canaries: readonly string[],
  batches: readonly (readonly string[])[]
): readonly string[] {
  if (canaries.length === 0 && batches.length === 0) return [];
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
  if (!erases(run.target.decision)) return 'nothing';
  if (actionOf(run) === 'wait') return erasedAfterWait;
  const { disk, snapshots } = erasedBy(run);
  const named = disk === undefined ? 'the system disk' : `${code(disk.id)}, ${disk.sizeInGB}&nbsp;GB`;
  return snapshots.length === 0 ? named : `${named}, ${counted(snapshots.length, 'snapshot')}`;
}
