import type { Target } from '../plan/plan.ts';
import { isUnsent } from '../rebuild/disk-state.ts';
import { beforeRebuild, type InstanceRun } from './instance-run.ts';

/**
 * The disk that this run erases, or has erased, with its snapshots. Where a change is under way already and this run has
 * sent nothing, the disk that was seen may be the new one of somebody's rebuild, so none is named.
 */
export function erasedBy(run: InstanceRun): Pick<Target, 'disk' | 'snapshots'> {
  const { rebuild, target } = run;
  const wasChanging = rebuild?.adopted === true || target.decision.action === 'wait';
  return wasChanging && (rebuild === undefined || isUnsent(rebuild))
    ? { disk: undefined, snapshots: [] }
    : { disk: beforeRebuild(run).disk, snapshots: target.snapshots };
}
