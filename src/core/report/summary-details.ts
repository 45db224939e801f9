/** The part of the job summary that is folded away: everything about one instance. */
import { formatDuration } from '../duration.ts';
import { cell, code, table } from './markdown.ts';
import type { InstanceReport } from './report.ts';

/** One instance in detail, open where a person has to read it before anything happens. */
export function detailsOf(one: InstanceReport): string {
  const inner = [
    planTable(one),
    phaseTable(one),
    seenTable(one),
    healthTable(one),
    requestLine(one),
    hostKeys(one),
    wayBack(one)
  ].filter((part) => part !== '');
  const open = one.status === 'planned' ? ' open' : '';
  return [
    `<details${open}><summary>${code(one.instanceId)} in detail</summary>`,
    ...inner,
    '</details>'
  ].join('\n\n');
}

function planTable(one: InstanceReport): string {
  const { plan, erases } = one;
  const rows: string[][] = [
    ['Plan', cell(plan.decision)],
    ...plan.warnings.map((warning) => ['Mind', cell(warning)]),
    ['Before', cell(plan.present)]
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
      ['Stays', 'data disks, IP addresses, custom images'],
      ['Login', cell(plan.login)],
      ['Script', cell(plan.userData)],
      ...plan.steps.map((step) => ['Also', cell(step)])
    );
  }
  if (one.rollback !== undefined) {
    const how = one.rollback.ok ? 'done' : `failed: ${cell(one.rollback.problem ?? 'see above')}`;
    rows.push(['Rollback', `onto ${code(one.rollback.imageId)}: ${how}`]);
  }
  return table(['What', 'Which'], rows);
}

function phaseTable(one: InstanceReport): string {
  if (one.phases.length === 0) return '';
  const rows = one.phases.map(({ phase, startedAt, durationSeconds }) => [
    phase,
    startedAt.slice(11),
    formatDuration(durationSeconds * 1000)
  ]);
  return table(['Phase', 'From (UTC)', 'Took'], rows);
}

function seenTable(one: InstanceReport): string {
  if (one.seen.length === 0) return '';
  const rows = one.seen.map(({ status, imageId, seconds }) => [
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
  return table(['After Running', `Health: ${one.health.healthy ? 'passed' : 'failed'}`], rows);
}

function requestLine(one: InstanceReport): string {
  return one.requestIds.length === 0 ? '' : `Request IDs: ${one.requestIds.map(code).join(', ')}`;
}

function hostKeys(one: InstanceReport): string {
  if (one.knownHosts.length === 0) return '';
  return `SSH host keys, as first seen and verified by nobody:\n\n${fenced(one.knownHosts)}`;
}

function wayBack(one: InstanceReport): string {
  if (one.wayBack.length === 0) return '';
  return `To put it back onto what it ran before:\n\n${fenced(['with:', ...one.wayBack.map((line) => `  ${line}`)])}`;
}

/** A block of code; nothing in it can end it, for backticks do not occur in what is put there. */
function fenced(lines: readonly string[]): string {
  return ['```yaml', ...lines.map((line) => line.replaceAll('`', '')), '```'].join('\n');
}
