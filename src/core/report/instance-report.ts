/** One instance in the result, from what was planned for it and done to it. */

import { reportBackendServers } from '../balancers/held-weights.ts';
import { describeFailed, describeUnhealthy } from '../health/reason.ts';
import type { Instance, SystemDisk } from '../model/instance.ts';
import type { PublicOptions } from '../model/rebuild-spec.ts';
import { decisionLabel, loginLabel, presentLabel, scriptLabel, stepLabels } from '../plan/text.ts';
import { instanceBefore } from '../rebuild/instance-before.ts';
import type { RebuildState } from '../rebuild/rebuild-state.ts';
import { endOf, type InstanceEnd, isRolledBack } from '../run/instance-end.ts';
import { diskOf, type InstanceRun, lastSeen, rebuildsOf } from '../run/instance-run.ts';
import type { RunState } from '../run/run-state.ts';
import { toIso, toSeconds } from '../time.ts';
import { failureOf } from './failure-report.ts';
import type { HealthReport, InstanceAtTime, InstanceReport, InstanceStatus } from './report.ts';
import { restoreWithLines } from './restore-with.ts';

/** An instance as it is known in a state of its run. */
export function reportInstance(run: InstanceRun, state: RunState): InstanceReport {
  const { anchor, atMs: nowMs, options } = state;
  const { target, backup, health, rollback } = run;
  const atMs = run.endedAtMs ?? nowMs;
  const spans = spansOf(run, atMs);
  const fromMs = spans[0]?.fromMs ?? atMs;
  const toMs = run.progress === 'ended' ? Math.max(fromMs, ...spans.map((span) => span.toMs)) : atMs;
  const end = endOf(run);
  const failure = failureOf(run, end);
  const last = lastSeen(run);
  const disk = diskOf(run);
  return {
    instanceId: target.instance.id,
    name: target.instance.name,
    status: statusOf(run, end, state),
    disk,
    adopted: run.rebuild?.adopted ?? false,
    publicIp: target.instance.publicIp,
    internalIp: target.instance.internalIp,
    before: atTime(instanceBefore(run.rebuild, target.instance), diskBefore(run)),
    ...(last === undefined ? {} : { after: atTime(last.instance, last.disk ?? undefined) }),
    erases: erasedBy(run),
    phases: spans.map((span) => ({
      phase: span.phase,
      startedAt: toIso(anchor, span.fromMs),
      durationSeconds: toSeconds(span.toMs - span.fromMs)
    })),
    statusHistory: rebuildsOf(run)
      .flatMap(({ history }) => history)
      .map((seen) => ({
        status: seen.status,
        imageId: seen.imageId,
        at: toIso(anchor, seen.atMs),
        seconds: toSeconds(seen.atMs - fromMs)
      })),
    requestIds: rebuildsOf(run).flatMap(({ requestIds }) => requestIds),
    durationSeconds: toSeconds(toMs - fromMs),
    plan: reportPlan(run, options),
    ...(backup?.imageId === undefined
      ? {}
      : { backup: { imageId: backup.imageId, imageName: backup.imageName } }),
    ...(health === undefined ? {} : { health: reportHealth(health) }),
    ...(rollback === undefined
      ? {}
      : {
          rollback: {
            imageId: rollback.imageId,
            ok: isRolledBack(run),
            ...(rollback.problem === undefined ? {} : { problem: rollback.problem })
          }
        }),
    balancers: reportBackendServers(target.backendServers ?? [], run.heldWeights),
    knownHosts: run.knownHosts,
    restoreWith: disk === 'untouched' || isRolledBack(run) ? [] : restoreWithLines(run, options),
    ...(failure === undefined ? {} : { failure })
  };
}

function reportPlan({ target }: InstanceRun, options: PublicOptions): InstanceReport['plan'] {
  return {
    action: target.decision.action,
    description: decisionLabel(target),
    current: presentLabel(target),
    steps: stepLabels(target),
    warnings: target.warnings,
    login: loginLabel(options),
    userData: scriptLabel(options)
  };
}

/**
 * The disk that this run erases, or has erased. Of a rebuild that was under way already nobody knows which disk it
 * replaced: the one that was seen may be the new one.
 */
function erasedBy(run: InstanceRun): InstanceReport['erases'] {
  const { target, rebuild } = run;
  if (rebuild?.adopted === true && rebuild.sends === 0)
    return { systemDiskId: '', sizeInGB: 0, snapshots: [] };
  const disk = diskBefore(run);
  return {
    systemDiskId: disk?.id ?? '',
    sizeInGB: disk?.sizeInGB ?? 0,
    snapshots: target.snapshots.map(({ id, name, createTime }) => ({ id, name, createTime }))
  };
}

/** The system disk as last seen before the rebuild was sent, or as the plan saw it. */
function diskBefore({ target, rebuild }: InstanceRun): SystemDisk | undefined {
  return ((rebuild?.sends ?? 0) > 0 ? rebuild?.reference?.disk : undefined) ?? target.disk;
}

function atTime(instance: Instance, disk: SystemDisk | undefined): InstanceAtTime {
  const { status, imageId, imageName } = instance;
  return { status, imageId, imageName, systemDiskId: disk?.id ?? '' };
}

function statusOf(run: InstanceRun, end: InstanceEnd | undefined, state: RunState): InstanceStatus {
  if (end === undefined) return run.progress === 'planned' ? untouchedStatus(state) : 'inProgress';
  switch (end.kind) {
    case 'cancelled':
      if (end.goesOn) return 'inProgress';
      return run.rebuild?.ending?.kind === 'rebuilt' || end.at === 'rollback' ? 'failed' : 'notStarted';
    case 'rollbackFailed':
      return 'failed';
    default:
      return end.kind;
  }
}

/** What an instance is that nothing was done to: part of a plan, or left out by a run that refused or stopped. */
function untouchedStatus({ course, instances }: RunState): 'planned' | 'notStarted' {
  const isRefused = instances.some(({ target }) => target.decision.action === 'refuse');
  return course === undefined && !isRefused ? 'planned' : 'notStarted';
}

function reportHealth(health: NonNullable<InstanceRun['health']>): HealthReport {
  return {
    healthy: health.healthy,
    durationSeconds: toSeconds(health.atMs - health.fromMs),
    deadlineSeconds: toSeconds(health.deadlineMs - health.fromMs),
    checks: health.checks.map(({ check, result }) => ({
      check,
      result: result.healthy ? 'passes' : describeUnhealthy(result.reason)
    })),
    history: health.history.map(({ atMs, failed }) => ({
      seconds: toSeconds(atMs - health.fromMs),
      result: describeFailed(failed)
    }))
  };
}

interface Span {
  readonly phase: string;
  readonly fromMs: number;
  readonly toMs: number;
}

function spansOf({ rebuild, health, rollback }: InstanceRun, atMs: number): readonly Span[] {
  return [
    ...(rebuild === undefined ? [] : spansOfRebuild(rebuild, '', atMs)),
    ...(health === undefined ? [] : [{ phase: 'health', fromMs: health.fromMs, toMs: health.atMs }]),
    ...(rollback?.rebuild === undefined ? [] : spansOfRebuild(rollback.rebuild, 'rollback: ', atMs)),
    ...(rollback?.health === undefined
      ? []
      : [{ phase: 'rollback: health', fromMs: rollback.health.fromMs, toMs: rollback.health.atMs }])
  ];
}

function spansOfRebuild(rebuild: RebuildState, prefix: string, atMs: number): readonly Span[] {
  return rebuild.phases.flatMap(({ phase, fromMs }, index) =>
    phase === 'ended'
      ? []
      : [{ phase: `${prefix}${phase}`, fromMs, toMs: rebuild.phases[index + 1]?.fromMs ?? atMs }]
  );
}
