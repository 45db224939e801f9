import { describe, expect, test } from '@jest/globals';
import type { Attempt, AttemptFailure, Operation } from '../../../src/bce/api/operation.ts';
import { createRateLimiter, type RateLimiter, unlimited } from '../../../src/bce/retry/rate-limiter.ts';
import { withRetries } from '../../../src/bce/retry/with-retries.ts';
import { CancelledError } from '../../../src/core/model/failure.ts';
import { idle, SharedTime } from '../time.ts';
import { never } from '../wire.ts';

const done: Attempt<string> = { ok: true, value: 'done' };

function failed(more: Partial<AttemptFailure> = {}): Attempt<string> {
  const failure = { kind: 'throttled', operation: 'X', target: '', message: 'm', ...more } as const;
  return { ok: false, failure };
}

function gated(rate: number) {
  const time = new SharedTime();
  const lines: string[] = [];
  const limiter = createRateLimiter(rate, { ...time, debug: (line) => void lines.push(line) });
  return { time, lines, limiter };
}

/** Lets so many through one after another, and says when each passed. */
async function pass(limiter: RateLimiter, time: SharedTime, count: number): Promise<readonly number[]> {
  const passed: number[] = [];
  const all = Array.from({ length: count }, () =>
    limiter.acquire(never).then(() => passed.push(time.nowMs()))
  );
  await time.run(Promise.all(all));
  return passed;
}

describe('the limiter', () => {
  test('lets a burst through, and then goes by the rate', async () => {
    const { limiter, time } = gated(2);
    expect(await pass(limiter, time, 5)).toEqual([0, 0, 500, 1_000, 1_500]);
  });

  test('lets calls pass in the order in which they came', async () => {
    const { limiter, time } = gated(1);
    const order: number[] = [];
    const enter = (name: number) => limiter.acquire(never).then(() => void order.push(name));
    const first = [1, 2, 3].map(enter);
    const later = time.sleep(1_500, never).then(() => Promise.all([4, 5, 6].map(enter)));
    await time.run(Promise.all([...first, later]));
    expect(order).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('slows down for all that already wait, and logs it', async () => {
    const { limiter, time, lines } = gated(4);
    const passed = Array.from({ length: 8 }, () => limiter.acquire(never).then(() => time.nowMs()));
    await idle();
    expect(time.sleepers).toBe(1);
    await limiter.adapt(async () => failed());
    expect(await time.run(Promise.all(passed))).toEqual([0, 0, 0, 0, 500, 1_000, 1_500, 2_000]);
    expect(lines).toEqual(['the service throttles: from now on 2 calls a second at most']);
  });

  test('says nothing where the rate does not fall: within a second, and at the lowest', async () => {
    const { limiter, time, lines } = gated(1);
    await limiter.adapt(async () => failed());
    await limiter.adapt(async () => failed());
    await time.run(time.sleep(1_000, never));
    await limiter.adapt(async () => failed());
    expect(lines).toEqual(['the service throttles: from now on 0.5 calls a second at most']);
  });

  test('rounds what it says', async () => {
    const { limiter, lines } = gated(4.251);
    await limiter.adapt(async () => failed());
    expect(lines).toEqual(['the service throttles: from now on 2.13 calls a second at most']);
  });

  test('is faster again after successes, but not by those that had left before', async () => {
    const { limiter, time } = gated(4);
    await limiter.adapt(async () => {
      await limiter.adapt(async () => failed());
      return done;
    });
    expect(await pass(limiter, time, 1)).toEqual([500]);
    for (let count = 0; count < 100; count += 1) {
      await limiter.adapt(async () => done);
    }
    expect(await pass(limiter, time, 4)).toEqual([750, 1_000, 1_250, 1_500]);
  });

  test.each(['throttled', 'transient'] as const)(
    'holds all back as long as a %s answer asks',
    async (kind) => {
      const { limiter, time } = gated(10);
      await limiter.adapt(async () => failed({ kind, retryAfterMs: 30_000 }));
      expect((await pass(limiter, time, 2))[0]).toBe(kind === 'throttled' ? 30_200 : 30_100);
    }
  );

  test('ignores a Retry-After beyond two minutes, as the call itself does', async () => {
    const { limiter, time } = gated(10);
    await limiter.adapt(async () => failed({ kind: 'transient', retryAfterMs: 120_001 }));
    expect(await pass(limiter, time, 1)).toEqual([0]);
  });

  test('other failures neither slow it down nor speed it up', async () => {
    const { limiter, time, lines } = gated(2);
    await limiter.adapt(async () => failed({ kind: 'conflict', code: 'LastOperationNotFinished' }));
    expect(await pass(limiter, time, 3)).toEqual([0, 0, 500]);
    expect(lines).toEqual([]);
  });

  test('refuses a rate that is not positive and finite', () => {
    expect(() => gated(0)).toThrow(RangeError);
  });
});

describe('a call that gives up', () => {
  test('at the head of the line, in the line and before it, ends at once and takes nothing', async () => {
    const { limiter, time } = gated(1);
    const controllers = [1, 2, 3].map(() => new AbortController());
    await limiter.acquire(never);
    const given = controllers.map(({ signal }) => limiter.acquire(signal).catch((error: unknown) => error));
    const patient = limiter.acquire(never).then(() => time.nowMs());
    await idle();
    // The one in the middle first: nobody may overtake the head because of it.
    for (const index of [1, 0, 2]) {
      controllers[index]?.abort(new Error('stop'));
      expect(await given[index]).toBeInstanceOf(CancelledError);
    }
    expect(await time.run(patient)).toBe(1_000);
    await expect(limiter.acquire(AbortSignal.abort())).rejects.toBeInstanceOf(CancelledError);
    expect(time.sleepers).toBe(0);
  });

  test('in the middle of the line lets nobody overtake', async () => {
    const { limiter, time } = gated(4);
    const controller = new AbortController();
    for (let count = 0; count < 4; count += 1) {
      await limiter.adapt(async () => failed());
      await time.run(time.sleep(1_000, never));
    }
    await time.run(limiter.acquire(never));
    const order: string[] = [];
    const head = limiter.acquire(never).then(() => order.push('head'));
    const middle = limiter.acquire(controller.signal).catch(() => order.push('middle'));
    const last = limiter.acquire(never).then(() => order.push('last'));
    await idle();
    // The first one waits at the lowest rate; a call that started now would wait for less.
    for (let count = 0; count < 100; count += 1) {
      await limiter.adapt(async () => done);
    }
    controller.abort();
    await time.run(Promise.all([head, middle, last]));
    expect(order).toEqual(['middle', 'head', 'last']);
  });

  test('a sleep that fails for another reason is reported, and the line goes on', async () => {
    let sleeps = 0;
    let nowMs = 0;
    const limiter = createRateLimiter(1, {
      nowMs: () => nowMs,
      sleep: async (ms) => {
        sleeps += 1;
        if (sleeps === 1) throw new Error('broken clock');
        nowMs += ms;
      },
      debug: () => undefined
    });
    await limiter.acquire(never);
    const [broken, next] = await Promise.allSettled([limiter.acquire(never), limiter.acquire(never)]);
    expect(broken).toMatchObject({ status: 'rejected', reason: new Error('broken clock') });
    expect(next.status).toBe('fulfilled');
  });
});

test('the open limiter stops nobody', async () => {
  await unlimited.acquire(never);
  expect(await unlimited.adapt(async () => done)).toBe(done);
});

describe('a storm', () => {
  const operation: Operation<string> = {
    name: 'GetInstance',
    kind: 'read',
    target: 'i-1',
    method: 'GET',
    path: '/',
    query: {},
    decode: () => 'done'
  };
  const write: Operation<string> = { ...operation, name: 'RebuildInstance', kind: 'write', tellsLoss: true };

  /** Calls that share a limiter, against a service that answers by the time. */
  async function storm(
    calls: number,
    rate: number,
    serve: (nowMs: number) => Attempt<string>,
    what = operation
  ) {
    const { limiter, time, lines } = gated(rate);
    const sent: number[] = [];
    const once = () =>
      limiter.adapt(async () => {
        sent.push(time.nowMs());
        return serve(time.nowMs());
      });
    const ports = { ...time, random: () => 0.5, acquire: limiter.acquire, correctClock: () => undefined };
    const work = Array.from({ length: calls }, () =>
      withRetries(what, once, ports, { signal: never, start: never })
    );
    const results = await time.run(Promise.allSettled(work));
    const ended = results.filter(({ status }) => status === 'fulfilled').length;
    return { ended, sent, lines, nowMs: time.nowMs(), results };
  }

  const weights: Operation<string> = { ...write, name: 'UpdateBlbServer', repeatable: true };

  test.each([operation, weights])('of two minutes fails none of 100 calls ($name)', async (what) => {
    const serve = (nowMs: number) => (nowMs < 120_000 ? failed() : done);
    const { ended, sent, lines } = await storm(100, 10, serve, what);
    expect(ended).toBe(100);
    // At the lowest rate: 60 in two minutes, and what left until that was reached.
    expect(sent.filter((atMs) => atMs < 120_000).length).toBeLessThan(85);
    expect(lines.at(-1)).toBe('the service throttles: from now on 0.5 calls a second at most');
  });

  test('sends no rebuild that has waited for its turn for too long', async () => {
    const { results, sent } = await storm(100, 5, () => done, write);
    const late = results.filter(({ status }) => status === 'rejected');
    // Five at once, and then five a second for ten seconds.
    expect(sent.length).toBeGreaterThanOrEqual(50);
    expect(sent.length).toBeLessThanOrEqual(56);
    expect(Math.max(...sent)).toBeLessThanOrEqual(10_000);
    expect(late).toHaveLength(100 - sent.length);
    for (const one of late) {
      expect(one).toMatchObject({ reason: { failure: { kind: 'throttled', attempts: 0 } } });
    }
  });

  test('that does not end lets every call fail in the end', async () => {
    const { results, nowMs } = await storm(3, 5, () => failed());
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { failure: { kind: 'throttled' } } });
    }
    expect(nowMs).toBeGreaterThanOrEqual(300_000);
    expect(nowMs).toBeLessThan(330_000);
  });

  test('of a service that permits less than requestsPerSecond settles near its limit', async () => {
    let taken: readonly number[] = [];
    const serve = (nowMs: number) => {
      taken = taken.filter((atMs) => atMs > nowMs - 1_000);
      if (taken.length >= 4) return failed();
      taken = [...taken, nowMs];
      return done;
    };
    const { ended, sent, nowMs } = await storm(400, 20, serve);
    expect(ended).toBe(400);
    expect(sent.length).toBeLessThan(480);
    expect(nowMs).toBeLessThan(200_000);
  });

  test('is fair: no call waits for longer than its turn', async () => {
    const { limiter, time } = gated(5);
    const ends: number[] = [];
    const ports = { ...time, random: () => 0.5, acquire: limiter.acquire, correctClock: () => undefined };
    const callers = Array.from({ length: 10 }, async () => {
      for (let count = 0; count < 6; count += 1) {
        await withRetries(operation, () => limiter.adapt(async () => done), ports, {
          signal: never,
          start: never
        });
      }
      ends.push(time.nowMs());
    });
    await time.run(Promise.all(callers));
    expect(Math.max(...ends) - Math.min(...ends)).toBeLessThanOrEqual(2_000);
  });
});
