/** How one instance ended, derived from what happened to it: here and nowhere else. */

import type { HealthOutcome } from '../health/health.ts';
import type { Refusal } from '../plan/refusal.ts';
import { isUnsent } from '../rebuild/disk-state.ts';
import type { FailureReason } from '../rebuild/ending.ts';
import type { RebuildState } from '../rebuild/rebuild-state.ts';
import { type InstanceRun, rebuildsOf } from './instance-run.ts';

/** A health check that did not pass. */
export type FailedHealth = Extract<HealthOutcome, { healthy: false }>;

/**
 * What went wrong.
 *
 * - `refused`: by our own rules, in the plan or right before the send
 * - `rebuild`: the rebuild, or what comes before it
 * - `unhealthy`: the new system, or the one that was on the image already
 * - `rejoin`: it is healthy, and its weights on the load balancers could not be restored
 */
export type FailureCause =
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] }
  | {
      readonly kind: 'rebuild';
      readonly rebuild: RebuildState;
      readonly reason: Exclude<FailureReason, { kind: 'refused' }>;
    }
  | { readonly kind: 'unhealthy'; readonly health: FailedHealth }
  | { readonly kind: 'rejoin'; readonly problem: string };

/**
 * Where a cancel met the instance.
 *
 * - `beforeSend`: nothing was sent, perhaps a backup was made
 * - `rebuild`: on the way to the rebuild or during it
 * - `health`: it runs on the image, and nobody knows whether it is healthy
 * - `rollback`: it had failed, and was to be rolled back
 */
export type CancelledAt = 'beforeSend' | 'rebuild' | 'health' | 'rollback';

/**
 * How this run ended for one instance. `withdrawn`: the rollout stopped before its rebuild was sent. `rolloutStopped`
 * instead of a cause: it had succeeded itself, and was rolled back with the others.
 */
export type InstanceEnd =
  | { readonly kind: 'rebuilt' | 'skipped' | 'started' | 'withdrawn' }
  | { readonly kind: 'failed'; readonly cause: FailureCause }
  | { readonly kind: 'rolledBack' | 'rollbackFailed'; readonly cause: FailureCause | 'rolloutStopped' }
  | {
      readonly kind: 'cancelled';
      readonly at: CancelledAt;
      /** A rebuild or a start goes on without this run. */
      readonly goesOn: boolean;
      readonly cause?: FailureCause | undefined;
    };

/** How it ended; `undefined` where it was not started or is being worked on, and after a fault of the program. */
export function endOf(run: InstanceRun): InstanceEnd | undefined {
  if (run.progress === 'planned') return refusedEnd(run);
  if (run.progress === 'working') return undefined;
  if (isWithdrawn(run)) return { kind: 'withdrawn' };
  const cause = causeOf(run);
  if (run.cancelled) {
    const goesOn = rebuildsOf(run).some(goesOnByItself);
    return { kind: 'cancelled', at: cancelledAt(run, cause), goesOn, cause };
  }
  if (run.rollback !== undefined) {
    return { kind: isRolledBack(run) ? 'rolledBack' : 'rollbackFailed', cause: cause ?? 'rolloutStopped' };
  }
  if (cause !== undefined) return { kind: 'failed', cause };
  const kind = successOf(run);
  return kind && { kind };
}

/** Whether the instance ended as it was asked for; what a rollback did later does not count. */
export function hasSucceeded(run: InstanceRun): boolean {
  return successOf(run) !== undefined && causeOf(run) === undefined && !run.cancelled;
}

function successOf({ rebuild }: InstanceRun): 'rebuilt' | 'skipped' | 'started' | undefined {
  const kind = rebuild?.ending?.kind;
  return kind === 'rebuilt' || kind === 'skipped' || kind === 'started' ? kind : undefined;
}

/** Whether the rebuild that it ended with was under way already when this run came, and sent by another. */
export function isAdopted({ rebuild }: InstanceRun): boolean {
  return rebuild?.adopted === true && rebuild.ending?.kind === 'rebuilt';
}

/** Whether the rollout stopped before its rebuild was sent. */
export function isWithdrawn({ rebuild }: InstanceRun): boolean {
  return rebuild?.ending?.kind === 'withdrawn';
}

/** Whether it was to be rolled back with the others, and had not failed itself. */
export function isRolledBackWithOthers(run: InstanceRun): boolean {
  return run.rollback !== undefined && causeOf(run) === undefined;
}

/** Whether the rollback came to a good end. */
export function isRolledBack({ rollback }: InstanceRun): boolean {
  const kind = rollback?.rebuild?.ending?.kind;
  return (kind === 'rebuilt' || kind === 'skipped') && rollback?.health?.healthy !== false;
}

/** Nothing is started for a plan with a refusal in it. */
function refusedEnd({ target: { decision } }: InstanceRun): InstanceEnd | undefined {
  if (decision.action !== 'refuse') return undefined;
  return { kind: 'failed', cause: { kind: 'refused', refusals: decision.refusals } };
}

function causeOf({ rebuild, health, rejoinProblem }: InstanceRun): FailureCause | undefined {
  if (rebuild?.ending?.kind === 'failed') {
    const { reason } = rebuild.ending;
    return reason.kind === 'refused' ? reason : { kind: 'rebuild', rebuild, reason };
  }
  if (health?.healthy === false) return { kind: 'unhealthy', health };
  return rejoinProblem === undefined ? undefined : { kind: 'rejoin', problem: rejoinProblem };
}

function cancelledAt(
  { rebuild, backup, rollback }: InstanceRun,
  cause: FailureCause | undefined
): CancelledAt {
  // One that had succeeded may be cut off while it is rolled back with the others.
  if (cause !== undefined || rollback !== undefined) return 'rollback';
  if (rebuild === undefined) return 'beforeSend';
  if (rebuild.ending?.kind !== 'cancelled') return 'health';
  return isUnsent(rebuild) && backup !== undefined ? 'beforeSend' : 'rebuild';
}

/** Whether a rebuild that was cut off goes on without this run. */
function goesOnByItself(rebuild: RebuildState): boolean {
  const { ending, adopted, starts } = rebuild;
  return ending?.kind === 'cancelled' && (!isUnsent(rebuild) || adopted || starts > 0);
}
