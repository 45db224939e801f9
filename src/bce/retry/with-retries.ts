import {
  CallError,
  CancelledError,
  type FailureKind,
  longestRetryAfterMs
} from '../../core/model/failure.ts';
import type { WriteOptions } from '../../ports/bcc.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Attempt, FailedAttempt, Operation } from '../api/operation.ts';
import type { RateLimiter } from './rate-limiter.ts';
import {
  attemptLimit,
  isDeferred,
  isRepeatable,
  noFailures,
  type PolicyPorts,
  type RetryTraits,
  resendWindowMs,
  retryDelay,
  withFailure
} from './retry-policy.ts';

/** What the loop needs from outside. */
export interface RetryPorts extends PolicyPorts, Pick<Clock, 'sleep'> {
  readonly acquire: RateLimiter['acquire'];
  /** Sets the clock that signs by the service's; called at most once a call. */
  correctClock(serverMs: number): void;
}

/** What bounds a call. */
export interface CallLimits extends Omit<WriteOptions, 'start'> {
  /** Ends the attempt under way. */
  readonly signal: AbortSignal;
  /** Lets no further attempt out. */
  readonly start: AbortSignal;
}

/**
 * Makes attempts until one succeeds or the policy ends them. Throws `CallError`, or `CancelledError` once a signal has
 * aborted; but a lost write that tells its loss is a `CallError` even then. Once an answer was lost, no failure of a
 * later attempt says that nothing was done, so the call ends as `ambiguous` or `malformed` if it fails.
 */
export async function withRetries<T>(
  operation: Operation<T>,
  once: () => Promise<Attempt<T>>,
  ports: RetryPorts,
  limits: CallLimits
): Promise<T> {
  const { signal, start, deadlineMs = Number.POSITIVE_INFINITY } = limits;
  const windowMs = isRepeatable(operation) ? Number.POSITIVE_INFINITY : ports.nowMs() + resendWindowMs;
  const expiresAtMs = limits.expiresAtMs ?? windowMs;
  const untilMs = Math.min(deadlineMs, expiresAtMs);
  const isExpiring = expiresAtMs <= deadlineMs;
  let corrected = false;
  let lost = false;
  let state = noFailures;
  let last: CallError | undefined;
  for (let attempts = 0; ; attempts += 1) {
    const isTurn = await waited(ports.acquire(start, untilMs), start, last);
    if (start.aborted || signal.aborted) {
      throw new CancelledError('cancelled', { cause: last ?? start.reason });
    }
    if (!isTurn || ports.nowMs() > untilMs) {
      throw lost && last !== undefined ? last : tooLate(operation, attempts, isExpiring, last);
    }
    const outcome = await once();
    if (outcome.ok) {
      return outcome.value;
    }
    const { failure } = outcome;
    if (lost && failure.kind === operation.doneAfterLoss) {
      return operation.decode(undefined, failure.requestId ?? '');
    }
    const error = callError(outcome, attempts + 1, operation, lost);
    last = error;
    lost ||= operation.kind === 'write' && leavesDoubt(failure.kind);
    if (signal.aborted) {
      const told = error.failure.kind === 'ambiguous' && operation.tellsLoss === true;
      throw told ? error : new CancelledError('cancelled', { cause: error });
    }
    if (failure.kind === 'skewed' && outcome.serverMs !== undefined && !corrected) {
      corrected = true;
      ports.correctClock(outcome.serverMs);
      continue;
    }
    // Correcting the clock is no retry and uses up no attempt.
    state = withFailure(state, failure, operation, ports.nowMs);
    const delayMs = retryDelay(failure, operation, state, ports);
    if (delayMs === undefined) {
      throw error;
    }
    // A wait that would end too late is not started: the caller can use the time.
    if (ports.nowMs() + delayMs > untilMs) {
      throw lost || !isExpiring ? error : tooLate(operation, attempts + 1, isExpiring, error);
    }
    await waited(ports.sleep(delayMs, start), start, error);
  }
}

/** Waits; a cancel during the wait has the failure before it as its cause, if there was one. */
async function waited<T>(wait: Promise<T>, signal: AbortSignal, failure?: CallError): Promise<T> {
  try {
    return await wait;
  } catch (error) {
    throw signal.aborted ? new CancelledError('cancelled', { cause: failure ?? signal.reason }) : error;
  }
}

/** Whether a write that failed in this way may have been carried out. */
function leavesDoubt(kind: FailureKind): boolean {
  return kind === 'ambiguous' || kind === 'malformed';
}

/** `lost`: an earlier attempt may have been carried out, whatever came of this one. */
function callError(outcome: FailedAttempt, attempts: number, traits: RetryTraits, lost: boolean): CallError {
  const { failure, cause } = outcome;
  const { retryAfterMs = 0 } = failure;
  const repeats = isDeferred(failure, traits) || attemptLimit(failure.kind, traits) > 1;
  const tooLong = repeats && retryAfterMs > longestRetryAfterMs;
  const asked = `the service asks to wait ${Math.ceil(retryAfterMs / 1000)} s`;
  const message = tooLong
    ? `${failure.message}; ${asked}, longer than the ${longestRetryAfterMs / 1000} s we would`
    : failure.message;
  const told =
    lost && !leavesDoubt(failure.kind)
      ? {
          kind: 'ambiguous' as const,
          message: `an earlier answer was lost, so it may have been carried out; then: ${message}`
        }
      : { message };
  return new CallError({ ...failure, ...told, attempts }, cause === undefined ? {} : { cause });
}

/** A call whose time was over before it could leave: nothing was sent, or nothing was done. */
function tooLate(
  { name, target }: Operation<unknown>,
  attempts: number,
  isExpired: boolean,
  last: CallError | undefined
): CallError {
  const late = isExpired
    ? 'it could not be sent before the observation that decided it grew too old'
    : 'it could not be sent before its deadline';
  const message = last === undefined ? late : `${last.failure.message}; ${late}`;
  return new CallError(
    { ...last?.failure, kind: 'throttled', operation: name, target, message, attempts },
    last === undefined ? {} : { cause: last }
  );
}
