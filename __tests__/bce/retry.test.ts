import { describe, expect, test } from '@jest/globals';
import type { Attempt, AttemptFailure, Operation } from '../../src/bce/operation.ts';
import { attemptLimit, retryDelay, withRetries } from '../../src/bce/retry.ts';
import { CallError, CancelledError, type FailureKind } from '../../src/core/model/failure.ts';

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
      throttled: 5,
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
      throttled: 8,
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
  const manner = { kind: 'write', repeatable: true } as const;
  expect(kinds.filter((kind) => attemptLimit(kind, manner) > 1)).toEqual([
    'throttled',
    'unreached',
    'transient',
    'ambiguous',
    'malformed'
  ]);
  expect(attemptLimit('ambiguous', manner)).toBe(5);
});

describe('how long it waits', () => {
  const most = () => 1;

  test('the ceiling doubles to eight seconds', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8].map((tries) =>
      retryDelay({ kind: 'throttled' }, { kind: 'write' }, tries, most)
    );
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, undefined]);
  });

  test('chance decides below the ceiling', () => {
    expect(retryDelay({ kind: 'transient' }, { kind: 'read' }, 3, () => 0.25)).toBe(500);
    expect(retryDelay({ kind: 'transient' }, { kind: 'read' }, 3, () => 0)).toBe(0);
  });

  test('the wish of the service goes first, to the letter', () => {
    const asked = (retryAfterMs: number) =>
      retryDelay({ kind: 'throttled', retryAfterMs }, { kind: 'read' }, 1, () => 0.5);
    expect([0, 7_000, 120_000, 120_001].map(asked)).toEqual([0, 7_000, 120_000, undefined]);
  });
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
  abortAt: 'attempt' | 'sleep' | 'never' = 'never'
): Promise<Run> {
  const sleeps: number[] = [];
  const mended: number[] = [];
  let attempts = 0;
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
      if (abortAt === 'sleep') {
        controller.abort();
        throw new CancelledError();
      }
    },
    random: () => 1,
    mendClock: (serverMs: number) => void mended.push(serverMs)
  };
  const result = await withRetries(what, once, ports, controller.signal).catch((error: unknown) => error);
  return { result, sleeps, attempts, mended };
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

  test('a throttled write gives up after eight', async () => {
    const { result, sleeps } = await run(operation, [fail('throttled')]);
    expect(failureOf(result)).toMatchObject({ attempts: 8 });
    expect(sleeps.length).toBe(7);
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

  test('the kinds may change on the way, and a write stops at the first doubt', async () => {
    const { result, attempts } = await run(operation, [
      fail('throttled'),
      fail('unreached'),
      fail('ambiguous')
    ]);
    expect(failureOf(result)).toMatchObject({ kind: 'ambiguous', attempts: 3 });
    expect(attempts).toBe(3);
  });

  test('a wish beyond two minutes is told, not obeyed', async () => {
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

describe('a write that may be repeated', () => {
  const repeatable: Operation<string> = { ...operation, repeatable: true };
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

  test('keeps the doubt over a mended clock', async () => {
    const { result, mended } = await run(repeatable, [fail('ambiguous'), fail('skewed', {}, 42)]);
    expect(failureOf(result)).toMatchObject({ kind: 'ambiguous', attempts: 3 });
    expect(mended).toEqual([42]);
  });

  test('is in no doubt after failures that tell that nothing was done', async () => {
    const { result } = await run(repeatable, [fail('throttled'), fail('unreached'), fail('denied')]);
    expect(failureOf(result)).toMatchObject({ kind: 'denied', message: 'm' });
  });

  test('is done when a failure after a loss tells so, and only then', async () => {
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

  test('tells a loss that an earlier attempt suffered, where it tells losses', async () => {
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
    const ports = { sleep: async () => undefined, random: () => 1, mendClock: () => undefined };
    const result = await withRetries(
      { ...repeatable, tellsLoss: true },
      once,
      ports,
      controller.signal
    ).catch((error: unknown) => error);
    expect(failureOf(result)).toMatchObject({ kind: 'ambiguous', attempts: 2 });
  });
});

describe('a skewed clock', () => {
  test.each([read, operation])('is mended once, at once, and the call goes on ($name)', async (what) => {
    const { result, sleeps, mended, attempts } = await run(what, [fail('skewed', {}, 42), done]);
    expect([result, sleeps, mended, attempts]).toEqual(['done', [], [42], 2]);
  });

  test('stays a failure where mending did not help', async () => {
    const { result, mended } = await run(read, [fail('skewed', {}, 42)]);
    expect(failureOf(result)).toMatchObject({ kind: 'skewed', attempts: 2 });
    expect(mended).toEqual([42]);
  });

  test('stays a failure where the service tells no time', async () => {
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

  test('a rebuild that was lost is told, a start is not', async () => {
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
    mendClock: () => undefined
  };
  const once = async () => fail('transient');
  await expect(withRetries(read, once, ports, new AbortController().signal)).rejects.toThrow('broken clock');
});
