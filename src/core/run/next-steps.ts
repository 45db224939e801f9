/** What may be done to an instance next, from what happened to it: roll it back, or give it its traffic again. */

import { statusKind } from '../model/bcc-status.ts';
import { whyUnavailable } from '../plan/rollout-order.ts';
import { diskStateOf } from '../rebuild/disk-state.ts';
import type { RebuildState } from '../rebuild/rebuild-state.ts';
import type { Outcome } from '../rollout/rollout-state.ts';
import { hasSucceeded, isRolledBack, isWithdrawn } from './instance-end.ts';
import { type InstanceRun, isLowered, previousImageId, type Rollback } from './instance-run.ts';

/** How the work on an instance ended, for the rollout that it is a part of. */
export function outcomeOf(run: InstanceRun): Outcome {
  if (isWithdrawn(run)) return { result: 'withdrawn', isUnavailable: !isServing(run), canRollBack: false };
  if (run.cancelled) return { result: 'cancelled', isUnavailable: !isServing(run), canRollBack: false };
  const kind = run.rebuild?.ending?.kind;
  if (hasSucceeded(run)) {
    // What is not waited for stays unavailable until this run ends.
    const canRollBack = kind === 'rebuilt' && hasOtherImage(run);
    return { result: 'succeeded', isUnavailable: kind === 'started', canRollBack };
  }
  return { result: 'failed', isUnavailable: !isServing(run), canRollBack: needsRollback(run) };
}

/**
 * Whether a rollback can help: the disk was erased, and the instance is there to be rebuilt. One on another image
 * than this run's is left alone, for somebody else may have put it there. A rebuild without proof may still come,
 * and one that could not be observed cannot be judged.
 */
export function needsRollback(run: InstanceRun): boolean {
  if (run.cancelled || run.rebuild === undefined || !hasOtherImage(run)) return false;
  const { ending } = run.rebuild;
  if (run.health?.healthy === false) return ending?.kind === 'rebuilt';
  if (ending?.kind !== 'failed') return false;
  const { reason } = ending;
  if (reason.kind === 'status') return reason.status === 'Error';
  return reason.kind === 'timedOut';
}

/** Whether it may get its traffic: it is healthy, or healthy again, or it runs and nothing was done to it. */
export function mayRejoin(run: InstanceRun): boolean {
  const { rebuild, rollback, cancelled } = run;
  if (rollback !== undefined) {
    return !cancelled && (isRolledBack(run) || (hasSucceeded(run) && staysOnNewImage(rollback)));
  }
  if (hasSucceeded(run)) return true;
  if (cancelled || rebuild === undefined || run.health?.healthy === false) return false;
  return runsUntouched(rebuild);
}

/** Whether this run erased it itself, and knows another image to go back to. */
function hasOtherImage(run: InstanceRun): boolean {
  return (run.rebuild?.sends ?? 0) > 0 && previousImageId(run) !== run.target.task.image.id;
}

/** Whether an instance that did not succeed serves as before, because nothing was done to it. */
function isServing(run: InstanceRun): boolean {
  const { target, rebuild, health } = run;
  if (health?.healthy === false || isLowered(run) || whyUnavailable(target) !== undefined) return false;
  if (rebuild === undefined) return true;
  // Where the last read failed for good, nobody knows whether it still serves.
  const isObserved = rebuild.last === undefined || rebuild.stretchSinceMs !== undefined;
  return isObserved && runsUntouched(rebuild, target.instance.status);
}

/** Whether the rollback did nothing, so that the new system still runs and is healthy. */
function staysOnNewImage({ rebuild }: Rollback): boolean {
  return rebuild === undefined || runsUntouched(rebuild);
}

/**
 * Whether it runs as before, because nothing was done to it.
 *
 * @param before its status where none was seen
 */
function runsUntouched(rebuild: RebuildState, before = ''): boolean {
  const isGone = rebuild.ending?.kind === 'failed' && rebuild.ending.reason.kind === 'gone';
  const status = rebuild.last?.instance.status ?? before;
  return !isGone && diskStateOf(rebuild) === 'untouched' && statusKind(status) === 'up';
}
