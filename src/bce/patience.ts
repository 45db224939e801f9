/** How often and when a call is made again: a policy over values, without clock and network. */
import type { FailureKind } from '../core/model/failure.ts';
import { longestRetryAfterMs } from '../core/pace.ts';
import { isBusy } from './errors.ts';
import type { AttemptFailure, Operation } from './operation.ts';

/** The first and the longest mean ceiling of a delay of our own, in milliseconds. */
const baseMs = 500;
const capMs = 8_000;

/** How long a call lets itself be put off before it fails, in milliseconds since the first time in a row. */
const patienceMs = 300_000;

/**
 * The same for a write that must not be done twice, such as a rebuild: it was decided by a look, and a look ages. The
 * caller looks anew and decides anew.
 */
export const hasteMs = 10_000;

/** How often it is put off at least, however long that takes: many calls at a low rate are minutes apart. */
const leastPutOff = 5;

/** What decides on the repetition of an operation. */
export type Manner = Pick<Operation<unknown>, 'kind' | 'repeatable'>;

/** What tells whether a call was put off. */
type PutOff = Pick<AttemptFailure, 'kind' | 'code'>;

/** What the policy needs from outside. */
export interface PolicyPorts {
  /** A number in [0, 1). */
  random(): number;
  /** Milliseconds on a monotonic scale. */
  nowMs(): number;
}

/** How a call has fared so far. */
export interface Tally {
  /** The failures that use up attempts. */
  readonly failed: number;
  /** How often in a row the service has put the call off, now at the end. */
  readonly putOff: number;
  /** When it did so first. */
  readonly putOffSinceMs: number;
}

/** The tally before the first attempt. */
export const newTally: Tally = { failed: 0, putOff: 0, putOffSinceMs: 0 };

/** The tally with one more failure. */
export function tallied(tally: Tally, failure: PutOff, manner: Manner, nowMs: () => number): Tally {
  if (!isPutOff(failure, manner)) {
    return { failed: tally.failed + 1, putOff: 0, putOffSinceMs: 0 };
  }
  const { failed, putOff } = tally;
  return { failed, putOff: putOff + 1, putOffSinceMs: putOff === 0 ? nowMs() : tally.putOffSinceMs };
}

/**
 * How many attempts a call may make in all when it fails in this way. A write is only repeated where it is certain
 * that nothing was done, unless its repetition does no harm. Being throttled uses up time, and no attempts.
 */
export function attemptLimit(failure: FailureKind, manner: Manner): number {
  switch (failure) {
    case 'throttled':
      return Number.POSITIVE_INFINITY;
    case 'unreached':
      return 5;
    case 'transient':
    case 'ambiguous':
    case 'malformed':
      return isRepeatable(manner) ? 5 : 1;
    default:
      return 1;
  }
}

/**
 * Milliseconds until the next attempt after the failure that was tallied last, or `undefined` to give up. What the
 * service asks for is obeyed to the letter; our own delay is anywhere below a ceiling that doubles, so that many
 * clients spread out. A call that was put off never comes back at once, whatever chance or the service says.
 */
export function retryDelay(
  failure: PutOff & Pick<AttemptFailure, 'retryAfterMs'>,
  manner: Manner,
  tally: Tally,
  ports: PolicyPorts
): number | undefined {
  if (isPutOff(failure, manner)) {
    return putOffDelay(failure.retryAfterMs, manner, tally, ports);
  }
  const { retryAfterMs } = failure;
  if (tally.failed >= attemptLimit(failure.kind, manner)) {
    return undefined;
  }
  if (retryAfterMs !== undefined) {
    return retryAfterMs > longestRetryAfterMs ? undefined : retryAfterMs;
  }
  return ports.random() * ceiling(tally.failed);
}

function putOffDelay(
  retryAfterMs: number | undefined,
  manner: Manner,
  { putOff, putOffSinceMs }: Tally,
  ports: PolicyPorts
): number | undefined {
  const sinceMs = ports.nowMs() - putOffSinceMs;
  const delayMs =
    retryAfterMs === undefined
      ? ((1 + ports.random()) / 2) * ceiling(putOff)
      : Math.max(baseMs, retryAfterMs);
  if (!isRepeatable(manner)) {
    return sinceMs + delayMs > hasteMs ? undefined : delayMs;
  }
  const isSpent = putOff >= leastPutOff && sinceMs >= patienceMs;
  return isSpent || (retryAfterMs ?? 0) > longestRetryAfterMs ? undefined : delayMs;
}

/** Below what a delay of our own stays after so many failures, in milliseconds. */
function ceiling(failures: number): number {
  return Math.min(capMs, baseMs * 2 ** (failures - 1));
}

/** Whether doing it twice does no more than once. */
export function isRepeatable({ kind, repeatable = kind === 'read' }: Manner): boolean {
  return repeatable;
}

/**
 * Whether nothing was done because the service asks for time. That something else has to end first is no reason to
 * ask again for what must not be done twice: it may be that very thing.
 */
export function isPutOff({ kind, code }: PutOff, manner: Manner): boolean {
  return kind === 'throttled' || (isBusy(code) && isRepeatable(manner));
}
