import {
  CallError,
  CancelledError,
  type FailureKind,
  longestRetryAfterMs
} from '../../core/model/failure.ts';
import type { Attempt, FailedAttempt, Operation } from '../api/operation.ts';
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
export interface RetryPorts extends PolicyPorts {
  /** Resolves after `ms`; throws `CancelledError` as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Resolves when an attempt may leave; throws `CancelledError` as soon as the signal aborts. */
  acquire(signal: AbortSignal): Promise<void>;
  /** Sets the clock that signs by the service's; called at most once a call. */
  correctClock(serverMs: number): void;
}

/**
 * Makes attempts until one succeeds or the policy ends them. Throws `CallError`, or `CancelledError` once the signal
 * has aborted; but a lost write that tells its loss is a `CallError` even then. Once an answer was lost, no failure of
 * a later attempt says that nothing was done, so the call ends as `ambiguous` or `malformed` if it fails.
 *
 * @param signal gives up what is out
 * @param start lets nothing out any more once it aborts
 */
export async function withRetries<T>(
  operation: Operation<T>,
  once: () => Promise<Attempt<T>>,
  ports: RetryPorts,
  signal: AbortSignal,
  start: AbortSignal = signal
): Promise<T> {
  let corrected = false;
  let lost = false;
  let state = noFailures;
  let last: CallError | undefined;
  const beganMs = ports.nowMs();
  for (let attempts = 1; ; attempts += 1) {
    await waited(ports.acquire(start), start, last);
    if (start.aborted || signal.aborted) {
      throw new CancelledError('cancelled', { cause: last ?? start.reason });
    }
    if (!isRepeatable(operation) && ports.nowMs() - beganMs > resendWindowMs) {
      throw tooOld(operation, attempts, last);
    }
    const outcome = await once();
    if (outcome.ok) {
      return outcome.value;
    }
    const { failure } = outcome;
    if (lost && failure.kind === operation.doneAfterLoss) {
      return operation.decode(undefined, failure.requestId ?? '');
    }
    const error = callError(outcome, attempts, operation, lost);
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
    // Mending the clock was no retry: it is not withFailure, and takes nothing from the attempts that are allowed.
    state = withFailure(state, failure, operation, ports.nowMs);
    const delayMs = retryDelay(failure, operation, state, ports);
    if (delayMs === undefined) {
      throw error;
    }
    await waited(ports.sleep(delayMs, start), start, error);
  }
}

/** Waits; a cancel during the wait is told with the failure that came before it, if there was one. */
async function waited(wait: Promise<void>, signal: AbortSignal, failure?: CallError): Promise<void> {
  try {
    await wait;
  } catch (error) {
    throw signal.aborted ? new CancelledError('cancelled', { cause: failure ?? signal.reason }) : error;
  }
}

/** Whether a write that failed in this way may have been carried out. */
function leavesDoubt(kind: FailureKind): boolean {
  return kind === 'ambiguous' || kind === 'malformed';
}

/** `lost` says that an earlier attempt left a doubt, which stays whatever became of this one. */
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

/** What was decided by a look that has aged while it waited for its turn is not sent. */
function tooOld(
  { name, target }: Operation<unknown>,
  attempts: number,
  last: CallError | undefined
): CallError {
  const waited = `it could not be sent within ${resendWindowMs / 1000} s`;
  const message = last === undefined ? waited : `${last.failure.message}; ${waited}`;
  return new CallError(
    { ...last?.failure, kind: 'throttled', operation: name, target, message, attempts: attempts - 1 },
    last === undefined ? {} : { cause: last }
  );
}
