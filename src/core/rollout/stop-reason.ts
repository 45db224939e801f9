/**
 * Why a rollout begins nothing new.
 *
 * - `canary`: one that goes first did not end well
 * - `maxFailures`: more have failed than that
 * - `noCapacity`: so many are away and stay away that no other may be
 * - `cancelled`
 */
export type StopReason = 'canary' | 'maxFailures' | 'noCapacity' | 'cancelled';
