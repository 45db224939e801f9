import type { ReportedReason } from '../../../src/core/report/instance-failure.ts';

/** Every word that `failure.reason` can be: the type makes sure that none is missing and none is too many. */
const reasons: Readonly<Record<ReportedReason, true>> = {
  refused: true,
  backup: true,
  drain: true,
  busy: true,
  unclear: true,
  unproven: true,
  timedOut: true,
  status: true,
  wrongImage: true,
  gone: true,
  changed: true,
  unhealthy: true,
  rejoin: true,
  noAgent: true,
  oldSystem: true,
  assistant: true,
  guestScript: true,
  rollbackFailed: true,
  cancelled: true,
  throttled: true,
  unreached: true,
  transient: true,
  ambiguous: true,
  denied: true,
  skewed: true,
  notFound: true,
  conflict: true,
  invalid: true,
  unsent: true,
  malformed: true
};

/** The same as a list. */
export const failureReasons = Object.keys(reasons) as readonly ReportedReason[];
