/** What bounds a call: its deadline, the age of its decision, and on which connection it goes. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { answer } from './server.ts';
import { SharedTime } from './time.ts';
import { closeWorlds, failureOf, never, startMs, world } from './wire.ts';

afterEach(closeWorlds);

const instance = { id: 'i-1', status: 'Running', imageId: 'm-1' };
const order = { imageId: 'm-1', login: { kind: 'keepImageLogin' } } as const;

describe('the deadline of a call', () => {
  test('cuts a read that hangs', async () => {
    const { bcc } = await world(() => undefined, { nowMs: () => performance.now() });
    const beganMs = performance.now();
    const failure = await failureOf(bcc.getInstance('i-1', never, { deadlineMs: beganMs + 200 }));
    expect(failure.attempts).toBe(1);
    expect(performance.now() - beganMs).toBeLessThan(3_000);
  });

  test('ends a call that is throttled, whatever the service asks for', async () => {
    for (const headers of [{}, { 'retry-after': '5' }, { 'retry-after': '60' }]) {
      let nowMs = 0;
      const { bcc, requests } = await world((response) => answer(response, 429, '', headers), {
        nowMs: () => nowMs,
        sleep: async (ms) => {
          nowMs += ms;
        },
        requestsPerSecond: 5
      });
      const failure = await failureOf(bcc.getInstance('i-1', never, { deadlineMs: 20_000 }));
      expect(failure.kind).toBe('throttled');
      expect(nowMs).toBeLessThanOrEqual(20_000);
      // The next call finds the limiter held, and says at once that it cannot leave in time.
      const next = await failureOf(bcc.listInstances(['i-1'], never, { deadlineMs: nowMs }));
      expect(next).toMatchObject({ kind: 'throttled' });
      expect(requests.length).toBeGreaterThan(0);
    }
  });

  test('is the limit of the client for a read that has none, or a later one; all pages together', async () => {
    let nowMs = 0;
    const { bcc, requests } = await world(
      (response, { line }) => {
        nowMs += 6_000;
        if (line.startsWith('PUT')) answer(response, 200, '');
        else answer(response, 200, { volumes: [], isTruncated: true, nextMarker: `${nowMs}` });
      },
      { nowMs: () => nowMs, readLimitMs: 10_000 }
    );
    for (const limits of [{}, { deadlineMs: 1_000_000 }]) {
      const before = requests.length;
      expect((await failureOf(bcc.getSystemDisk('i-1', never, limits))).kind).toBe('throttled');
      expect(requests.length - before).toBe(2);
    }
    expect((await failureOf(bcc.getInstance('i-1', never, { deadlineMs: nowMs - 1 }))).attempts).toBe(0);
    await bcc.setWeights({ kind: 'blb', blbId: 'lb-1' }, [{ instanceId: 'i-1', weight: 0 }], never);
  });

  test('holds for a call that waits behind others', async () => {
    const time = new SharedTime();
    const { bcc } = await world((response) => answer(response, 200, { instance }), {
      nowMs: time.nowMs,
      wallMs: () => startMs,
      sleep: time.sleep,
      requestsPerSecond: 0.01
    });
    await bcc.getInstance('i-1', never);
    const slow = bcc.getInstance('i-1', never);
    const late = failureOf(bcc.getInstance('i-1', never, { deadlineMs: 5_000 }));
    expect(await time.run(late)).toMatchObject({ kind: 'throttled', attempts: 0 });
    expect(time.nowMs()).toBe(5_000);
    slow.catch(() => undefined);
  });

  test('reports a write under way as lost', async () => {
    const { bcc } = await world(() => undefined, { nowMs: () => performance.now() });
    const rebuild = bcc.rebuild(['i-1'], order, never, { deadlineMs: performance.now() + 1_000 });
    expect(await failureOf(rebuild)).toMatchObject({ kind: 'ambiguous', attempts: 1 });
  });
});

describe('a write whose decision has aged', () => {
  test('is not sent, nor sent again', async () => {
    let nowMs = 0;
    const { bcc, requests } = await world((response) => answer(response, 429, ''), {
      nowMs: () => nowMs,
      sleep: async (ms) => {
        nowMs += ms;
      }
    });
    const late = await failureOf(bcc.rebuild(['i-1'], order, never, { expiresAtMs: -1 }));
    expect(late).toMatchObject({ kind: 'throttled', attempts: 0 });
    expect(late.message).toContain('too old');
    expect(requests).toEqual([]);
    await failureOf(bcc.rebuild(['i-1'], order, never, { expiresAtMs: 2_000 }));
    expect(nowMs).toBeLessThanOrEqual(2_500);
    expect(requests.length).toBeGreaterThan(0);
  });

  test('is not sent if its connection is established too late', async () => {
    const { bcc, requests } = await world((response) => answer(response, 200, {}), {
      nowMs: () => performance.now()
    });
    const sent = bcc.rebuild(['i-1', 'i-2'], order, never, { expiresAtMs: performance.now() + 60 });
    await new Promise((resolve) => setImmediate(resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    expect(await failureOf(sent)).toMatchObject({ kind: 'throttled' });
    expect(requests).toEqual([]);
  });
});

test('a fresh read has a connection of its own', async () => {
  const { bcc, server } = await world((response, { line }) =>
    answer(response, 200, line.startsWith('POST') ? { instances: [instance] } : { instance })
  );
  await bcc.getInstance('i-1', never);
  await bcc.getInstance('i-1', never);
  expect(server.connections()).toBe(1);
  await bcc.getInstance('i-1', never, { fresh: true });
  await bcc.listInstances(['i-1'], never, { fresh: true });
  expect(server.connections()).toBe(3);
});
