/** What Cloud Assistant says of a run, as far as the action understands it. */
import type { GuestFailure } from './guest-failure.ts';

/** What the service says of an agent. An instance that it does not name counts as `offline`. */
export type AgentState = 'online' | 'offline';

/** A run on one instance. */
export interface GuestChild {
  readonly instanceId: string;
  /** As the service spells it: PENDING, RUNNING, SUCCESS, FAILED, or a word that no source lists. */
  readonly state: string;
  /** Absent where the service names none; then it is no success. */
  readonly exitCode?: number;
  /** Cut by the service at 4 KB each. */
  readonly stdout: string;
  readonly stderr: string;
  /** Empty where the service names none. */
  readonly errorCode: string;
  readonly failReason: string;
}

/** A run on all of its instances. */
export interface GuestRun {
  readonly runId: string;
  readonly state: string;
  readonly children: readonly GuestChild[];
}

/** What came of a command on one instance: an answer, or why there is none. */
export type GuestAnswer =
  | {
      readonly kind: 'finished';
      readonly runId: string;
      readonly nonce: string;
      /** Before the command was sent, in milliseconds on the monotonic clock. */
      readonly sentMs: number;
      readonly child: GuestChild;
    }
  | Extract<GuestFailure, { kind: 'agentOffline' | 'runLate' | 'assistantCall' }>;

/** Whether nothing more comes of it; an unknown state goes on. */
export function isFinished(state: string): boolean {
  return ['SUCCESS', 'FAILED', 'PARTIAL_FAILED'].includes(state.toUpperCase());
}

/** Whether it ran to its end and its exit code is 0. */
export function hasExitedWithZero({ state, exitCode }: GuestChild): boolean {
  return state.toUpperCase() === 'SUCCESS' && exitCode === 0;
}
