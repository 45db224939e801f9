import { describe, expect, test } from '@jest/globals';
import type { Attempt, AttemptFailure, Operation } from '../../../src/bce/api/operation.ts';
import {
  attemptLimit,
  noFailures,
  type RetryState,
  retryDelay,
  withFailure
} from '../../../src/bce/retry/retry-policy.ts';
import { withRetries } from '../../../src/bce/retry/with-retries.ts';
import { CallError, CancelledError, type FailureKind } from '../../../src/core/model/failure.ts';

const kinds: readonly FailureKind[] = [
  'throttled',
  'unreached',
  'transient',
  'ambiguous',
  'denied',
  'skewed',
  'notFound',
  'conflict',
  'invalid',
  'malformed'
];

describe('how often a call is tried', () => {
  test('reads', () => {
    expect(Object.fromEntries(kinds.map((kind) => [kind, attemptLimit(kind, { kind: 'read' })]))).toEqual({
      throttled: Number.POSITIVE_INFINITY,
      unreached: 5,
      transient: 5,
      malformed: 5,
      // Never comes of a read.
      ambiguous: 5,
      denied: 1,
      skewed: 1,
      notFound: 1,
      conflict: 1,
      invalid: 1
    });
  });

  test('writes', () => {
    expect(Object.fromEntries(kinds.map((kind) => [kind, attemptLimit(kind, { kind: 'write' })]))).toEqual({
      throttled: Number.POSITIVE_INFINITY,
      unreached: 5,
      transient: 1,
      malformed: 1,
      ambiguous: 1,
      denied: 1,
      skewed: 1,
      notFound: 1,
      conflict: 1,
      invalid: 1
    });
  });
});

test('a write that may be repeated is, whatever became of its answer, and no more than that', () => {
  const traits = { kind: 'write', repeatable: true } as const;
  expect(kinds.filter((kind) => attemptLimit(kind, traits) > 1)).toEqual([
    'throttled',
    'unreached',
    'transient',
    'ambiguous',
    'malformed'
  ]);
  expect(attemptLimit('ambiguous', traits)).toBe(5);
});

describe('how long it waits', () => {
  const ports = (random: number, nowMs = 0) => ({ random: () => random, nowMs: () => nowMs });
  const failures = (failed: number): RetryState => ({ ...noFailures, failed });
  const deferred = (times: number): RetryState => ({ failed: 0, deferred: times, deferredSinceMs: 0 });

  test('the ceiling doubles to eight seconds', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 99].map((times) =>
      retryDelay({ kind: 'throttled' }, { kind: 'read' }, deferred(times), ports(1))
    );
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000]);
  });

  test('chance decides below the ceiling', () => {
    expect(retryDelay({ kind: 'transient' }, { kind: 'read' }, failures(3), ports(0.25))).toBe(500);
    expect(retryDelay({ kind: 'transient' }, { kind: 'read' }, failures(3), ports(0))).toBe(0);
  });

  test('a deferred call waits for half of the delay at least', () => {
    expect(retryDelay({ kind: 'throttled' }, { kind: 'read' }, deferred(3), ports(0))).toBe(1_000);
    expect(retryDelay({ kind: 'throttled' }, { kind: 'read' }, deferred(3), ports(0.5))).toBe(1_500);
  });

  test('Retry-After takes precedence, exactly', () => {
    const asked = (kind: FailureKind, retryAfterMs: number) =>
      retryDelay({ kind, retryAfterMs }, { kind: 'read' }, { ...deferred(1), failed: 1 }, ports(0.5));
    expect([0, 7_000, 120_000, 120_001].map((ms) => asked('transient', ms))).toEqual([
      0,
      7_000,
      120_000,
      undefined
    ]);
    // To come back at once is what a service that throttles cannot mean.
    expect([0, 7_000, 120_000, 120_001].map((ms) => asked('throttled', ms))).toEqual([
      500,
      7_000,
      120_000,
      undefined
    ]);
  });

  test.each([{ kind: 'read' }, { kind: 'write', repeatable: true }] as const)(
    'deferrals of %j end after five minutes in a row, but not before the fifth time',
    (traits) => {
      const throttled = (times: number, nowMs: number) =>
        retryDelay({ kind: 'throttled' }, traits, deferred(times), ports(1, nowMs));
      expect(throttled(60, 299_999)).toBe(8_000);
      expect(throttled(60, 300_000)).toBeUndefined();
      expect(throttled(4, 900_000)).toBe(4_000);
      expect(throttled(5, 900_000)).toBeUndefined();
    }
  );

  test.each([{ kind: 'write' }, { kind: 'write', repeatable: false }] as const)(
    '%j ends ten seconds after it was first deferred, including the next wait',
    (traits) => {
      const throttled = (times: number, nowMs: number, retryAfterMs?: number) =>
        retryDelay(
          { kind: 'throttled', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
          traits,
          deferred(times),
          ports(1, nowMs)
        );
      expect(throttled(1, 0)).toBe(500);
      expect(throttled(4, 6_000)).toBe(4_000);
      expect(throttled(4, 6_001)).toBeUndefined();
      // The minimum number of deferrals does not extend that time.
      expect(throttled(1, 9_501)).toBeUndefined();
      expect([0, 3_000, 10_000, 10_001, 30_000, 120_001].map((ms) => throttled(1, 0, ms))).toEqual([
        500,
        3_000,
        10_000,
        undefined,
        undefined,
        undefined
      ]);
      expect(throttled(2, 7_000, 3_000)).toBe(3_000);
      expect(throttled(2, 7_001, 3_000)).toBeUndefined();
    }
  );

  test('something else that has to end first is waited for only where a repetition does no harm', () => {
    const busy = { kind: 'conflict', code: 'LastOperationNotFinished' } as const;
    const manners = [{ kind: 'read' }, { kind: 'write', repeatable: true }, { kind: 'write' }] as const;
    const delays = manners.map((traits) =>
      retryDelay(
        busy,
        traits,
        withFailure(noFailures, busy, traits, () => 0),
        ports(1)
      )
    );
    expect(delays).toEqual([500, 500, undefined]);
  });
});

describe('the state', () => {
  test('counts attempts and deferrals separately', () => {
    const add = adder({ kind: 'write', repeatable: true });
    expect(add({ kind: 'transient' })).toEqual({ failed: 1, deferred: 0, deferredSinceMs: 0 });
    expect(add({ kind: 'throttled' })).toEqual({ failed: 1, deferred: 1, deferredSinceMs: 20 });
    expect(add({ kind: 'conflict', code: 'LastOperationNotFinished' })).toEqual({
      failed: 1,
      deferred: 2,
      deferredSinceMs: 20
    });
    expect(add({ kind: 'conflict', code: 'OperationDenied' })).toMatchObject({ failed: 2, deferred: 0 });
    expect(add({ kind: 'throttled' })).toEqual({ failed: 2, deferred: 1, deferredSinceMs: 50 });
  });

  test('of a call that must not be repeated counts a busy service as a failure', () => {
    const add = adder({ kind: 'write' });
    expect(add({ kind: 'throttled' })).toEqual({ failed: 0, deferred: 1, deferredSinceMs: 10 });
    expect(add({ kind: 'throttled' })).toEqual({ failed: 0, deferred: 2, deferredSinceMs: 10 });
    expect(add({ kind: 'conflict', code: 'LastOperationNotFinished' })).toEqual({
      failed: 1,
      deferred: 0,
      deferredSinceMs: 0
    });
  });

  /** Counts one failure after another, 10 ms apart. */
  function adder(traits: Pick<Operation<unknown>, 'kind' | 'repeatable'>) {
    let nowMs = 0;
    let state = noFailures;
    return (failure: Pick<AttemptFailure, 'kind' | 'code'>): RetryState => {
      nowMs += 10;
      state = withFailure(state, failure, traits, () => nowMs);
      return state;
    };
  }
});

interface Run {
  readonly result: unknown;
  readonly sleeps: readonly number[];
  readonly attempts: number;
  readonly mended: readonly number[];
}

const operation: Operation<string> = {
  name: 'RebuildInstance',
  kind: 'write',
  target: 'i-1',
  method: 'PUT',
  path: '/',
  query: {},
  decode: () => 'done'
};
const read: Operation<string> = { ...operation, name: 'GetInstance', kind: 'read' };
const repeatable: Operation<string> = { ...operation, name: 'CreateImage', repeatable: true };

const busy = fail('conflict', { code: 'LastOperationNotFinished' });

function fail(kind: FailureKind, more: Partial<AttemptFailure> = {}, serverMs?: number): Attempt<string> {
  return {
    ok: false,
    failure: { kind, operation: 'X', target: '', message: 'm', ...more },
    ...(serverMs === undefined ? {} : { serverMs })
  };
}

const done: Attempt<string> = { ok: true, value: 'done' };

async function run(
  what: Operation<string>,
  script: readonly Attempt<string>[],
  controller = new AbortController(),
  abortAt: 'attempt' | 'sleep' | 'turn' | 'never' = 'never',
  random = 1
): Promise<Run> {
  const sleeps: number[] = [];
  const mended: number[] = [];
  let attempts = 0;
  let nowMs = 0;
  let turns = 0;
  const once = async (): Promise<Attempt<string>> => {
    const outcome = script[Math.min(attempts, script.length - 1)];
    attempts += 1;
    if (abortAt === 'attempt') {
      controller.abort();
    }
    if (outcome === undefined) {
      throw new Error('the script is empty');
    }
    return outcome;
  };
  const ports = {
    sleep: async (ms: number) => {
      sleeps.push(ms);
      nowMs += ms;
      if (abortAt === 'sleep') {
        controller.abort();
        throw new CancelledError();
      }
    },
    random: () => random,
    nowMs: () => nowMs,
    acquire: async () => {
      turns += 1;
      if (abortAt === 'turn' && turns === 2) {
        controller.abort();
        throw new CancelledError();
      }
      return true;
    },
    correctClock: (serverMs: number) => void mended.push(serverMs)
  };
  const result = await withRetries(what, once, ports, {
    signal: controller.signal,
    start: controller.signal
  }).catch((error: unknown) => error);
  expect(turns).toBeGreaterThanOrEqual(attempts);
  return { result, sleeps, attempts, mended };
}

function sum(sleeps: readonly number[]): number {
  return sleeps.reduce((total, ms) => total + ms, 0);
}

function failureOf(result: unknown) {
  return result instanceof CallError ? result.failure : undefined;
}

describe('the loop', () => {
  test.each<FailureKind>(['throttled', 'unreached', 'transient', 'malformed'])(
    'a read outlives %s',
    async (kind) => {
      expect(await run(read, [fail(kind), fail(kind), done])).toEqual({
        result: 'done',
        sleeps: [500, 1_000],
        attempts: 3,
        mended: []
      });
    }
  );

  test('a read gives up after five', async () => {
    const { result, sleeps } = await run(read, [fail('transient')]);
    expect(failureOf(result)).toMatchObject({ kind: 'transient', attempts: 5 });
    expect(sleeps).toEqual([500, 1_000, 2_000, 4_000]);
  });

  test.each([read, repeatable])('$name outlives two minutes of throttling', async (what) => {
    const storm = Array.from({ length: 18 }, () => fail('throttled'));
    const { result, sleeps } = await run(what, [...storm, done]);
    expect(result).toBe('done');
    expect(sum(sleeps)).toBe(119_500);
  });

  test.each([read, repeatable])('$name gives up after five minutes of throttling', async (what) => {
    const { result, sleeps } = await run(what, [fail('throttled')]);
    expect(failureOf(result)).toMatchObject({ kind: 'throttled', attempts: 42 });
    expect(sum(sleeps)).toBe(303_500);
  });

  test('throttling uses up no attempt', async () => {
    const storm = Array.from({ length: 20 }, () => fail('throttled'));
    const { result } = await run(read, [...storm, fail('transient')]);
    expect(failureOf(result)).toMatchObject({ kind: 'transient', attempts: 25 });
  });

  test('a balancer that is busy is waited for, and any other conflict is not', async () => {
    expect(await run(repeatable, [busy, busy, done])).toMatchObject({ result: 'done', sleeps: [500, 1_000] });
    const { result, sleeps } = await run(repeatable, [busy]);
    expect(failureOf(result)).toMatchObject({ kind: 'conflict', code: 'LastOperationNotFinished' });
    expect(sum(sleeps)).toBe(303_500);
    const other = await run(repeatable, [fail('conflict', { code: 'OperationDenied' })]);
    expect(failureOf(other.result)).toMatchObject({ kind: 'conflict', attempts: 1 });
    const long = await run(repeatable, [
      fail('conflict', { code: 'lastoperationnotfinished', retryAfterMs: 300_000 })
    ]);
    expect(failureOf(long.result)?.message).toContain('asks to wait 300 s');
  });

  test.each<FailureKind>([
    'ambiguous',
    'transient',
    'malformed',
    'denied',
    'notFound',
    'conflict',
    'invalid'
  ])('a write is not sent again after %s', async (kind) => {
    const { result, attempts, sleeps } = await run(operation, [fail(kind)]);
    expect([failureOf(result)?.attempts, attempts, sleeps.length]).toEqual([1, 1, 0]);
  });

  test('the kinds of failure may change, and a write stops at the first ambiguous one', async () => {
    const { result, attempts } = await run(operation, [
      fail('throttled'),
      fail('unreached'),
      fail('ambiguous')
    ]);
    expect(failureOf(result)).toMatchObject({ kind: 'ambiguous', attempts: 3 });
    expect(attempts).toBe(3);
  });

  test('a Retry-After beyond two minutes is reported, not obeyed', async () => {
    const { result, attempts } = await run(read, [fail('throttled', { retryAfterMs: 300_000 })]);
    expect(failureOf(result)?.message).toBe(
      'm; the service asks to wait 300 s, longer than the 120 s we would'
    );
    expect(attempts).toBe(1);
    const other = await run(read, [fail('denied', { retryAfterMs: 300_000 })]);
    expect(failureOf(other.result)?.message).toBe('m');
  });

  test('a cause is handed on', async () => {
    const cause = new Error('below');
    const outcome: Attempt<string> = { ...fail('invalid'), cause } as Attempt<string>;
    expect((await run(read, [outcome])).result).toHaveProperty('cause', cause);
  });
});

describe('a rebuild', () => {
  test.each([0, 0.25, 0.5, 0.75, 1])(
    'that is throttled gives up within ten seconds (chance: %d)',
    async (random) => {
      const { result, sleeps, attempts } = await run(
        operation,
        [fail('throttled', { code: 'RateLimit' })],
        new AbortController(),
        'never',
        random
      );
      expect(failureOf(result)).toMatchObject({
        kind: 'throttled',
        code: 'RateLimit',
        message: 'm',
        attempts
      });
      expect(attempts).toBe(sleeps.length + 1);
      expect(attempts).toBeGreaterThanOrEqual(5);
      expect(sum(sleeps)).toBeLessThanOrEqual(10_000);
    }
  );

  test('that is throttled for less than that is sent in the end', async () => {
    const storm = Array.from({ length: 4 }, () => fail('throttled'));
    const { result, sleeps } = await run(operation, [...storm, done]);
    expect([result, sum(sleeps)]).toEqual(['done', 7_500]);
  });

  test('is deferred for as long as the service asks, if that is no more than ten seconds in all', async () => {
    const script = [3_000, 7_000].map((retryAfterMs) => fail('throttled', { retryAfterMs }));
    expect(await run(operation, [...script, done])).toMatchObject({ result: 'done', sleeps: [3_000, 7_000] });
    const more = await run(operation, [...script, fail('throttled', { retryAfterMs: 1 }), done]);
    expect(failureOf(more.result)).toMatchObject({ kind: 'throttled', attempts: 3 });
  });

  test.each([10_001, 30_000, 120_000])(
    'that is to come back in %d ms gives up at once',
    async (retryAfterMs) => {
      const { result, sleeps, attempts } = await run(operation, [fail('throttled', { retryAfterMs }), done]);
      expect(failureOf(result)).toMatchObject({ kind: 'throttled', retryAfterMs, message: 'm', attempts: 1 });
      expect([sleeps, attempts]).toEqual([[], 1]);
    }
  );

  test('that is to come back in five minutes says so', async () => {
    const { result } = await run(operation, [fail('throttled', { retryAfterMs: 300_000 }), done]);
    expect(failureOf(result)).toMatchObject({ kind: 'throttled', attempts: 1 });
    expect(failureOf(result)?.message).toContain('asks to wait 300 s');
  });

  test.each([{}, { retryAfterMs: 1_000 }, { retryAfterMs: 300_000 }])(
    'that conflicts with another change is sent once (%j)',
    async (more) => {
      const script = [fail('conflict', { code: 'LastOperationNotFinished', ...more }), done];
      const { result, sleeps, attempts } = await run(operation, script);
      expect(failureOf(result)).toMatchObject({ kind: 'conflict', code: 'LastOperationNotFinished' });
      expect(failureOf(result)).toMatchObject({ message: 'm', attempts: 1 });
      expect([sleeps, attempts]).toEqual([[], 1]);
    }
  );

  test('that was deferred and then conflicts with another change is not sent again', async () => {
    const { result, attempts } = await run(operation, [fail('throttled'), busy, done]);
    expect(failureOf(result)).toMatchObject({ kind: 'conflict', attempts: 2 });
    expect(attempts).toBe(2);
  });
});

describe('a write that may be repeated', () => {
  const removal: Operation<string> = { ...repeatable, doneAfterLoss: 'notFound' };

  test.each<FailureKind>(['ambiguous', 'malformed'])('is sent again after %s', async (kind) => {
    const { result, sleeps } = await run(repeatable, [fail(kind), fail(kind), done]);
    expect([result, sleeps]).toEqual(['done', [500, 1_000]]);
  });

  test.each<FailureKind>(['ambiguous', 'malformed'])('gives up after five that are %s', async (kind) => {
    const { result, sleeps } = await run(repeatable, [fail(kind)]);
    expect(failureOf(result)).toMatchObject({ kind, message: 'm', attempts: 5 });
    expect(sleeps).toEqual([500, 1_000, 2_000, 4_000]);
  });

  test.each<[FailureKind, FailureKind]>([
    ['ambiguous', 'denied'],
    ['ambiguous', 'invalid'],
    ['ambiguous', 'unreached'],
    ['ambiguous', 'throttled'],
    ['malformed', 'conflict'],
    ['ambiguous', 'notFound']
  ])('stays in doubt when %s is followed by %s', async (first, second) => {
    const { result } = await run(repeatable, [fail(first), fail(second, { httpStatus: 499, code: 'C' })]);
    expect(failureOf(result)).toMatchObject({
      kind: 'ambiguous',
      message: 'an earlier answer was lost, so it may have been carried out; then: m',
      httpStatus: 499,
      code: 'C'
    });
  });

  test('keeps the doubt over a corrected clock', async () => {
    const { result, mended } = await run(repeatable, [fail('ambiguous'), fail('skewed', {}, 42)]);
    expect(failureOf(result)).toMatchObject({ kind: 'ambiguous', attempts: 3 });
    expect(mended).toEqual([42]);
  });

  test('is not in doubt after failures that say that nothing was done', async () => {
    const { result } = await run(repeatable, [fail('throttled'), fail('unreached'), fail('denied')]);
    expect(failureOf(result)).toMatchObject({ kind: 'denied', message: 'm' });
  });

  test('is done if a failure after a loss says so, and only then', async () => {
    expect((await run(removal, [fail('ambiguous'), fail('unreached'), fail('notFound')])).result).toBe(
      'done'
    );
    expect(failureOf((await run(removal, [fail('notFound')])).result)?.kind).toBe('notFound');
    const throttled = await run(removal, [fail('throttled'), fail('unreached'), fail('notFound')]);
    expect(failureOf(throttled.result)?.kind).toBe('notFound');
  });

  test('is cancelled like any other, with the doubt as the cause', async () => {
    for (const abortAt of ['attempt', 'sleep'] as const) {
      const { result, attempts } = await run(repeatable, [fail('ambiguous')], new AbortController(), abortAt);
      expect(result).toBeInstanceOf(CancelledError);
      expect(result).toHaveProperty('cause.failure.kind', 'ambiguous');
      expect(attempts).toBe(1);
    }
  });

  test('reports the loss of an earlier attempt if it reports losses', async () => {
    const controller = new AbortController();
    let attempts = 0;
    const once = async () => {
      attempts += 1;
      if (attempts === 1) {
        return fail('ambiguous');
      }
      controller.abort();
      return fail('unreached');
    };
    const ports = {
      sleep: async () => undefined,
      random: () => 1,
      nowMs: () => 0,
      acquire: async () => true,
      correctClock: () => undefined
    };
    const result = await withRetries({ ...repeatable, tellsLoss: true }, once, ports, {
      signal: controller.signal,
      start: controller.signal
    }).catch((error: unknown) => error);
    expect(failureOf(result)).toMatchObject({ kind: 'ambiguous', attempts: 2 });
  });
});

describe('a skewed clock', () => {
  test.each([read, operation])('is corrected once, at once, and the call goes on ($name)', async (what) => {
    const { result, sleeps, mended, attempts } = await run(what, [fail('skewed', {}, 42), done]);
    expect([result, sleeps, mended, attempts]).toEqual(['done', [], [42], 2]);
  });

  test('stays a failure where correcting did not help', async () => {
    const { result, mended } = await run(read, [fail('skewed', {}, 42)]);
    expect(failureOf(result)).toMatchObject({ kind: 'skewed', attempts: 2 });
    expect(mended).toEqual([42]);
  });

  test('stays a failure if the service gives no time', async () => {
    const { result, mended } = await run(read, [fail('skewed')]);
    expect(failureOf(result)).toMatchObject({ kind: 'skewed', attempts: 1 });
    expect(mended).toEqual([]);
  });

  test('takes nothing from the attempts', async () => {
    const { result, sleeps } = await run(read, [fail('skewed', {}, 42), fail('transient')]);
    expect(failureOf(result)?.attempts).toBe(6);
    expect(sleeps).toEqual([500, 1_000, 2_000, 4_000]);
  });
});

describe('a cancel', () => {
  test('before the call: nothing is tried', async () => {
    const controller = new AbortController();
    controller.abort();
    const { result, attempts } = await run(read, [done], controller);
    expect(result).toBeInstanceOf(CancelledError);
    expect(attempts).toBe(0);
  });

  test('during an attempt', async () => {
    const { result, attempts } = await run(read, [fail('transient')], new AbortController(), 'attempt');
    expect(result).toBeInstanceOf(CancelledError);
    expect(result).toHaveProperty('cause.failure.kind', 'transient');
    expect(attempts).toBe(1);
  });

  test('during an attempt that succeeds all the same: the success stands', async () => {
    expect((await run(operation, [done], new AbortController(), 'attempt')).result).toBe('done');
  });

  test('during a wait', async () => {
    const { result, attempts } = await run(read, [fail('transient')], new AbortController(), 'sleep');
    expect(result).toBeInstanceOf(CancelledError);
    expect(result).toHaveProperty('cause.failure.kind', 'transient');
    expect(attempts).toBe(1);
  });

  test('while the call waits for its turn', async () => {
    const { result, attempts } = await run(read, [fail('transient')], new AbortController(), 'turn');
    expect(result).toBeInstanceOf(CancelledError);
    expect(result).toHaveProperty('cause.failure.kind', 'transient');
    expect(attempts).toBe(1);
  });

  test('a rebuild that was lost is reported, a start is not', async () => {
    const script = [fail('ambiguous')];
    const rebuild = await run({ ...operation, tellsLoss: true }, script, new AbortController(), 'attempt');
    expect(failureOf(rebuild.result)).toMatchObject({ kind: 'ambiguous', attempts: 1 });
    const start = await run(operation, script, new AbortController(), 'attempt');
    expect(start.result).toBeInstanceOf(CancelledError);
    const unsent = [fail('unreached')];
    const early = await run({ ...operation, tellsLoss: true }, unsent, new AbortController(), 'attempt');
    expect(early.result).toBeInstanceOf(CancelledError);
  });
});

test('faults of a port come through as they are', async () => {
  const ports = {
    sleep: () => Promise.reject(new Error('broken clock')),
    random: () => 1,
    nowMs: () => 0,
    acquire: async () => true,
    correctClock: () => undefined
  };
  const once = async () => fail('transient');
  const { signal } = new AbortController();
  await expect(withRetries(read, once, ports, { signal, start: signal })).rejects.toThrow('broken clock');
});
