/** What was done to one target, from its backup to its rollback: the value that its report is made from. */

import { type HeldWeight, openHeldWeights } from '../balancers/held-weights.ts';
import type { Checked } from '../health/health.ts';
import { statusKind } from '../model/instance.ts';
import type { PlannedTarget } from '../plan/plan.ts';
import { whyUnavailable } from '../plan/rollout-order.ts';
import { diskStateOf } from '../rebuild/disk-state.ts';
import { instanceBefore } from '../rebuild/instance-before.ts';
import type { RebuildState } from '../rebuild/rebuild-state.ts';
import type { Outcome } from '../rollout/rollout-state.ts';

/** A backup. The name is known before it is asked for, the id when it has begun. */
export interface Backup {
  readonly imageName: string;
  readonly imageId?: string;
  readonly isAvailable: boolean;
}

/** The way back after a failure. */
export interface Rollback {
  readonly imageId: string;
  readonly rebuild?: RebuildState;
  readonly health?: Checked;
  /** Why it could not even be tried. */
  readonly problem?: string;
}

/** All that was done to one target so far. */
export interface InstanceRun {
  readonly target: PlannedTarget;
  readonly backup?: Backup;
  readonly rebuild?: RebuildState;
  readonly health?: Checked;
  readonly rollback?: Rollback;
  /** The weights that were taken from it on its load balancers. */
  readonly heldWeights: readonly HeldWeight[];
  /** Why they could not be given back although it is well. */
  readonly rejoinProblem?: string;
  /** Lines of a known_hosts file, as first seen after the rebuild. */
  readonly knownHosts: readonly string[];
  /** Cut short by a cancel. */
  readonly cancelled: boolean;
}

/** Whether the instance ended as it was asked for. */
export function hasSucceeded(run: InstanceRun): boolean {
  const kind = run.rebuild?.ending?.kind;
  const ended = kind === 'rebuilt' || kind === 'skipped' || kind === 'started';
  return ended && run.health?.healthy !== false && run.rejoinProblem === undefined && !run.cancelled;
}

/** Whether a rollback came to a good end. */
export function isRolledBack(run: InstanceRun): boolean {
  const kind = run.rollback?.rebuild?.ending?.kind;
  const ended = kind === 'rebuilt' || kind === 'skipped';
  return ended && run.rollback?.health?.healthy !== false;
}

/**
 * Whether a rollback can help: the disk was erased, and the instance is there to be rebuilt. One on another image
 * than this run's is left alone, for somebody else may have put it there. A rebuild that is not proven may still be
 * to come, and one that could not be observed cannot be judged.
 */
export function needsRollback(run: InstanceRun): boolean {
  if (run.cancelled || run.rebuild === undefined || !canRollBackTo(run)) return false;
  if (run.health?.healthy === false) return run.rebuild.ending?.kind === 'rebuilt';
  const { ending } = run.rebuild;
  if (ending?.kind !== 'failed') return false;
  const { reason } = ending;
  if (reason.kind === 'status') return reason.status === 'Error';
  return reason.kind === 'timedOut';
}

/** The image that was made before the wipe and can be rebuilt from. */
export function usableBackup({ backup }: InstanceRun): string | undefined {
  return backup?.isAvailable ? backup.imageId : undefined;
}

/** Whether this run has erased it itself, and knows another image to put it back onto. */
function canRollBackTo(run: InstanceRun): boolean {
  const { task, instance } = run.target;
  return (
    (run.rebuild?.sends ?? 0) > 0 &&
    (usableBackup(run) ?? instanceBefore(run.rebuild, instance).imageId) !== task.image.id
  );
}

/** How the work forth on a target ended, for the rollout that it is a part of. */
export function outcomeOf(run: InstanceRun): Outcome {
  if (run.cancelled) return { result: 'cancelled', isUnavailable: !isServing(run), canRollBack: false };
  if (hasSucceeded(run)) {
    // What is not waited for is away for as long as this run lives.
    const isUnavailable = run.rebuild?.ending?.kind === 'started';
    return {
      result: 'succeeded',
      isUnavailable,
      canRollBack: run.rebuild?.ending?.kind === 'rebuilt' && canRollBackTo(run)
    };
  }
  return { result: 'failed', isUnavailable: !isServing(run), canRollBack: needsRollback(run) };
}

/** Whether an instance that did not end well serves as before, because nothing was done to it. */
function isServing({ target, rebuild, health, heldWeights }: InstanceRun): boolean {
  if (
    health?.healthy === false ||
    openHeldWeights(heldWeights).length > 0 ||
    whyUnavailable(target) !== undefined
  )
    return false;
  if (rebuild === undefined) return true;
  return (
    diskStateOf(rebuild) === 'untouched' && statusKind(rebuild.last?.instance.status ?? 'Running') === 'up'
  );
}

/** Whether it may get its traffic back: it is well, or put back well, or it runs and nothing was done to it. */
export function mayRejoin(run: InstanceRun): boolean {
  const { rebuild, rollback, cancelled } = run;
  if (rollback !== undefined)
    return !cancelled && (isRolledBack(run) || (hasSucceeded(run) && staysOnNewImage(rollback)));
  if (hasSucceeded(run)) return true;
  if (cancelled || rebuild === undefined || run.health?.healthy === false) return false;
  return runsUntouched(rebuild);
}

/** Whether nothing was done on the way back, so that the new system is what it was: well. */
function staysOnNewImage({ rebuild }: Rollback): boolean {
  return rebuild === undefined || runsUntouched(rebuild);
}

function runsUntouched(rebuild: RebuildState): boolean {
  const isGone = rebuild.ending?.kind === 'failed' && rebuild.ending.reason.kind === 'gone';
  return (
    !isGone &&
    diskStateOf(rebuild) === 'untouched' &&
    statusKind(rebuild.last?.instance.status ?? '') === 'up'
  );
}
