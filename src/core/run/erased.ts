import type { Snapshot, SystemDisk } from '../model/instance.ts';
import { isUnsent } from '../rebuild/disk-state.ts';
import type { InstanceRun } from './instance-run.ts';

/** What a rebuild erases, or has erased. */
export interface Erased {
  /** `undefined` where it is not known. */
  readonly disk: SystemDisk | undefined;
  readonly snapshots: readonly Snapshot[];
}

/**
 * The disk that this run erases, or has erased, with its snapshots. Where a change is under way already and this run has
 * sent nothing, the disk that was seen may be the new one of somebody's rebuild, so none is named.
 */
export function erasedBy(run: InstanceRun): Erased {
  const { rebuild, target } = run;
  const wasChanging = rebuild?.adopted === true || target.decision.action === 'wait';
  return wasChanging && (rebuild === undefined || isUnsent(rebuild))
    ? { disk: undefined, snapshots: [] }
    : { disk: diskBefore(run), snapshots: target.snapshots };
}

/** The system disk as last seen before the rebuild was sent, or as the plan saw it. */
export function diskBefore({ target, rebuild }: InstanceRun): SystemDisk | undefined {
  if (rebuild === undefined || isUnsent(rebuild)) return target.disk;
  return rebuild.reference?.disk ?? target.disk;
}
