/** Everything that one run did to one instance and saw of it. A plain value without a secret. */

import { type HeldWeight, openHeldWeights } from '../balancers/held-weights.ts';
import type { HealthOutcome } from '../health/health.ts';
import type { Instance, SystemDisk } from '../model/instance.ts';
import type { PlannedTarget } from '../plan/plan.ts';
import { diskStateOf, isUnsent } from '../rebuild/disk-state.ts';
import type { DiskState } from '../rebuild/ending.ts';
import type { Observation, RebuildState, Seen } from '../rebuild/rebuild-state.ts';

/** A backup. The name is known before the image is asked for, the ID once it is being made. */
export interface Backup {
  readonly imageName: string;
  readonly imageId?: string;
  readonly isAvailable: boolean;
}

/** The rebuild back onto the earlier image. */
export interface Rollback {
  readonly imageId: string;
  readonly rebuild?: RebuildState;
  readonly health?: HealthOutcome;
  /** Why it could not even be tried. */
  readonly problem?: string;
}

/** One instance of a run. */
export interface InstanceRun {
  readonly target: PlannedTarget;
  /** `planned`: nothing was started. `working`: it is being worked on. `ended`: this run is done with it. */
  readonly progress: 'planned' | 'working' | 'ended';
  readonly endedAtMs?: number;
  readonly backup?: Backup;
  readonly rebuild?: RebuildState;
  readonly health?: HealthOutcome;
  readonly rollback?: Rollback;
  /** The weights that were taken from it on its load balancers. */
  readonly heldWeights: readonly HeldWeight[];
  /** Why they could not be restored although it is healthy. */
  readonly rejoinProblem?: string;
  /** Lines of a known_hosts file, as first seen after the rebuild. */
  readonly knownHosts: readonly string[];
  /** Cut short by a cancel. */
  readonly cancelled: boolean;
}

/** An instance that nothing was done to yet. */
export function plannedRun(target: PlannedTarget): InstanceRun {
  return { target, progress: 'planned', heldWeights: [], knownHosts: [], cancelled: false };
}

/** The rebuild and the one of the rollback, as far as there were any. */
export function rebuildsOf({ rebuild, rollback }: InstanceRun): readonly RebuildState[] {
  return [rebuild, rollback?.rebuild].filter((one) => one !== undefined);
}

/** Every change of status or image that was seen; a rollback begins with what was seen last before it. */
export function historyOf(run: InstanceRun): readonly Seen[] {
  const all = rebuildsOf(run).flatMap(({ history }) => history);
  return all.filter(
    ({ status, imageId }, at) => status !== all[at - 1]?.status || imageId !== all[at - 1]?.imageId
  );
}

/**
 * The instance and its system disk as they were last observed before this run's rebuild was sent, or as the plan saw
 * them where nothing was sent. Hours may lie between the two.
 */
export function beforeRebuild({ target, rebuild }: InstanceRun): {
  readonly instance: Instance;
  readonly disk: SystemDisk | undefined;
} {
  const { instance, disk } = (rebuild && !isUnsent(rebuild) && rebuild.reference) || target;
  return { instance, disk: disk ?? target.disk };
}

/** The last observation; `undefined` where there was none after the plan. */
export function lastSeen(run: InstanceRun): Observation | undefined {
  return rebuildsOf(run).findLast(({ last }) => last !== undefined)?.last;
}

/** The instance as it was last observed, or as the plan saw it where that was the last time. */
export function latestInstance(run: InstanceRun): Instance {
  return (lastSeen(run) ?? run.target).instance;
}

/** What has become of the system disk, both rebuilds together. */
export function diskOf(run: InstanceRun): DiskState {
  const states = rebuildsOf(run).map(diskStateOf);
  if (states.includes('erased')) return 'erased';
  return states.includes('unknown') ? 'unknown' : 'untouched';
}

/** The image that was made before the wipe and can be rebuilt from. */
export function usableBackup({ backup }: InstanceRun): string | undefined {
  return backup?.isAvailable ? backup.imageId : undefined;
}

/** The image to go back to: the backup where one was made, else the one that it ran on right before the send. */
export function previousImageId(run: InstanceRun): string {
  return usableBackup(run) ?? beforeRebuild(run).instance.imageId;
}

/** Whether a weight of it is still lowered, as far as is known. */
export function isLowered({ heldWeights }: InstanceRun): boolean {
  return openHeldWeights(heldWeights).length > 0;
}
