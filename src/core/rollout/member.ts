/** One target of a rollout: what it is, and where it is. */

/** What is known of a target before the rollout begins. */
export interface MemberTask {
  readonly id: string;
  /** `check`: nothing is to be erased, it is only made sure that it is well; that takes nobody away. */
  readonly kind: 'check' | 'work';
  /** Not serving to begin with: not Running, or not healthy. It counts as one of those that are away. */
  readonly isUnavailable: boolean;
}

/**
 * Where a target is.
 *
 * - `waiting`: not begun; at the end of a rollout this means that nothing was done to it
 * - `working`, `rollingBack`: somebody is at it
 * - `well`, `failed`: how its work ended
 * - `back`, `rollbackFailed`: how the way back ended
 * - `cancelled`: cut off by a cancel, on its way forth or back
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
  /** This run has erased it, and it can be tried to put it back. */
  readonly canRollBack: boolean;
  /** The how-manieth it was whose work ended; 0 before that. */
  readonly completionOrder: number;
}

/** Whether somebody is at it. */
export function isAtWork({ state }: Member): boolean {
  return state === 'working' || state === 'rollingBack';
}

/** Whether it is not serving, or may be taken away at any moment. A mere check takes nobody away. */
export function countsAsUnavailable(member: Member): boolean {
  return member.isUnavailable || (isAtWork(member) && member.kind === 'work');
}
