/** The result of a run as a value: the output `result`, and what the summary is drawn from. No secret is in it. */
import { type Era, toIso, toSeconds } from './duration.ts';
import { type Explanation, explain, explainCancel } from './explain.ts';
import type { CallFailure } from './failure.ts';
import type { Image } from './image.ts';
import type { Instance, SystemDisk } from './instance.ts';
import type { PlannedTarget } from './plan.ts';
import type { DiskFate } from './rebuild/ending.ts';
import { fateOf } from './rebuild/fate.ts';
import type { Life } from './rebuild/state.ts';

/** What became of one instance. */
export type InstanceStatus =
  | 'rebuilt'
  | 'skipped'
  | 'planned'
  | 'started'
  | 'inProgress'
  | 'failed'
  | 'notStarted';

/** What became of the run; the output `status`. */
export type RunStatus = Exclude<InstanceStatus, 'notStarted'> | 'partial';

/** One instance in the result; times are ISO 8601, UTC, stretches are seconds. */
export interface InstanceReport {
  readonly instanceId: string;
  readonly name: string;
  readonly status: InstanceStatus;
  readonly disk: DiskFate;
  /** The rebuild was already under way when this run came, and was waited for. */
  readonly adopted: boolean;
  readonly publicIp: string;
  readonly internalIp: string;
  readonly before: Snapshotted;
  /** As last seen; absent where nothing was seen after the plan. */
  readonly after?: Snapshotted;
  /** What a rebuild of it erases, or has erased. */
  readonly erases: {
    readonly systemDiskId: string;
    readonly sizeInGB: number;
    readonly snapshots: readonly {
      readonly id: string;
      readonly name: string;
      readonly createTime: string;
    }[];
  };
  readonly phases: readonly {
    readonly phase: string;
    readonly startedAt: string;
    readonly durationSeconds: number;
  }[];
  /** Every change of status or image that was seen, with the seconds since the first look. */
  readonly seen: readonly {
    readonly status: string;
    readonly imageId: string;
    readonly at: string;
    readonly seconds: number;
  }[];
  /** Of the writes: rebuild and start. */
  readonly requestIds: readonly string[];
  readonly durationSeconds: number;
  readonly failure?: FailureReport;
}

/** An instance at one moment. */
export interface Snapshotted {
  readonly status: string;
  readonly imageId: string;
  readonly imageName: string;
  readonly systemDiskId: string;
}

/** Why it failed, for people and for programs. */
export interface FailureReport extends Explanation {
  /** The kind of the reason, such as `timedOut`, or of the failed call, such as `denied`. */
  readonly reason: string;
  readonly operation?: string;
  readonly httpStatus?: number;
  readonly code?: string;
  readonly requestId?: string;
}

/** The whole result. */
export interface RunReport {
  /** The version of this form; it grows only when a reader would break. */
  readonly version: 1;
  readonly status: RunStatus;
  /** Whether a disk was erased, or may have been. */
  readonly changed: boolean;
  readonly imageId: string;
  readonly imageName: string;
  readonly startedAt: string;
  readonly durationSeconds: number;
  readonly instances: readonly InstanceReport[];
}

/** A target of which nothing more was done than to plan it. */
export function reportPlanned(
  target: PlannedTarget,
  status: 'planned' | 'notStarted' | 'failed',
  failure?: FailureReport
): InstanceReport {
  return {
    ...head(target),
    status,
    disk: 'untouched',
    adopted: false,
    phases: [],
    seen: [],
    requestIds: [],
    durationSeconds: 0,
    ...(failure === undefined ? {} : { failure })
  };
}

/** A target whose life was lived; `life` may still go on where the run is only saving what it knows. */
export function reportLife(target: PlannedTarget, life: Life, era: Era, atMs: number): InstanceReport {
  const fromMs = life.phases[0]?.fromMs ?? atMs;
  const endMs = life.phase === 'ended' ? (life.phases.at(-1)?.fromMs ?? atMs) : atMs;
  const failure = failureOf(life);
  return {
    ...head(target),
    status: statusOf(life),
    disk: fateOf(life),
    adopted: life.adopted,
    ...(life.last === undefined ? {} : { after: moment(life.last.instance, life.last.disk ?? undefined) }),
    phases: phasesOf(life, era, endMs),
    seen: life.history.map(({ atMs: seenMs, status, imageId }) => ({
      status,
      imageId,
      at: toIso(era, seenMs),
      seconds: toSeconds(seenMs - fromMs)
    })),
    requestIds: life.requestIds,
    durationSeconds: toSeconds(endMs - fromMs),
    ...(failure === undefined ? {} : { failure })
  };
}

/** The result of a run from its instances. */
export function reportRun(
  image: Pick<Image, 'id' | 'name'>,
  instances: readonly InstanceReport[],
  era: Era,
  span: { readonly fromMs: number; readonly toMs: number }
): RunReport {
  return {
    version: 1,
    status: runStatus(instances),
    changed: instances.some(({ disk }) => disk !== 'untouched'),
    imageId: image.id,
    imageName: image.name,
    startedAt: toIso(era, span.fromMs),
    durationSeconds: toSeconds(span.toMs - span.fromMs),
    instances
  };
}

/** One word for a run: what all have in common, or what tells most. */
export function runStatus(instances: readonly InstanceReport[]): RunStatus {
  const has = (status: InstanceStatus): boolean => instances.some((one) => one.status === status);
  if (has('inProgress')) return 'inProgress';
  const good = has('rebuilt') || has('skipped') || has('started');
  if (has('failed') || has('notStarted') || instances.length === 0) return good ? 'partial' : 'failed';
  if (has('planned')) return 'planned';
  if (has('started')) return 'started';
  return has('rebuilt') ? 'rebuilt' : 'skipped';
}

/** A failed call in the form of the result. */
export function failedCall(failure: CallFailure): Omit<FailureReport, keyof Explanation> {
  const { kind, operation, httpStatus, code, requestId } = failure;
  return {
    reason: kind,
    operation,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(code === undefined ? {} : { code }),
    ...(requestId === undefined ? {} : { requestId })
  };
}

function head(target: PlannedTarget) {
  const { instance, disk, snapshots } = target;
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
    }
  };
}

function moment(instance: Instance, disk: SystemDisk | undefined): Snapshotted {
  const { status, imageId, imageName } = instance;
  return { status, imageId, imageName, systemDiskId: disk?.id ?? '' };
}

function statusOf(life: Life): InstanceStatus {
  const { ending } = life;
  switch (ending?.kind) {
    case undefined:
      return 'inProgress';
    case 'cancelled':
      return life.sends > 0 || life.adopted || life.starts > 0 ? 'inProgress' : 'notStarted';
    default:
      return ending?.kind ?? 'failed';
  }
}

function failureOf(life: Life): FailureReport | undefined {
  const { ending } = life;
  if (ending?.kind === 'cancelled') return { reason: 'cancelled', ...explainCancel(life) };
  if (ending?.kind !== 'failed') return undefined;
  const { reason } = ending;
  const call = reason.kind === 'call' ? failedCall(reason.failure) : { reason: reason.kind };
  return { ...call, ...explain(life, reason) };
}

function phasesOf(life: Life, era: Era, endMs: number): InstanceReport['phases'] {
  return life.phases
    .filter(({ phase }) => phase !== 'ended')
    .map(({ phase, fromMs }, index) => ({
      phase,
      startedAt: toIso(era, fromMs),
      durationSeconds: toSeconds((life.phases[index + 1]?.fromMs ?? endMs) - fromMs)
    }));
}
