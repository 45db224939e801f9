import type { FailureKind } from '../core/model/failure.ts';
import { CallError, CancelledError } from '../core/model/failure.ts';
import type { Attempt, AttemptFailure, FailedAttempt, Operation } from './operation.ts';

/** The first and the longest mean ceiling of a delay of our own, in milliseconds. */
const baseMs = 500;
const capMs = 8_000;

/** The longest wait that a service may ask for, in milliseconds; beyond it the call fails and says so. */
const longestRetryAfterMs = 120_000;

/** What decides on the repetition of an operation. */
type Manner = Pick<Operation<unknown>, 'kind' | 'repeatable'>;

/** What the loop needs from outside. */
export interface RetryPorts {
  /** Resolves after `ms`; throws `CancelledError` as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** A number in [0, 1). */
  random(): number;
  /** Sets the clock that signs by the service's; called at most once a call. */
  mendClock(serverMs: number): void;
}

/**
 * How many attempts a call may make in all when it fails in this way. A write is only repeated where it is certain
 * that nothing was done, unless its repetition does no harm.
 */
export function attemptLimit(failure: FailureKind, { kind, repeatable = kind === 'read' }: Manner): number {
  switch (failure) {
    case 'throttled':
      return kind === 'read' ? 5 : 8;
    case 'unreached':
      return 5;
    case 'transient':
    case 'ambiguous':
    case 'malformed':
      return repeatable ? 5 : 1;
    default:
      return 1;
  }
}

/**
 * Milliseconds until the next attempt after `attempts` of them, or `undefined` to give up. What the service asks for
 * is obeyed to the letter; our own delay is anywhere below a ceiling that doubles, so that many clients spread out.
 */
export function retryDelay(
  failure: Pick<AttemptFailure, 'kind' | 'retryAfterMs'>,
  manner: Manner,
  attempts: number,
  random: () => number
): number | undefined {
  if (attempts >= attemptLimit(failure.kind, manner)) {
    return undefined;
  }
  if (failure.retryAfterMs !== undefined) {
    return failure.retryAfterMs > longestRetryAfterMs ? undefined : failure.retryAfterMs;
  }
  return random() * Math.min(capMs, baseMs * 2 ** (attempts - 1));
}

/**
 * Makes attempts until one succeeds or the policy ends them. Throws `CallError`, or `CancelledError` once the signal
 * has aborted; but a lost write that tells its loss is a `CallError` even then. Once an answer was lost, no failure of
 * a later attempt says that nothing was done, so the call ends as `ambiguous` or `malformed` if it fails.
 */
export async function withRetries<T>(
  operation: Operation<T>,
  once: () => Promise<Attempt<T>>,
  ports: RetryPorts,
  signal: AbortSignal
): Promise<T> {
  let mended = false;
  let lost = false;
  for (let attempts = 1; ; attempts += 1) {
    if (signal.aborted) {
      throw new CancelledError('cancelled', { cause: signal.reason });
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
    lost ||= operation.kind === 'write' && leavesDoubt(failure.kind);
    if (signal.aborted) {
      const told = error.failure.kind === 'ambiguous' && operation.tellsLoss === true;
      throw told ? error : new CancelledError('cancelled', { cause: error });
    }
    if (failure.kind === 'skewed' && outcome.serverMs !== undefined && !mended) {
      mended = true;
      ports.mendClock(outcome.serverMs);
      continue;
    }
    // Mending the clock is no retry: it takes nothing away from the attempts that the policy allows.
    const counted = mended ? attempts - 1 : attempts;
    const delayMs = retryDelay(failure, operation, counted, ports.random);
    if (delayMs === undefined) {
      throw error;
    }
    await pause(delayMs, ports, signal, error);
  }
}

/** Waits; a cancel during the wait is told with the failure that was waited for. */
async function pause(ms: number, ports: RetryPorts, signal: AbortSignal, failure: CallError): Promise<void> {
  try {
    await ports.sleep(ms, signal);
  } catch (error) {
    throw signal.aborted ? new CancelledError('cancelled', { cause: failure }) : error;
  }
}

/** Whether a write that failed in this way may have been carried out. */
function leavesDoubt(kind: FailureKind): boolean {
  return kind === 'ambiguous' || kind === 'malformed';
}

/** `lost` says that an earlier attempt left a doubt, which stays whatever became of this one. */
function callError(outcome: FailedAttempt, attempts: number, manner: Manner, lost: boolean): CallError {
  const { failure, cause } = outcome;
  const { retryAfterMs = 0 } = failure;
  const tooLong = attemptLimit(failure.kind, manner) > 1 && retryAfterMs > longestRetryAfterMs;
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
