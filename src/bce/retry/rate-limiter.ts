import { CancelledError, longestRetryAfterMs } from '../../core/model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Attempt } from '../api/operation.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { holdUntil, newBucket, slowDown, speedUp, type TokenBucket, takeToken } from './token-bucket.ts';

/** Every attempt of every call takes a token here before it is signed and sent. */
export interface RateLimiter {
  /**
   * Resolves to `true` when it is this attempt's turn: first come, first served. Resolves to `false` as soon as it is
   * certain that the turn would come after `untilMs`, on the monotonic scale. Throws `CancelledError` on abort.
   */
  acquire(signal: AbortSignal, untilMs?: number): Promise<boolean>;
  /** Makes an attempt, and adapts the rate to its outcome. */
  adapt<T>(attempt: () => Promise<Attempt<T>>): Promise<Attempt<T>>;
}

/** What a limiter needs from outside. */
export interface RateLimiterPorts extends Pick<Clock, 'nowMs' | 'sleep'> {
  /** Takes a line when the rate falls. */
  debug(line: string): void;
}

/** A limiter without a limit. */
export const unlimited: RateLimiter = { acquire: async () => true, adapt: (attempt) => attempt() };

/** A limiter for `callsPerSecond`. Throws `RangeError` for a rate that is not a number above 0. */
export function createRateLimiter(callsPerSecond: number, ports: RateLimiterPorts): RateLimiter {
  let bucket = newBucket(callsPerSecond, ports.nowMs());
  let queue: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  /** Takes a token if there is one, and otherwise tells how many milliseconds to wait. */
  function take(): number {
    const request = takeToken(bucket, ports.nowMs());
    bucket = request.bucket;
    return request.waitMs;
  }

  /** Only the first of the queue asks, so that a change of the rate reaches all that wait. */
  async function waitForToken(signal: AbortSignal, untilMs: number): Promise<boolean> {
    for (let waitMs = take(); waitMs > 0; waitMs = take()) {
      if (ports.nowMs() + waitMs > untilMs) return false;
      await ports.sleep(waitMs, signal);
    }
    return true;
  }

  /** Whether the calls in front are done by `untilMs`. */
  async function waitForOthers(
    others: Promise<unknown>,
    signal: AbortSignal,
    untilMs: number
  ): Promise<boolean> {
    const turn = unlessAborted(others, signal).then(
      () => true,
      (cause: unknown) => {
        throw new CancelledError('cancelled', { cause });
      }
    );
    if (waiting === 1 || untilMs === Number.POSITIVE_INFINITY) return turn;
    const timer = new AbortController();
    const late = ports.sleep(Math.max(0, untilMs - ports.nowMs()), timer.signal);
    try {
      return await Promise.race([turn, late.then(() => false)]);
    } finally {
      timer.abort('over');
      late.catch(() => undefined);
    }
  }

  async function waitForTurn(
    others: Promise<unknown>,
    signal: AbortSignal,
    untilMs: number
  ): Promise<boolean> {
    waiting += 1;
    try {
      return (await waitForOthers(others, signal, untilMs)) && (await waitForToken(signal, untilMs));
    } finally {
      waiting -= 1;
    }
  }

  return {
    acquire(signal, untilMs = Number.POSITIVE_INFINITY) {
      if (waiting === 0 && !signal.aborted && take() === 0) return Promise.resolve(true);
      const turn = waitForTurn(queue, signal, untilMs);
      // Also after one that gives up, the calls behind it wait for those in front of it. What came of them is not kept.
      queue = Promise.allSettled([queue, turn]).then(() => undefined);
      return turn;
    },
    async adapt(attempt) {
      const sentMs = ports.nowMs();
      const outcome = await attempt();
      const before = bucket;
      bucket = adapted(bucket, outcome, ports.nowMs(), sentMs);
      if (bucket.rate < before.rate) {
        ports.debug(`the service throttles: from now on ${rounded(bucket.rate)} calls a second at most`);
      }
      return outcome;
    }
  };
}

function adapted(bucket: TokenBucket, outcome: Attempt<unknown>, nowMs: number, sentMs: number): TokenBucket {
  if (outcome.ok) {
    return speedUp(bucket, nowMs, sentMs);
  }
  const { kind, retryAfterMs = 0 } = outcome.failure;
  const after = kind === 'throttled' ? slowDown(bucket, nowMs) : bucket;
  // A longer wait than any call obeys fails that call; it must not hold all others.
  return retryAfterMs > 0 && retryAfterMs <= longestRetryAfterMs
    ? holdUntil(after, nowMs, nowMs + retryAfterMs)
    : after;
}

function rounded(rate: number): number {
  return Math.round(rate * 100) / 100;
}
