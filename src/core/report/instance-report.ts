/** One instance in the result, from what was planned for it and done to it. */

import { type Era, toIso, toSeconds } from '../duration.ts';
import { describeUnhealthy } from '../health/reason.ts';
import type { Instance, SystemDisk } from '../model/instance.ts';
import type { RebuildOrder } from '../model/rebuild-spec.ts';
import type { PlannedTarget } from '../plan/plan.ts';
import { decisionLabel, loginLabel, presentLabel, stepLabels, userDataLabel } from '../plan/text.ts';
import type { DiskFate } from '../rebuild/ending.ts';
import { fateOf } from '../rebuild/disk-state.ts';
import type { Life } from '../rebuild/rebuild-state.ts';
import { type Deed, isRolledBack, isWell } from '../run/instance-run.ts';
import { failureOfDeed } from './failure-report.ts';
import { reportPlaces } from '../balancers/held-weights.ts';
import type { FailureReport, HealthReport, InstanceReport, InstanceStatus, Snapshotted } from './report.ts';
import { wayBackLines } from './restore-with.ts';

/** A target of which nothing more was done than to plan it. */
export function reportPlanned(
  target: PlannedTarget,
  order: RebuildOrder,
  status: 'planned' | 'notStarted' | 'failed',
  failure?: FailureReport
): InstanceReport {
  return {
    ...head(target, order),
    status,
    disk: 'untouched',
    adopted: false,
    phases: [],
    seen: [],
    requestIds: [],
    durationSeconds: 0,
    balancers: reportPlaces(target.places ?? [], []),
    knownHosts: [],
    wayBack: [],
    ...(failure === undefined ? {} : { failure })
  };
}

/** What was done to a target; the deed may still go on where the run only keeps what it knows. */
export function reportDeed(
  deed: Deed,
  order: RebuildOrder,
  era: Era,
  atMs: number,
  isOver: boolean
): InstanceReport {
  const lives = livesOf(deed);
  const last = lives.at(-1)?.last;
  const spans = spansOf(deed, atMs);
  const fromMs = spans[0]?.fromMs ?? atMs;
  const toMs = isOver ? Math.max(fromMs, ...spans.map((span) => span.toMs)) : atMs;
  const failure = isOver ? failureOfDeed(deed) : undefined;
  const disk = diskOf(deed);
  const { backup, health, rollback } = deed;
  return {
    ...head(deed.target, order),
    status: statusOf(deed, isOver),
    disk,
    adopted: deed.life?.adopted ?? false,
    ...(last === undefined ? {} : { after: moment(last.instance, last.disk ?? undefined) }),
    phases: spans.map((span) => ({
      phase: span.phase,
      startedAt: toIso(era, span.fromMs),
      durationSeconds: toSeconds(span.toMs - span.fromMs)
    })),
    seen: lives
      .flatMap(({ history }) => history)
      .map(({ atMs: seenMs, status, imageId }) => ({
        status,
        imageId,
        at: toIso(era, seenMs),
        seconds: toSeconds(seenMs - fromMs)
      })),
    requestIds: lives.flatMap(({ requestIds }) => requestIds),
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
            ok: isRolledBack(deed),
            ...(rollback.problem === undefined ? {} : { problem: rollback.problem })
          }
        }),
    balancers: reportPlaces(deed.target.places ?? [], deed.holds),
    knownHosts: deed.knownHosts,
    wayBack: disk === 'untouched' || isRolledBack(deed) ? [] : wayBackLines(deed, order),
    ...(failure === undefined ? {} : { failure })
  };
}

function livesOf(deed: Deed): readonly Life[] {
  return [deed.life, deed.rollback?.life].filter((life) => life !== undefined);
}

function head(target: PlannedTarget, order: RebuildOrder) {
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
      decision: decisionLabel(target),
      present: presentLabel(target),
      steps: stepLabels(target),
      warnings,
      login: loginLabel(order),
      userData: userDataLabel(order)
    }
  };
}

function moment(instance: Instance, disk: SystemDisk | undefined): Snapshotted {
  const { status, imageId, imageName } = instance;
  return { status, imageId, imageName, systemDiskId: disk?.id ?? '' };
}

function diskOf(deed: Deed): DiskFate {
  const fates = livesOf(deed).map(fateOf);
  if (fates.includes('erased')) return 'erased';
  return fates.includes('unknown') ? 'unknown' : 'untouched';
}

function statusOf(deed: Deed, isOver: boolean): InstanceStatus {
  if (!isOver) return 'inProgress';
  if (deed.cancelled) {
    if (livesOf(deed).some(isUnderWay)) return 'inProgress';
    const kind = deed.life?.ending?.kind ?? 'cancelled';
    return kind === 'cancelled' || kind === 'skipped' ? 'notStarted' : 'failed';
  }
  if (deed.rollback !== undefined) return isRolledBack(deed) ? 'rolledBack' : 'failed';
  if (!isWell(deed)) return 'failed';
  const kind = deed.life?.ending?.kind;
  return kind === 'rebuilt' || kind === 'skipped' || kind === 'started' ? kind : 'failed';
}

/** Whether a cancelled life leaves something behind that goes on by itself. */
function isUnderWay({ ending, sends, inDoubt, adopted, starts }: Life): boolean {
  return ending?.kind === 'cancelled' && (sends > 0 || inDoubt || adopted || starts > 0);
}

function healthOf(health: NonNullable<Deed['health']>): HealthReport {
  return {
    healthy: health.healthy,
    durationSeconds: toSeconds(health.atMs - health.fromMs),
    history: health.history.map(({ atMs, reason }) => ({
      seconds: toSeconds(atMs - health.fromMs),
      result: reason === undefined ? 'passes' : describeUnhealthy(reason)
    }))
  };
}

interface Span {
  readonly phase: string;
  readonly fromMs: number;
  readonly toMs: number;
}

function spansOf({ life, health, rollback }: Deed, atMs: number): readonly Span[] {
  return [
    ...(life === undefined ? [] : spansOfLife(life, '', atMs)),
    ...(health === undefined ? [] : [{ phase: 'health', fromMs: health.fromMs, toMs: health.atMs }]),
    ...(rollback?.life === undefined ? [] : spansOfLife(rollback.life, 'rollback: ', atMs)),
    ...(rollback?.health === undefined
      ? []
      : [{ phase: 'rollback: health', fromMs: rollback.health.fromMs, toMs: rollback.health.atMs }])
  ];
}

function spansOfLife(life: Life, prefix: string, atMs: number): readonly Span[] {
  return life.phases.flatMap(({ phase, fromMs }, index) =>
    phase === 'ended'
      ? []
      : [{ phase: `${prefix}${phase}`, fromMs, toMs: life.phases[index + 1]?.fromMs ?? atMs }]
  );
}
