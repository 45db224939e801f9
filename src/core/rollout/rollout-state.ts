import type { MemberTask } from './member.ts';
import type { Members } from './members.ts';
import type { RolloutSettings } from './settings.ts';
import type { StopReason } from './stop-reason.ts';

/** What a rollout has to do. It stays the same for the whole of it. */
export interface RolloutTask extends Omit<RolloutSettings, 'maxUnavailable'> {
  /** In the order in which they are taken; see `planRollout`. */
  readonly members: readonly MemberTask[];
  /** How many may be unavailable at once; `maxUnavailable` as a number, at least 1. */
  readonly maxUnavailable: number;
  /** Roll back what this run has erased: a failed one at once, all others once the rollout has stopped. */
  readonly rollback: boolean;
}

/** How the work on a target ended; `withdrawn`: the rollout stopped before anything was sent for it. */
export interface Outcome {
  readonly result: 'succeeded' | 'failed' | 'cancelled' | 'withdrawn';
  /** Whether it is unavailable now: erased, or perhaps erased, and not known to be healthy. */
  readonly isUnavailable: boolean;
  readonly canRollBack: boolean;
}

/** The whole rollout so far. A plain value: `stepRollout` makes the next one. */
export interface Rollout {
  readonly task: RolloutTask;
  readonly members: Members;
  /** How many have ended as failed; one that was rolled back still counts. */
  readonly failures: number;
  /** How many were unavailable at once at most. */
  readonly peakUnavailable: number;
  /** Something was started since the last pause, so that one is due before the next batch. */
  readonly owesPause: boolean;
  /** Until when it pauses, in milliseconds on the monotonic clock. */
  readonly pausedUntilMs?: number;
  /** Why nothing new is started any more. */
  readonly stop?: StopReason;
  /** Nothing is started any more, neither a rebuild nor a rollback. */
  readonly isCancelled: boolean;
  readonly isOver: boolean;
}

/** What happened; times are milliseconds on the monotonic clock. */
export type RolloutEvent =
  | { readonly type: 'ended'; readonly id: string; readonly outcome: Outcome; readonly atMs: number }
  | {
      readonly type: 'rollbackEnded';
      readonly id: string;
      readonly result: 'rolledBack' | 'rollbackFailed' | 'cancelled';
      /** Whether it does not serve now; one that was left alone may. */
      readonly isUnavailable: boolean;
      readonly atMs: number;
    }
  /** One that was unavailable from the start serves again, and nothing has been done to it. */
  | { readonly type: 'recovered'; readonly id: string; readonly atMs: number }
  | { readonly type: 'woke'; readonly atMs: number }
  | { readonly type: 'cancelled'; readonly atMs: number };

/** What to do now. Commands of one step may be carried out side by side. */
export type RolloutCommand =
  | { readonly type: 'begin' | 'rollBack'; readonly id: string }
  | { readonly type: 'pause'; readonly untilMs: number }
  | { readonly type: 'end' };

/** The next rollout and what to do in it. */
export type RolloutStep = readonly [Rollout, readonly RolloutCommand[]];
