/** The part of the job summary that is folded away: everything about one instance. */

import type { InstanceReport } from '../report/report.ts';
import { formatDuration } from '../time.ts';
import { cell, code, fenced, fold, table } from './markdown.ts';

/** One instance in detail, folded unless it is to be open. */
export function detailsOf(one: InstanceReport, isOpen: boolean): string {
  const inner = [
    planTable(one),
    phaseTable(one),
    seenTable(one),
    healthTable(one),
    balancerTable(one),
    requestLine(one),
    hostKeys(one),
    restoreWith(one)
  ].filter((part) => part !== '');
  return fold(`${code(one.instanceId)} in detail`, inner, isOpen);
}

function planTable(one: InstanceReport): string {
  const { plan, erases } = one;
  const rows: string[][] = [
    ['Plan', cell(plan.description)],
    ...plan.warnings.map((warning) => ['⚠️ Note', cell(warning)]),
    ['Before', cell(plan.current)]
  ];
  if (one.backup !== undefined)
    rows.push(['Backup', `${code(one.backup.imageId)} ${cell(one.backup.imageName)}`]);
  if (one.status !== 'skipped') {
    const verb = { untouched: 'Would be erased', erased: 'Erased', unknown: 'Perhaps erased' }[one.disk];
    const disk =
      erases.systemDiskId === ''
        ? 'the system disk'
        : `system disk ${code(erases.systemDiskId)}, ${erases.sizeInGB} GB`;
    const snapshots = erases.snapshots.map(
      ({ id, name, createTime }) => `snapshot ${cell(name)} ${code(id)}, ${cell(createTime)}`
    );
    rows.push(
      [verb, [disk, ...snapshots].join('<br>')],
      ['Kept', 'data disks, IP addresses, custom images'],
      ['Login', cell(plan.login)],
      ['Script', cell(plan.userData)],
      ...plan.steps.map((step) => ['Also', cell(step)])
    );
  }
  if (one.rollback !== undefined) {
    const how = one.rollback.ok ? 'done' : `failed: ${cell(one.rollback.problem ?? 'see above')}`;
    rows.push(['Rollback', `onto ${code(one.rollback.imageId)}: ${how}`]);
  }
  return table(['Property', 'Value'], rows);
}

/** The phases of `result` in words that an operator knows. */
const phaseLabels: Readonly<Record<string, string>> = {
  settling: 'waited for the instance to settle',
  backup: 'backed up',
  draining: 'left the load balancers',
  sending: 'sent',
  searching: 'looked for a rebuild whose answer was lost',
  confirming: 'waited for the start',
  rebuilding: 'rebuilt',
  starting: 'started the instance',
  health: 'waited until healthy'
};

function phaseLabel(phase: string): string {
  const [kind, prefix] = phase.startsWith('rollback: ') ? [phase.slice(10), 'rollback: '] : [phase, ''];
  return `${prefix}${phaseLabels[kind] ?? cell(kind)}`;
}

function phaseTable(one: InstanceReport): string {
  if (one.phases.length === 0) return '';
  const rows = one.phases.map(({ phase, startedAt, durationSeconds }) => [
    phaseLabel(phase),
    startedAt.slice(11),
    formatDuration(durationSeconds * 1000)
  ]);
  return table(['Phase', 'From (UTC)', 'Took'], rows);
}

function seenTable(one: InstanceReport): string {
  if (one.statusHistory.length === 0) return '';
  const rows = one.statusHistory.map(({ status, imageId, seconds }) => [
    formatDuration(seconds * 1000),
    cell(status),
    code(imageId)
  ]);
  return table(['After', 'Status seen', 'Image'], rows);
}

function healthTable(one: InstanceReport): string {
  if (one.health === undefined) return '';
  const rows = one.health.history.map(({ seconds, result }) => [
    formatDuration(seconds * 1000),
    cell(result)
  ]);
  const checks = one.health.checks.map(({ check, result }) => [code(check), cell(result)]);
  const course = table(['After Running', `Health: ${one.health.healthy ? 'passed' : 'failed'}`], rows);
  return checks.length < 2 ? course : `${table(['Check', 'Found last'], checks)}\n\n${course}`;
}

function balancerTable(one: InstanceReport): string {
  if (one.balancers.length === 0) return '';
  const rows = one.balancers.map(({ blbId, groupId = '', weight, currentWeight }) => [
    `${code(blbId)} ${code(groupId)}`.trimEnd(),
    String(currentWeight),
    String(weight)
  ]);
  return table(['Load balancer', 'Weight now', 'Before'], rows);
}

function requestLine(one: InstanceReport): string {
  return one.requestIds.length === 0 ? '' : `Request IDs: ${one.requestIds.map(code).join(', ')}`;
}

function hostKeys(one: InstanceReport): string {
  if (one.knownHosts.length === 0) return '';
  return `SSH host keys, as first seen and verified by nobody:\n\n${fenced('yaml', one.knownHosts)}`;
}

function restoreWith(one: InstanceReport): string {
  if (one.restoreWith.length === 0) return '';
  return `To go back to what it ran before:\n\n${fenced('yaml', ['with:', ...one.restoreWith.map((line) => `  ${line}`)])}`;
}
