/**
 * Why a rollout starts nothing new.
 *
 * - `canary`: a canary failed
 * - `maxFailures`: more have failed than that
 * - `noCapacity`: so many stay unavailable that no other may become so
 * - `cancelled`
 */
export type StopReason = 'canary' | 'maxFailures' | 'noCapacity' | 'cancelled';
