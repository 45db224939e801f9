/**
 * Every word that `failure.reason` in the result can be. First those of this action's own rules, then those of a
 * call that failed for good. The documents describe each, and a test compares them.
 */
export const failureReasons = [
  'refused',
  'backup',
  'drain',
  'busy',
  'unclear',
  'unproven',
  'timedOut',
  'status',
  'wrongImage',
  'gone',
  'unhealthy',
  'rejoin',
  'noAgent',
  'oldSystem',
  'assistant',
  'guestScript',
  'rollbackFailed',
  'cancelled',
  'throttled',
  'unreached',
  'transient',
  'ambiguous',
  'denied',
  'skewed',
  'notFound',
  'conflict',
  'invalid',
  'unsent',
  'malformed'
] as const;

/** Why an instance failed, in one word. */
export type ReportedReason = (typeof failureReasons)[number];
