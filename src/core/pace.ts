/**
 * How fast calls may leave, as a value: a bucket that fills with tokens, of which each call takes one. The rate falls
 * when the service throttles and comes back step by step. Times are milliseconds on one monotonic scale.
 */
export interface Pace {
  /** The rate that was asked for, in calls a second; the rate never goes beyond it. */
  readonly fullRate: number;
  /** The rate of now, in calls a second. */
  readonly rate: number;
  /** How many calls may leave at `countedMs`; at most a second's worth, or one. */
  readonly tokens: number;
  /** The moment of `tokens`. It lies in the future as long as all calls are held back. */
  readonly countedMs: number;
  /** When the rate was lowered last. */
  readonly slowedMs: number;
}

/** What a call may do now: leave if `waitMs` is 0, or else ask again after so many whole milliseconds. */
export interface Turn {
  readonly pace: Pace;
  readonly waitMs: number;
}

/** The longest wait that a service may ask for, in milliseconds; beyond it what was asked of it fails and says so. */
export const longestRetryAfterMs = 120_000;

/** The lowest rate that throttling leads to, in calls a second. */
const lowestRate = 0.5;

/** A rate is lowered at most once in so many milliseconds: the calls of one burst are all refused for one reason. */
const slowEveryMs = 1_000;

/** How many calls have to succeed until the rate has risen from nothing to the full one. */
const stepsUp = 100;

/** A full bucket. Throws `RangeError` for a rate that is not a number above 0. */
export function newPace(callsPerSecond: number, nowMs: number): Pace {
  if (!(callsPerSecond > 0 && callsPerSecond < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${callsPerSecond} calls a second are no rate`);
  }
  return {
    fullRate: callsPerSecond,
    rate: callsPerSecond,
    tokens: capacity(callsPerSecond),
    countedMs: nowMs,
    slowedMs: Number.NEGATIVE_INFINITY
  };
}

/** Takes a token where there is one. Who has to wait takes none, so only one may wait at a time. */
export function takeTurn(pace: Pace, nowMs: number): Turn {
  const counted = count(pace, nowMs);
  if (counted.tokens >= 1) {
    return { pace: { ...counted, tokens: counted.tokens - 1 }, waitMs: 0 };
  }
  const heldMs = Math.max(0, counted.countedMs - nowMs);
  const missingMs = ((1 - counted.tokens) / counted.rate) * 1_000;
  // Rounded up, for a wait that is lost in the rounding of a clock would be waited for ever.
  return { pace: counted, waitMs: Math.ceil(heldMs + missingMs) };
}

/** After a throttled answer: half the rate, and an empty bucket; but not within a second of the last time. */
export function slowed(pace: Pace, nowMs: number): Pace {
  if (nowMs - pace.slowedMs < slowEveryMs) {
    return pace;
  }
  const rate = Math.max(Math.min(lowestRate, pace.fullRate), pace.rate / 2);
  return { ...count(pace, nowMs), rate, tokens: 0, slowedMs: nowMs };
}

/** After a success: a step nearer to the full rate, unless the call had left before the rate was lowered. */
export function quickened(pace: Pace, nowMs: number, sentMs: number): Pace {
  if (sentMs <= pace.slowedMs) {
    return pace;
  }
  const rate = Math.min(pace.fullRate, pace.rate + pace.fullRate / stepsUp);
  return { ...count(pace, nowMs), rate };
}

/** HeldWeights all calls back until `untilMs`; then they begin with an empty bucket. A longer hold of before stays. */
export function held(pace: Pace, nowMs: number, untilMs: number): Pace {
  const counted = count(pace, nowMs);
  return untilMs <= counted.countedMs ? counted : { ...counted, tokens: 0, countedMs: untilMs };
}

function count(pace: Pace, nowMs: number): Pace {
  if (nowMs <= pace.countedMs) {
    return pace;
  }
  const grown = pace.tokens + ((nowMs - pace.countedMs) / 1_000) * pace.rate;
  return { ...pace, tokens: Math.min(capacity(pace.rate), grown), countedMs: nowMs };
}

/** The most calls that may leave in one moment. A rate below one a second needs room for one all the same. */
function capacity(rate: number): number {
  return Math.max(1, rate);
}
