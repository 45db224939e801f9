/**
 * How fast calls may leave, as a value: a bucket that fills with tokens, of which each call takes one. The rate falls
 * when the service throttles and rises again step by step. Times are milliseconds on one monotonic scale.
 */
export interface TokenBucket {
  /** The rate that was asked for, in calls a second; `rate` never exceeds it. */
  readonly fullRate: number;
  /** The current rate, in calls a second. */
  readonly rate: number;
  /** How many calls may leave at `countedMs`; at most a second's worth, or one. */
  readonly tokens: number;
  /** The time at which `tokens` was counted. In the future while all calls are held back. */
  readonly countedMs: number;
  /** When the rate was last lowered. */
  readonly slowedMs: number;
}

/** What a call may do now: leave if `waitMs` is 0, otherwise ask again after that many whole milliseconds. */
export interface TokenRequest {
  readonly bucket: TokenBucket;
  readonly waitMs: number;
}

/** The lowest rate that throttling leads to, in calls a second. */
const lowestRate = 0.5;

/** The rate is lowered at most once in this many milliseconds: the calls of one burst are all refused for one reason. */
const slowEveryMs = 1_000;

/** How many calls have to succeed for the rate to rise from zero to the full rate. */
const stepsUp = 100;

/** A full bucket. Throws `RangeError` for a rate that is not a number above 0. */
export function newBucket(callsPerSecond: number, nowMs: number): TokenBucket {
  if (!(callsPerSecond > 0 && callsPerSecond < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${callsPerSecond} calls a second is not a rate`);
  }
  return {
    fullRate: callsPerSecond,
    rate: callsPerSecond,
    tokens: capacity(callsPerSecond),
    countedMs: nowMs,
    slowedMs: Number.NEGATIVE_INFINITY
  };
}

/** Takes a token if there is one. A call that has to wait takes none, so only one call may wait at a time. */
export function takeToken(bucket: TokenBucket, nowMs: number): TokenRequest {
  const counted = count(bucket, nowMs);
  if (counted.tokens >= 1) {
    return { bucket: { ...counted, tokens: counted.tokens - 1 }, waitMs: 0 };
  }
  const heldMs = Math.max(0, counted.countedMs - nowMs);
  const missingMs = ((1 - counted.tokens) / counted.rate) * 1_000;
  // Rounded up: a fraction of a millisecond that a clock cannot show would be waited for endlessly.
  return { bucket: counted, waitMs: Math.ceil(heldMs + missingMs) };
}

/** After a throttled reply: half the rate and an empty bucket, but not within a second of the last time. */
export function slowDown(bucket: TokenBucket, nowMs: number): TokenBucket {
  if (nowMs - bucket.slowedMs < slowEveryMs) {
    return bucket;
  }
  const rate = Math.max(Math.min(lowestRate, bucket.fullRate), bucket.rate / 2);
  return { ...count(bucket, nowMs), rate, tokens: 0, slowedMs: nowMs };
}

/** After a success: one step nearer to the full rate, unless the call was sent before the rate was lowered. */
export function speedUp(bucket: TokenBucket, nowMs: number, sentMs: number): TokenBucket {
  if (sentMs <= bucket.slowedMs) {
    return bucket;
  }
  const rate = Math.min(bucket.fullRate, bucket.rate + bucket.fullRate / stepsUp);
  return { ...count(bucket, nowMs), rate };
}

/** Holds all calls back until `untilMs`, when they start with an empty bucket. An earlier, longer hold stays. */
export function holdUntil(bucket: TokenBucket, nowMs: number, untilMs: number): TokenBucket {
  const counted = count(bucket, nowMs);
  return untilMs <= counted.countedMs ? counted : { ...counted, tokens: 0, countedMs: untilMs };
}

function count(bucket: TokenBucket, nowMs: number): TokenBucket {
  if (nowMs <= bucket.countedMs) {
    return bucket;
  }
  const grown = bucket.tokens + ((nowMs - bucket.countedMs) / 1_000) * bucket.rate;
  return { ...bucket, tokens: Math.min(capacity(bucket.rate), grown), countedMs: nowMs };
}

/** The most calls that may leave in one moment. A rate below one a second needs room for one all the same. */
function capacity(rate: number): number {
  return Math.max(1, rate);
}
