/** The limit of calls a second, over real HTTP and with a clock that moves only while somebody sleeps. */

import { afterEach, describe, expect, test } from '@jest/globals';
import type { BccClient } from '../../src/bce/client.ts';
import { CancelledError } from '../../src/core/model/failure.ts';
import { withEmulator } from './emulated.ts';
import { answer, serve } from './server.ts';
import { closeWorlds, failureOf, never, rerouted, startMs, world } from './wire.ts';

afterEach(closeWorlds);

const instance = { id: 'i-1', status: 'Running', imageId: 'm-1' };

/** One clock for all that the client asks, and the moments at which it was slept on. */
function oneClock() {
  let nowMs = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    nowMs: () => nowMs,
    wallMs: () => startMs + nowMs,
    sleep: async (ms: number) => {
      sleeps.push(ms);
      nowMs += ms;
    }
  };
}

describe('the limit', () => {
  test('is one for reads and writes, for both hosts and for all attempts', async () => {
    const clock = oneClock();
    const times: number[] = [];
    const server = await serve((_request, response) => {
      times.push(clock.nowMs());
      const backendServerList = [{ instanceId: 'i-1', weight: 1 }];
      answer(response, times.length === 1 ? 500 : 200, { instance, backendServerList });
    });
    const hosts: string[] = [];
    try {
      const { bcc } = await world(() => undefined, {
        ...clock,
        random: () => 0,
        requestsPerSecond: 2,
        endpoint: new URL('https://bcc.bj.baidubce.com'),
        transport: rerouted(server.url, hosts)
      });
      await bcc.getInstance('i-1', never);
      await bcc.listBackendServers('lb-1', never);
      await bcc.start('i-1', never);
      await bcc.setWeights({ kind: 'blb', blbId: 'lb-1' }, [{ instanceId: 'i-1', weight: 1 }], never);
      expect(times).toEqual([0, 0, 500, 1_000, 1_500]);
      expect(new Set(hosts).size).toBe(2);
    } finally {
      await server.close();
    }
  });

  test('counts the attempt that follows a corrected clock', async () => {
    const clock = oneClock();
    const date = new Date(startMs + 3_600_000).toUTCString();
    const { bcc } = await world(
      (response, _seen, count) =>
        count === 1
          ? answer(response, 400, { code: 'RequestExpired' }, { date })
          : answer(response, 200, { instance }),
      { ...clock, requestsPerSecond: 1 }
    );
    await bcc.getInstance('i-1', never);
    expect(clock.sleeps).toEqual([1_000]);
  });

  test('lets a signature be made only once the wait is over', async () => {
    const clock = oneClock();
    const { bcc, requests } = await world((response) => answer(response, 200, { instance }), {
      ...clock,
      requestsPerSecond: 0.01
    });
    await bcc.getInstance('i-1', never);
    await bcc.getInstance('i-1', never);
    expect(requests.map(({ headers }) => headers['x-bce-date'])).toEqual([
      '2026-01-15T08:09:10Z',
      '2026-01-15T08:10:50Z'
    ]);
  });

  test('is none unless it is set, and none that is no rate', async () => {
    const clock = oneClock();
    const { bcc } = await world((response) => answer(response, 200, { instance }), clock);
    await Promise.all(Array.from({ length: 30 }, () => bcc.getInstance('i-1', never)));
    expect(clock.sleeps).toEqual([]);
    await expect(world(() => undefined, { requestsPerSecond: 0 })).rejects.toThrow(RangeError);
  });

  test('is given up on at once, before anything is signed', async () => {
    const controller = new AbortController();
    const { bcc, requests, masked } = await world((response) => answer(response, 200, { instance }), {
      requestsPerSecond: 1,
      sleep: async (_ms, signal) => {
        controller.abort();
        if (signal.aborted) throw new CancelledError();
      }
    });
    await bcc.getInstance('i-1', never);
    const rebuild = bcc.rebuild(['i-1'], order, controller.signal);
    await expect(rebuild).rejects.toBeInstanceOf(CancelledError);
    expect([requests.length, masked.length]).toEqual([1, 1]);
  });
});

const order = { imageId: 'm-1', login: { kind: 'keepImageLogin' } } as const;
const imageOrder = { imageName: 'web', instanceId: 'i-1', clientToken: '0-0-0-0-1' } as const;
const weights = [{ instanceId: 'i-1', weight: 1 }];

/** The calls that may be made twice, and those that must not. */
const patient: [string, (bcc: BccClient) => Promise<unknown>][] = [
  ['read', (bcc) => bcc.getInstance('i-1', never)],
  ['change of weights', (bcc) => bcc.setWeights({ kind: 'blb', blbId: 'lb-1' }, weights, never)],
  ['start', (bcc) => bcc.start('i-1', never)],
  ['making of an image', (bcc) => bcc.createImage(imageOrder, never)],
  ['removal of an image', (bcc) => bcc.deleteImage('m-3', never)]
];
const hasty: [string, (bcc: BccClient) => Promise<unknown>][] = [
  ['rebuild', (bcc) => bcc.rebuild(['i-1'], order, never)],
  ['rebuild of many', (bcc) => bcc.rebuild(['i-1', 'i-2'], order, never)]
];

describe('throttling', () => {
  test('slows all calls down, with a line for the log', async () => {
    const clock = oneClock();
    const { bcc, lines } = await world(
      (response, _seen, count) =>
        count === 1 ? answer(response, 429, { code: 'RateLimit' }) : answer(response, 200, { instance }),
      { ...clock, random: () => 1, requestsPerSecond: 4 }
    );
    await bcc.getInstance('i-1', never);
    await bcc.getInstance('i-1', never);
    expect(lines.filter((line) => line.startsWith('the service'))).toEqual([
      'the service throttles: from now on 2 calls a second at most'
    ]);
    // Half a second of its own; then the empty bucket has one token, and the next call waits for another.
    expect(clock.sleeps).toEqual([500, 491]);
  });

  test('with Retry-After holds back every call, not only the one that was refused', async () => {
    const clock = oneClock();
    const times: number[] = [];
    const { bcc } = await world(
      (response, _seen, count) => {
        times.push(clock.nowMs());
        if (count === 1) {
          answer(response, 429, '', { 'retry-after': '60' });
        } else {
          answer(response, 200, { instance });
        }
      },
      { ...clock, requestsPerSecond: 10 }
    );
    await bcc.getInstance('i-1', never);
    await bcc.getInstance('i-1', never);
    expect(times[0]).toBe(0);
    expect(times.slice(1).every((atMs) => atMs >= 60_000)).toBe(true);
  });

  test.each(patient)('for two minutes fails no %s, with a limit and without', async (_, call) => {
    for (const limit of [{}, { requestsPerSecond: 5 }]) {
      const clock = oneClock();
      const { bcc } = await world(
        (response) =>
          clock.nowMs() < 120_000
            ? answer(response, 429, '')
            : answer(response, 200, { instance, imageId: 'm-3' }),
        { ...clock, ...limit, random: () => 0.5 }
      );
      await call(bcc);
      expect(clock.nowMs()).toBeGreaterThanOrEqual(120_000);
      expect(clock.nowMs()).toBeLessThan(130_000);
    }
  });

  test.each(patient)('without end fails a %s after five minutes', async (_, call) => {
    const clock = oneClock();
    const { bcc } = await world((response) => answer(response, 429, { code: 'RateLimit' }), {
      ...clock,
      random: () => 1,
      requestsPerSecond: 5
    });
    expect(await failureOf(call(bcc))).toMatchObject({ kind: 'throttled', code: 'RateLimit' });
    expect(clock.nowMs()).toBeGreaterThanOrEqual(300_000);
    expect(clock.nowMs()).toBeLessThan(310_000);
  });

  test.each(hasty.filter(([name]) => name !== 'rebuild of many'))(
    'fails a %s after ten seconds, with a limit and without',
    async (_, call) => {
      for (const limit of [{}, { requestsPerSecond: 5 }]) {
        for (const random of [0, 0.5, 1]) {
          const clock = oneClock();
          const times: number[] = [];
          const { bcc } = await world(
            (response) => {
              times.push(clock.nowMs());
              answer(response, 429, { code: 'RateLimit' });
            },
            { ...clock, ...limit, random: () => random }
          );
          expect(await failureOf(call(bcc))).toMatchObject({ kind: 'throttled', code: 'RateLimit' });
          expect(times.length).toBeGreaterThanOrEqual(5);
          expect(times.at(-1)).toBeLessThanOrEqual(10_000);
          expect(clock.nowMs()).toBeLessThanOrEqual(10_000);
        }
      }
    }
  );

  test('fails a rebuild of many at once: some of them may have been taken', async () => {
    const clock = oneClock();
    let count = 0;
    const { bcc } = await world(
      (response) => {
        count += 1;
        answer(response, 429, { code: 'RateLimit' });
      },
      { ...clock, random: () => 0.5 }
    );
    const batch = bcc.rebuild(['i-1', 'i-2'], { imageId: 'm-1', login: { kind: 'keepImageLogin' } }, never);
    expect(await failureOf(batch)).toMatchObject({ kind: 'throttled', code: 'RateLimit', httpStatus: 429 });
    expect(count).toBe(1);
  });

  test.each(hasty)('with Retry-After 30 fails a %s at once, and holds back all others', async (_, call) => {
    const clock = oneClock();
    const times: number[] = [];
    const { bcc } = await world(
      (response, _seen, count) => {
        times.push(clock.nowMs());
        if (count === 1) answer(response, 429, '', { 'retry-after': '30' });
        else answer(response, 200, { instance });
      },
      { ...clock, requestsPerSecond: 5 }
    );
    expect(await failureOf(call(bcc))).toMatchObject({
      kind: 'throttled',
      retryAfterMs: 30_000,
      attempts: 1
    });
    expect(clock.nowMs()).toBe(0);
    await bcc.getInstance('i-1', never);
    expect(times).toHaveLength(2);
    expect(times[1]).toBeGreaterThanOrEqual(30_000);
  });

  test.each([5, 20])(
    'by the emulator at %d calls a second never happens at half of that rate',
    async (bears) => {
      await withEmulator(
        { behaviour: { callsPerSecond: bears } },
        async ({ bcc, emulator }) => {
          for (let count = 0; count < 60; count += 1) {
            await bcc.getInstance('i-demo0001', never);
          }
          expect(emulator.calls.filter(({ status }) => status !== 200)).toEqual([]);
        },
        { requestsPerSecond: bears / 2 }
      );
    }
  );

  test('by the emulator at 5 calls a second is survived by a client that wants 50', async () => {
    await withEmulator(
      { behaviour: { callsPerSecond: 5 } },
      async ({ bcc, emulator }) => {
        await Promise.all(Array.from({ length: 60 }, () => bcc.getInstance('i-demo0001', never)));
        expect(emulator.calls.filter(({ status }) => status === 200).length).toBe(60);
      },
      { requestsPerSecond: 50 }
    );
  });
});
