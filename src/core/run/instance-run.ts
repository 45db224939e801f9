/** What was done to one target, from its backup to its rollback: the value that its report is made from. */
import type { HealthChange } from '../health/health.ts';
import type { Unhealthy } from '../health/reason.ts';
import { statusKind } from '../model/instance.ts';
import { whyAway } from '../plan/rollout-order.ts';
import type { PlannedTarget } from '../plan/plan.ts';
import { fateOf } from '../rebuild/disk-state.ts';
import type { Life } from '../rebuild/rebuild-state.ts';
import type { Outcome } from '../rollout/rollout-state.ts';
import { type Hold, openHolds } from '../balancers/held-weights.ts';

/** How a health check ended. */
export type Checked =
  | {
      readonly healthy: true;
      readonly fromMs: number;
      readonly atMs: number;
      readonly history: readonly HealthChange[];
    }
  | {
      readonly healthy: false;
      readonly fromMs: number;
      readonly atMs: number;
      readonly history: readonly HealthChange[];
      readonly reason: Unhealthy;
    };

/** A backup. The name is known before it is asked for, the id when it has begun. */
export interface Backup {
  readonly imageName: string;
  readonly imageId?: string;
  readonly isAvailable: boolean;
}

/** The way back after a failure. */
export interface Rollback {
  readonly imageId: string;
  readonly life?: Life;
  readonly health?: Checked;
  /** Why it could not even be tried. */
  readonly problem?: string;
}

/** All that was done to one target so far. */
export interface Deed {
  readonly target: PlannedTarget;
  readonly backup?: Backup;
  readonly life?: Life;
  readonly health?: Checked;
  readonly rollback?: Rollback;
  /** The weights that were taken from it on its load balancers. */
  readonly holds: readonly Hold[];
  /** Why they could not be given back although it is well. */
  readonly rejoinProblem?: string;
  /** Lines of a known_hosts file, as first seen after the rebuild. */
  readonly knownHosts: readonly string[];
  /** Cut short by a cancel. */
  readonly cancelled: boolean;
}

/** Whether the instance ended as it was asked for. */
export function isWell(deed: Deed): boolean {
  const kind = deed.life?.ending?.kind;
  const ended = kind === 'rebuilt' || kind === 'skipped' || kind === 'started';
  return ended && deed.health?.healthy !== false && deed.rejoinProblem === undefined && !deed.cancelled;
}

/** Whether a rollback came to a good end. */
export function isRolledBack(deed: Deed): boolean {
  const kind = deed.rollback?.life?.ending?.kind;
  const ended = kind === 'rebuilt' || kind === 'skipped';
  return ended && deed.rollback?.health?.healthy !== false;
}

/**
 * Whether a failure is one that a rollback can mend: the disk was erased, and the instance is there to be
 * rebuilt. What somebody else has begun is not ours to take back. A rebuild that is not proven may still be to come, and one that nobody may look at cannot be judged.
 */
export function isWorthARollback(deed: Deed): boolean {
  if (deed.cancelled || deed.life === undefined || !isOursToPutBack(deed)) return false;
  if (deed.health?.healthy === false) return deed.life.ending?.kind === 'rebuilt';
  const { ending } = deed.life;
  if (ending?.kind !== 'failed') return false;
  const { reason } = ending;
  if (reason.kind === 'status') return reason.status === 'Error';
  return reason.kind === 'timedOut' || reason.kind === 'wrongImage';
}

/** The image that was made before the wipe and can be rebuilt from. */
export function usableBackup({ backup }: Deed): string | undefined {
  return backup?.isAvailable ? backup.imageId : undefined;
}

/** Whether this run has erased it itself, and knows another image to put it back onto. */
function isOursToPutBack(deed: Deed): boolean {
  const { task, instance } = deed.target;
  return (deed.life?.sends ?? 0) > 0 && (usableBackup(deed) ?? instance.imageId) !== task.image.id;
}

/** How the work forth on a target ended, for the rollout that it is a part of. */
export function outcomeOf(deed: Deed): Outcome {
  if (deed.cancelled) return { result: 'cancelled', isAway: !isServing(deed), canGoBack: false };
  if (isWell(deed)) {
    // What is not waited for is away for as long as this run lives.
    const isAway = deed.life?.ending?.kind === 'started';
    return {
      result: 'well',
      isAway,
      canGoBack: deed.life?.ending?.kind === 'rebuilt' && isOursToPutBack(deed)
    };
  }
  return { result: 'failed', isAway: !isServing(deed), canGoBack: isWorthARollback(deed) };
}

/** Whether an instance that did not end well serves as before, because nothing was done to it. */
function isServing({ target, life, health, holds }: Deed): boolean {
  if (health?.healthy === false || openHolds(holds).length > 0 || whyAway(target) !== undefined) return false;
  if (life === undefined) return true;
  return fateOf(life) === 'untouched' && statusKind(life.last?.instance.status ?? 'Running') === 'up';
}

/** Whether it may get its traffic back: it is well, or put back well, or it runs and nothing was done to it. */
export function mayRejoin(deed: Deed): boolean {
  const { life, rollback, cancelled } = deed;
  if (rollback !== undefined)
    return !cancelled && (isRolledBack(deed) || (isWell(deed) && staysForth(rollback)));
  if (isWell(deed)) return true;
  if (cancelled || life === undefined || deed.health?.healthy === false) return false;
  return runsUntouched(life);
}

/** Whether nothing was done on the way back, so that the new system is what it was: well. */
function staysForth({ life }: Rollback): boolean {
  return life === undefined || runsUntouched(life);
}

function runsUntouched(life: Life): boolean {
  const isGone = life.ending?.kind === 'failed' && life.ending.reason.kind === 'gone';
  return !isGone && fateOf(life) === 'untouched' && statusKind(life.last?.instance.status ?? '') === 'up';
}
