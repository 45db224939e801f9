/** One target of a rollout: what it is, and where it is. */

/** What is known of a target before the rollout begins. */
export interface MemberTask {
  readonly id: string;
  /** `check`: nothing is to be erased, only its health is checked; that makes no instance unavailable. */
  readonly kind: 'check' | 'work';
  /** Not serving when the plan was made: not Running, or not healthy. It counts as unavailable. */
  readonly isUnavailable: boolean;
}

/**
 * Where a target is.
 *
 * - `waiting`: not started; at the end of a rollout this means that nothing was done to it
 * - `working`, `rollingBack`: it is being worked on
 * - `succeeded`, `failed`: how its work ended
 * - `rolledBack`, `rollbackFailed`: how the rollback ended
 * - `cancelled`: cut off by a cancel, during its rebuild or its rollback
 */
export type MemberState =
  | 'waiting'
  | 'working'
  | 'succeeded'
  | 'failed'
  | 'rollingBack'
  | 'rolledBack'
  | 'rollbackFailed'
  | 'cancelled';

/** A target as it is now. */
export interface Member extends MemberTask {
  readonly state: MemberState;
  /** This run has erased it, and it can be rolled back. */
  readonly canRollBack: boolean;
  /** Its work has failed; it stays so when it is rolled back. */
  readonly hasFailed: boolean;
  /** Completion order; 0 until it ends. */
  readonly completionOrder: number;
}

/** Whether it is being worked on. */
export function isAtWork({ state }: Member): boolean {
  return state === 'working' || state === 'rollingBack';
}

/** Whether it is not serving, or may stop serving at any moment. A check alone makes nothing unavailable. */
export function countsAsUnavailable(member: Member): boolean {
  return member.isUnavailable || (isAtWork(member) && member.kind === 'work');
}
