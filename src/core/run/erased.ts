import type { Snapshot, SystemDisk } from '../model/instance.ts';
import type { InstanceRun } from './instance-run.ts';

/** What a rebuild erases, or has erased. */
export interface Erased {
  /** `undefined` where it is not known. */
  readonly disk: SystemDisk | undefined;
  readonly snapshots: readonly Snapshot[];
}

/**
 * The disk that this run erases, or has erased, with its snapshots. Of a rebuild that was under way already nobody
 * knows which disk it replaced: the one that was seen may be the new one.
 */
export function erasedBy(run: InstanceRun): Erased {
  const { rebuild, target } = run;
  const isForeign = rebuild?.adopted === true && rebuild.sends === 0;
  return isForeign
    ? { disk: undefined, snapshots: [] }
    : { disk: diskBefore(run), snapshots: target.snapshots };
}

/** The system disk as last seen before the rebuild was sent, or as the plan saw it. */
export function diskBefore({ target, rebuild }: InstanceRun): SystemDisk | undefined {
  return ((rebuild?.sends ?? 0) > 0 ? rebuild?.reference?.disk : undefined) ?? target.disk;
}
