/** The part of the job summary that is folded away: everything about one instance. */

import { currentWeights } from '../balancers/held-weights.ts';
import { describeFailed, describeUnhealthy } from '../health/unhealthy.ts';
import { erases } from '../plan/decide.ts';
import {
  currentLabel,
  decisionLabel,
  erasedAfterWait,
  loginLabel,
  scriptLabel,
  stepLabels
} from '../plan/labels.ts';
import { type DescribedInstance, idOf } from '../report/described-instance.ts';
import { restoreWithLines } from '../report/restore-with.ts';
import { erasedBy } from '../run/erased.ts';
import { isAdopted, isRolledBack } from '../run/instance-end.ts';
import { diskOf, historyOf, type InstanceRun, rebuildsOf } from '../run/instance-run.ts';
import type { RunState } from '../run/run-state.ts';
import { type Span, spansOf, workTime } from '../run/spans.ts';
import { formatDuration, toIso } from '../time.ts';
import { cell, code, fenced, fold, table } from './markdown.ts';

/** One instance in detail, folded. */
export function detailsOf(one: DescribedInstance, state: RunState): string {
  const { run } = one;
  const inner = [
    planTable(one, state),
    phaseTable(run, state),
    statusTable(run, state),
    healthTable(run),
    balancerTable(run),
    requestLine(run),
    hostKeys(run),
    restoreWith(run, state)
  ].filter((part) => part !== '');
  return fold(`${code(idOf(one))} in detail`, inner);
}

/** What is planned for an instance or was done to it, in general; of a plan it is all that there is to tell. */
export function planTable({ run, status }: DescribedInstance, { options }: RunState): string {
  const { target, backup, rollback } = run;
  const { id, name } = target.instance;
  const rows: string[][] = [
    // Elsewhere the line above names it.
    ...(status === 'planned' ? [['Instance', `${code(id)} ${cell(name)}`.trimEnd()]] : []),
    ['Plan', cell(decisionLabel(target))],
    ...(target.warnings.length === 0 ? [] : [['⚠️ Note', target.warnings.map(cell).join('<br>')]]),
    [status === 'planned' ? 'Now' : 'Before', cell(currentLabel(target))]
  ];
  if (backup?.imageId !== undefined)
    rows.push(['Backup', `${code(backup.imageId)} ${cell(backup.imageName)}`]);
  const disk = diskOf(run);
  if (disk !== 'untouched' || (erases(target.decision) && status !== 'skipped')) {
    const verb = { untouched: 'Would be erased', erased: 'Erased', unknown: 'Perhaps erased' }[disk];
    const steps = stepLabels(target);
    rows.push(
      [verb, erasedCell(run)],
      ['Kept', 'data disks, IP addresses, custom images'],
      ['Login', isAdopted(run) ? 'that of the run that sent the rebuild' : cell(loginLabel(options))],
      ['Script', cell(scriptLabel(options))],
      ...(steps.length === 0 ? [] : [['Also', steps.map(cell).join('<br>')]])
    );
  }
  if (rollback !== undefined) {
    const how = isRolledBack(run) ? 'done' : `failed: ${cell(rollback.problem ?? 'see above')}`;
    rows.push(['Rollback', `to ${code(rollback.imageId)}: ${how}`]);
  }
  return table(['Property', 'Value'], rows);
}

function erasedCell(run: InstanceRun): string {
  if (run.progress === 'planned' && run.target.decision.action === 'wait') return erasedAfterWait;
  const { disk, snapshots } = erasedBy(run);
  const named =
    disk === undefined ? 'the system disk' : `system disk ${code(disk.id)}, ${disk.sizeInGB}&nbsp;GB`;
  const each = snapshots.map(
    ({ id, name, createTime }) => `snapshot ${cell(name)} ${code(id)}, ${cell(createTime)}`
  );
  return [named, ...each].join('<br>');
}

/** The parts of the work in words that an operator knows. */
const spanLabels: Readonly<Record<Span['kind'], string>> = {
  settling: 'waited until its state was stable',
  backup: 'backed up',
  draining: 'drained',
  sending: 'sent',
  searching: 'observed, because the answer was lost',
  confirming: 'waited for the start',
  rebuilding: 'rebuilt',
  starting: 'started the instance',
  health: 'waited until healthy'
};

function phaseTable(run: InstanceRun, { anchor, atMs }: RunState): string {
  const rows = spansOf(run, atMs).map(({ kind, isRollback, fromMs, toMs }) => [
    `${isRollback ? 'rollback: ' : ''}${spanLabels[kind]}`,
    toIso(anchor, fromMs).slice(11),
    formatDuration(toMs - fromMs)
  ]);
  return rows.length === 0 ? '' : table(['Phase', 'From (UTC)', 'Took'], rows);
}

function statusTable(run: InstanceRun, { atMs }: RunState): string {
  const { fromMs } = workTime(run, atMs);
  const rows = historyOf(run).map((one) => [
    formatDuration(one.atMs - fromMs),
    cell(one.status),
    code(one.imageId)
  ]);
  return rows.length === 0 ? '' : table(['After', 'Status seen', 'Image'], rows);
}

function healthTable({ health }: InstanceRun): string {
  if (health === undefined) return '';
  const rows = health.history.map(({ atMs, failed }) => [
    formatDuration(atMs - health.fromMs),
    cell(describeFailed(failed))
  ]);
  const checks = health.checks.map(({ check, result }) => [
    code(check),
    cell(result.healthy ? 'passes' : describeUnhealthy(result.reason))
  ]);
  const course = table(['After Running', `Health check: ${health.healthy ? 'passed' : 'failed'}`], rows);
  return checks.length < 2 ? course : `${table(['Check', 'Last result'], checks)}\n\n${course}`;
}

function balancerTable({ target, heldWeights }: InstanceRun): string {
  const weights = currentWeights(target.backendServers ?? [], heldWeights);
  const rows = weights.map(({ server: { blbId, groupId = '', weight }, currentWeight }) => [
    `${code(blbId)} ${code(groupId)}`.trimEnd(),
    String(currentWeight),
    String(weight)
  ]);
  return rows.length === 0 ? '' : table(['Load balancer', 'Weight now', 'Before'], rows);
}

function requestLine(run: InstanceRun): string {
  const ids = rebuildsOf(run).flatMap(({ requestIds }) => requestIds);
  return ids.length === 0 ? '' : `Request IDs: ${ids.map(code).join(', ')}`;
}

function hostKeys({ knownHosts }: InstanceRun): string {
  if (knownHosts.length === 0) return '';
  return `SSH host keys, trusted on first use and not verified:\n\n${fenced('yaml', knownHosts)}`;
}

function restoreWith(run: InstanceRun, { options }: RunState): string {
  const lines = restoreWithLines(run, options);
  if (lines.length === 0) return '';
  return `To rebuild it from its earlier image:\n\n${fenced('yaml', ['with:', ...lines.map((line) => `  ${line}`)])}`;
}
