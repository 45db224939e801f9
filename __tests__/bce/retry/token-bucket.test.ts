import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  holdUntil,
  newBucket,
  slowDown,
  speedUp,
  type TokenBucket,
  takeToken
} from '../../../src/bce/retry/token-bucket.ts';

/** Takes turns until one has to wait, and says how many there were. */
function drain(bucket: TokenBucket, nowMs: number): { readonly bucket: TokenBucket; readonly taken: number } {
  let now = bucket;
  for (let taken = 0; ; taken += 1) {
    const turn = takeToken(now, nowMs);
    if (turn.waitMs > 0) return { bucket: turn.bucket, taken };
    now = turn.bucket;
  }
}

describe('the bucket', () => {
  test('lets a second’s worth through at once, and then one at a time', () => {
    const { bucket, taken } = drain(newBucket(4, 1_000), 1_000);
    expect(taken).toBe(4);
    expect(takeToken(bucket, 1_000).waitMs).toBe(250);
    expect(takeToken(bucket, 1_100).waitMs).toBe(150);
    expect(takeToken(bucket, 1_250).waitMs).toBe(0);
    expect(drain(bucket, 9_000).taken).toBe(4);
  });

  test('has room for one where the rate is below one a second', () => {
    const { bucket, taken } = drain(newBucket(0.25, 0), 0);
    expect(taken).toBe(1);
    expect(takeToken(bucket, 0).waitMs).toBe(4_000);
    expect(drain(bucket, 60_000).taken).toBe(1);
  });

  test('ignores a clock that goes back', () => {
    const { bucket } = drain(newBucket(2, 5_000), 5_000);
    expect(takeToken(bucket, 4_000).bucket).toEqual(bucket);
    expect(takeToken(bucket, 4_000).waitMs).toBe(1_500);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('a rate of %d is none', (rate) => {
    expect(() => newBucket(rate, 0)).toThrow(RangeError);
  });
});

describe('throttling', () => {
  test('halves the rate and empties the bucket', () => {
    const bucket = slowDown(newBucket(8, 0), 0);
    expect(bucket).toMatchObject({ rate: 4, tokens: 0 });
    expect(takeToken(bucket, 0).waitMs).toBe(250);
  });

  test('counts once a second', () => {
    const bucket = slowDown(newBucket(8, 0), 0);
    expect(slowDown(bucket, 999)).toBe(bucket);
    expect(slowDown(bucket, 1_000)).toMatchObject({ rate: 2, tokens: 0 });
  });

  test('ends at one call in two seconds, or at a full rate that is lower', () => {
    const lowest = (rate: number) => {
      let bucket = newBucket(rate, 0);
      for (let second = 0; second < 20; second += 1) bucket = slowDown(bucket, second * 1_000);
      return bucket.rate;
    };
    expect([100, 1, 0.5, 0.2].map(lowest)).toEqual([0.5, 0.5, 0.5, 0.2]);
  });

  test('makes the bucket smaller too', () => {
    const bucket = slowDown(newBucket(8, 0), 0);
    expect(drain(bucket, 60_000).taken).toBe(4);
  });
});

describe('success', () => {
  test('brings the rate back in steps, and never beyond the full one', () => {
    let bucket = slowDown(newBucket(10, 0), 0);
    bucket = speedUp(bucket, 100, 50);
    expect(bucket.rate).toBeCloseTo(5.1);
    for (let count = 0; count < 60; count += 1) bucket = speedUp(bucket, 200, 150);
    expect(bucket.rate).toBe(10);
  });

  test('counts for nothing where the call had left before the rate fell', () => {
    const bucket = slowDown(newBucket(10, 0), 500);
    expect(speedUp(bucket, 700, 500)).toBe(bucket);
    expect(speedUp(bucket, 700, 501).rate).toBeGreaterThan(bucket.rate);
  });

  test('fills the time before a change at the rate before it', () => {
    const { bucket } = drain(newBucket(10, 0), 0);
    expect(speedUp(slowDown(bucket, 0), 400, 1).tokens).toBeCloseTo(2);
  });
});

describe('a hold', () => {
  test('stops everything, and then begins with an empty bucket', () => {
    const bucket = holdUntil(newBucket(10, 0), 0, 5_000);
    expect(takeToken(bucket, 0).waitMs).toBe(5_100);
    expect(takeToken(bucket, 4_999).waitMs).toBe(101);
    expect(takeToken(bucket, 5_100).waitMs).toBe(0);
  });

  test('is not cut short by another one, by throttling or by success', () => {
    const bucket = holdUntil(newBucket(10, 0), 0, 5_000);
    expect(takeToken(holdUntil(bucket, 100, 2_000), 100).waitMs).toBe(5_000);
    expect(takeToken(holdUntil(bucket, 100, 7_000), 100).waitMs).toBe(7_000);
    expect(takeToken(slowDown(bucket, 100), 100).waitMs).toBe(5_100);
    expect(takeToken(speedUp(bucket, 100, 50), 100).waitMs).toBe(5_000);
  });

  test('that is over already changes nothing', () => {
    expect(takeToken(holdUntil(newBucket(10, 0), 3_000, 3_000), 3_000).waitMs).toBe(0);
  });
});

type Event = 'take' | 'wait' | 'throttled' | 'success' | 'hold';

const rates = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0.05, max: 50, noNaN: true }));
const events = fc.array(
  fc.record({
    // Mostly taking, so that the bucket is the bound and not the caller.
    event: fc.constantFrom<Event>('take', 'take', 'take', 'take', 'wait', 'throttled', 'success', 'hold'),
    ms: fc.integer({ min: 0, max: 1_500 })
  }),
  { maxLength: 300 }
);

/** Plays the events, and says when calls left. */
function play(rate: number, script: readonly { event: Event; ms: number }[], startMs: number): number[] {
  const left: number[] = [];
  let bucket = newBucket(rate, startMs);
  let nowMs = startMs;
  for (const { event, ms } of script) {
    switch (event) {
      case 'take': {
        const turn = takeToken(bucket, nowMs);
        bucket = turn.bucket;
        if (turn.waitMs === 0) left.push(nowMs);
        break;
      }
      case 'wait':
        nowMs += ms;
        break;
      case 'throttled':
        bucket = slowDown(bucket, nowMs);
        break;
      case 'success':
        bucket = speedUp(bucket, nowMs, nowMs - ms);
        break;
      case 'hold':
        bucket = holdUntil(bucket, nowMs, nowMs + ms);
        break;
    }
  }
  return left;
}

describe('whatever happens', () => {
  test('no window sees more calls than the rate allows and one burst', () => {
    fc.assert(
      fc.property(rates, events, fc.integer({ min: 0, max: 2 ** 41 }), (rate, script, startMs) => {
        const left = play(rate, script, startMs);
        return left.every((fromMs, from) =>
          left.slice(from).every((toMs, more) => {
            const most = (rate * (toMs - fromMs)) / 1_000 + Math.max(1, rate);
            return more + 1 <= most + 1e-6;
          })
        );
      })
    );
  });

  test('a call that waits as long as required gets a turn, after a few attempts at most', () => {
    fc.assert(
      fc.property(rates, events, fc.integer({ min: 0, max: 2 ** 41 }), (rate, script, startMs) => {
        let bucket = newBucket(rate, startMs);
        let nowMs = startMs;
        for (const { event, ms } of script) {
          if (event === 'throttled') bucket = slowDown(bucket, nowMs);
          if (event === 'success') bucket = speedUp(bucket, nowMs, nowMs - ms);
          if (event === 'hold') bucket = holdUntil(bucket, nowMs, nowMs + ms);
          let asked = 0;
          for (; asked < 4; asked += 1) {
            const turn = takeToken(bucket, nowMs);
            bucket = turn.bucket;
            if (turn.waitMs === 0) break;
            const mostMs = 1_500 + 1_000 / Math.min(0.5, rate) + 1;
            if (!Number.isInteger(turn.waitMs) || turn.waitMs > mostMs) return false;
            nowMs += turn.waitMs;
          }
          if (asked === 4) return false;
        }
        return true;
      })
    );
  });

  test('the rate stays between the lowest and the full one', () => {
    fc.assert(
      fc.property(rates, events, (rate, script) => {
        let bucket = newBucket(rate, 0);
        let nowMs = 0;
        for (const { event, ms } of script) {
          nowMs += ms;
          bucket = event === 'throttled' ? slowDown(bucket, nowMs) : speedUp(bucket, nowMs, nowMs);
          if (bucket.rate > rate || bucket.rate < Math.min(0.5, rate)) return false;
        }
        return true;
      })
    );
  });
});
