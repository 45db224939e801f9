/** How often and when a call is sent again: a policy over values, without clock and network. */
import { type FailureKind, longestRetryAfterMs } from '../../core/model/failure.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import { isBusy } from '../api/error-codes.ts';
import type { AttemptFailure, Operation } from '../api/operation.ts';

/** Backoff starts at `baseMs`, doubles, and is capped at `capMs`; in milliseconds. */
const baseMs = 500;
const capMs = 8_000;

/** How long the service may defer a repeatable call before it fails, in milliseconds since the first deferral. */
const deferralLimitMs = 300_000;

/** A repeatable call is deferred this often at least, however long that takes: at a low rate calls are minutes apart. */
const minDeferrals = 5;

/**
 * A write that must not be done twice, such as a rebuild, is only sent this long after its call began, in milliseconds.
 * Its observation is too old by then; the caller observes and decides again.
 */
export const resendWindowMs = 10_000;

/** What an operation says about being sent again. */
export type RetryTraits = Pick<Operation<unknown>, 'kind' | 'repeatable' | 'isBatch'>;

/** What tells whether the service deferred a call. */
type DeferralFacts = Pick<AttemptFailure, 'kind' | 'code'>;

/** What the policy needs from outside. */
export interface PolicyPorts extends Pick<Clock, 'nowMs'> {
  readonly random: Random;
}

/** The failures of a call so far. */
export interface RetryState {
  /** Failures that use up attempts. */
  readonly failed: number;
  /** Deferrals in a row up to now. */
  readonly deferred: number;
  /** When the first deferral of that row came. */
  readonly deferredSinceMs: number;
}

/** The state before the first attempt. */
export const noFailures: RetryState = { failed: 0, deferred: 0, deferredSinceMs: 0 };

/** The state after one more failure. */
export function withFailure(
  state: RetryState,
  failure: DeferralFacts,
  traits: RetryTraits,
  nowMs: () => number
): RetryState {
  if (!isDeferred(failure, traits)) {
    return { failed: state.failed + 1, deferred: 0, deferredSinceMs: 0 };
  }
  const { failed, deferred } = state;
  return {
    failed,
    deferred: deferred + 1,
    deferredSinceMs: deferred === 0 ? nowMs() : state.deferredSinceMs
  };
}

/**
 * How many attempts a call may make in all when it fails in this way. A write is only sent again where it is certain
 * that nothing was done, or where doing it twice does no harm. Throttling uses up time, and no attempts.
 */
export function attemptLimit(failure: FailureKind, traits: RetryTraits): number {
  switch (failure) {
    case 'throttled':
      return traits.isBatch === true ? 1 : Number.POSITIVE_INFINITY;
    case 'unreached':
      return 5;
    case 'transient':
    case 'ambiguous':
    case 'malformed':
      return isRepeatable(traits) ? 5 : 1;
    default:
      return 1;
  }
}

/**
 * Milliseconds until the next attempt after the latest failure in `state`, or `undefined` to give up. `Retry-After` is
 * obeyed exactly; without it the delay is random below a ceiling that doubles (full jitter), so that many clients
 * spread out. A deferred call never comes back at once.
 */
export function retryDelay(
  failure: DeferralFacts & Pick<AttemptFailure, 'retryAfterMs'>,
  traits: RetryTraits,
  state: RetryState,
  ports: PolicyPorts
): number | undefined {
  if (isDeferred(failure, traits)) {
    return deferredDelay(failure.retryAfterMs, traits, state, ports);
  }
  const { retryAfterMs } = failure;
  if (state.failed >= attemptLimit(failure.kind, traits)) {
    return undefined;
  }
  if (retryAfterMs !== undefined) {
    return retryAfterMs > longestRetryAfterMs ? undefined : retryAfterMs;
  }
  return ports.random() * ceiling(state.failed);
}

function deferredDelay(
  retryAfterMs: number | undefined,
  traits: RetryTraits,
  { deferred, deferredSinceMs }: RetryState,
  ports: PolicyPorts
): number | undefined {
  const sinceMs = ports.nowMs() - deferredSinceMs;
  const delayMs =
    retryAfterMs === undefined
      ? ((1 + ports.random()) / 2) * ceiling(deferred)
      : Math.max(baseMs, retryAfterMs);
  if (!isRepeatable(traits)) {
    return sinceMs + delayMs > resendWindowMs ? undefined : delayMs;
  }
  const isSpent = deferred >= minDeferrals && sinceMs >= deferralLimitMs;
  return isSpent || (retryAfterMs ?? 0) > longestRetryAfterMs ? undefined : delayMs;
}

/** The upper bound of our own delay after so many failures, in milliseconds. */
function ceiling(failures: number): number {
  return Math.min(capMs, baseMs * 2 ** (failures - 1));
}

/** Whether doing it twice does no more than once. */
export function isRepeatable({ kind, repeatable = kind === 'read' }: RetryTraits): boolean {
  return repeatable;
}

/**
 * Whether nothing was done because the service asks for time. "Another operation has not finished" defers only a
 * repeatable call: for a rebuild that operation may be this very rebuild. A throttled batch may have been carried out
 * for some of its instances.
 */
export function isDeferred({ kind, code }: DeferralFacts, traits: RetryTraits): boolean {
  if (kind === 'throttled') return traits.isBatch !== true;
  return isBusy(code) && isRepeatable(traits);
}
