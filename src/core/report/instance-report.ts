/** One instance in the result, from what was planned for it and done to it. */

import { reportBackendServers } from '../balancers/held-weights.ts';
import { type ClockAnchor, toIso, toSeconds } from '../duration.ts';
import { describeFailed, describeUnhealthy } from '../health/reason.ts';
import type { Instance, SystemDisk } from '../model/instance.ts';
import type { RebuildSpec } from '../model/rebuild-spec.ts';
import type { PlannedTarget } from '../plan/plan.ts';
import { decisionLabel, loginLabel, presentLabel, stepLabels, userDataLabel } from '../plan/text.ts';
import { diskStateOf } from '../rebuild/disk-state.ts';
import type { DiskState } from '../rebuild/ending.ts';
import type { RebuildState } from '../rebuild/rebuild-state.ts';
import { hasSucceeded, type InstanceRun, isRolledBack } from '../run/instance-run.ts';
import { failureOfRun } from './failure-report.ts';
import type {
  FailureReport,
  HealthReport,
  InstanceAtTime,
  InstanceReport,
  InstanceStatus
} from './report.ts';
import { restoreWithLines } from './restore-with.ts';

/** A target of which nothing more was done than to plan it. */
export function reportPlanned(
  target: PlannedTarget,
  order: RebuildSpec,
  status: 'planned' | 'notStarted' | 'failed',
  failure?: FailureReport
): InstanceReport {
  return {
    ...head(target, order),
    status,
    disk: 'untouched',
    adopted: false,
    phases: [],
    statusHistory: [],
    requestIds: [],
    durationSeconds: 0,
    balancers: reportBackendServers(target.places ?? [], []),
    knownHosts: [],
    restoreWith: [],
    ...(failure === undefined ? {} : { failure })
  };
}

/** What was done to a target; the deed may still go on where the run only keeps what it knows. */
export function reportInstanceRun(
  run: InstanceRun,
  order: RebuildSpec,
  anchor: ClockAnchor,
  atMs: number,
  isOver: boolean
): InstanceReport {
  const rebuilds = rebuildsOf(run);
  const last = rebuilds.at(-1)?.last;
  const spans = spansOf(run, atMs);
  const fromMs = spans[0]?.fromMs ?? atMs;
  const toMs = isOver ? Math.max(fromMs, ...spans.map((span) => span.toMs)) : atMs;
  const failure = isOver ? failureOfRun(run) : undefined;
  const disk = diskOf(run);
  const { backup, health, rollback } = run;
  return {
    ...head(run.target, order),
    status: statusOf(run, isOver),
    disk,
    adopted: run.rebuild?.adopted ?? false,
    ...(last === undefined ? {} : { after: moment(last.instance, last.disk ?? undefined) }),
    phases: spans.map((span) => ({
      phase: span.phase,
      startedAt: toIso(anchor, span.fromMs),
      durationSeconds: toSeconds(span.toMs - span.fromMs)
    })),
    statusHistory: rebuilds
      .flatMap(({ history }) => history)
      .map(({ atMs: seenMs, status, imageId }) => ({
        status,
        imageId,
        at: toIso(anchor, seenMs),
        seconds: toSeconds(seenMs - fromMs)
      })),
    requestIds: rebuilds.flatMap(({ requestIds }) => requestIds),
    durationSeconds: toSeconds(toMs - fromMs),
    ...(backup?.imageId === undefined
      ? {}
      : { backup: { imageId: backup.imageId, imageName: backup.imageName } }),
    ...(health === undefined ? {} : { health: healthOf(health) }),
    ...(rollback === undefined
      ? {}
      : {
          rollback: {
            imageId: rollback.imageId,
            ok: isRolledBack(run),
            ...(rollback.problem === undefined ? {} : { problem: rollback.problem })
          }
        }),
    balancers: reportBackendServers(run.target.places ?? [], run.heldWeights),
    knownHosts: run.knownHosts,
    restoreWith: disk === 'untouched' || isRolledBack(run) ? [] : restoreWithLines(run, order),
    ...(failure === undefined ? {} : { failure })
  };
}

function rebuildsOf(run: InstanceRun): readonly RebuildState[] {
  return [run.rebuild, run.rollback?.rebuild].filter((rebuild) => rebuild !== undefined);
}

function head(target: PlannedTarget, order: RebuildSpec) {
  const { instance, disk, snapshots, warnings } = target;
  return {
    instanceId: instance.id,
    name: instance.name,
    publicIp: instance.publicIp,
    internalIp: instance.internalIp,
    before: moment(instance, disk),
    erases: {
      systemDiskId: disk?.id ?? '',
      sizeInGB: disk?.sizeInGB ?? 0,
      snapshots: snapshots.map(({ id, name, createTime }) => ({ id, name, createTime }))
    },
    plan: {
      action: target.decision.action,
      description: decisionLabel(target),
      current: presentLabel(target),
      steps: stepLabels(target),
      warnings,
      login: loginLabel(order),
      userData: userDataLabel(order)
    }
  };
}

function moment(instance: Instance, disk: SystemDisk | undefined): InstanceAtTime {
  const { status, imageId, imageName } = instance;
  return { status, imageId, imageName, systemDiskId: disk?.id ?? '' };
}

function diskOf(run: InstanceRun): DiskState {
  const diskStates = rebuildsOf(run).map(diskStateOf);
  if (diskStates.includes('erased')) return 'erased';
  return diskStates.includes('unknown') ? 'unknown' : 'untouched';
}

function statusOf(run: InstanceRun, isOver: boolean): InstanceStatus {
  if (!isOver) return 'inProgress';
  if (run.cancelled) {
    if (rebuildsOf(run).some(isUnderWay)) return 'inProgress';
    const kind = run.rebuild?.ending?.kind ?? 'cancelled';
    return kind === 'cancelled' || kind === 'skipped' ? 'notStarted' : 'failed';
  }
  if (run.rollback !== undefined) return isRolledBack(run) ? 'rolledBack' : 'failed';
  if (!hasSucceeded(run)) return 'failed';
  const kind = run.rebuild?.ending?.kind;
  return kind === 'rebuilt' || kind === 'skipped' || kind === 'started' ? kind : 'failed';
}

/** Whether a cancelled life leaves something behind that goes on by itself. */
function isUnderWay({ ending, sends, inDoubt, adopted, starts }: RebuildState): boolean {
  return ending?.kind === 'cancelled' && (sends > 0 || inDoubt || adopted || starts > 0);
}

function healthOf(health: NonNullable<InstanceRun['health']>): HealthReport {
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
