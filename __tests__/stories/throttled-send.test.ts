/** A rebuild that is deferred, or refused because another is under way: observed again each time, and carried out once. */
import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/faults/faults.ts';
import type { CallRecord } from '../../emulator/http/records.ts';
import type { ThrottleShape } from '../../emulator/world/behaviour.ts';
import { type VirtualOptions, type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

/** Consecutive sends of a rebuild. */
interface Burst {
  readonly sends: readonly CallRecord[];
  /** The calls since the previous burst, or since the beginning. */
  readonly before: readonly CallRecord[];
}

function burstsOf({ emulator }: VirtualWorld): readonly Burst[] {
  const bursts: { sends: CallRecord[]; before: CallRecord[] }[] = [];
  let before: CallRecord[] = [];
  let isOpen = false;
  for (const call of emulator.calls) {
    if (call.operation !== 'RebuildInstance') {
      before.push(call);
      isOpen = false;
    } else if (isOpen) {
      bursts.at(-1)?.sends.push(call);
    } else {
      bursts.push({ sends: [call], before });
      before = [];
      isOpen = true;
    }
  }
  return bursts;
}

/**
 * Each burst follows a successful observation with the disk, and each send comes within ten seconds of it. With a limit
 * there may come three turns at its lowest rate, of 2 s each: for the second read, the first send and the last.
 */
function expectFreshLooks(bursts: readonly Burst[], { requestsPerSecond }: VirtualOptions = {}): void {
  const longestMs = requestsPerSecond === undefined ? 10_000 : 16_000;
  for (const { sends, before } of bursts) {
    const good = before.filter(({ status }) => status === 200);
    const lookMs = ['GetInstance', 'ListVolumes'].map(
      (name) => good.findLast(({ operation }) => operation === name)?.atMs ?? Number.NEGATIVE_INFINITY
    );
    for (const { atMs } of sends) {
      expect(atMs - Math.min(...lookMs)).toBeLessThanOrEqual(longestMs);
    }
  }
}

function sendsOf({ emulator }: VirtualWorld): readonly CallRecord[] {
  return emulator.calls.filter(({ operation }) => operation === 'RebuildInstance');
}

/** Runs the action while the rebuild is throttled, from its first send until one that is so much later. */
function inStorm<T>(
  stormMs: number,
  options: VirtualOptions,
  test: (world: VirtualWorld) => Promise<T>,
  shape?: ThrottleShape
): Promise<T> {
  const play = { kind: 'throttle', ...(shape === undefined ? {} : { shape }) } as const;
  const fault: Fault = { on: 'RebuildInstance', play };
  let world: VirtualWorld | undefined;
  let sinceMs: number | undefined;
  const onCall = ({ operation, atMs, fault: played }: CallRecord): void => {
    if (operation !== 'RebuildInstance' || played !== 'throttle') return;
    sinceMs ??= atMs;
    if (atMs - sinceMs < stormMs) world?.emulator.addFault(fault);
  };
  return withVirtualWorld({ ...options, emulator: { faults: [fault], onCall } }, (made) => {
    world = made;
    return test(made);
  });
}

describe('a rebuild that is throttled for two minutes', () => {
  test.each([{}, { requestsPerSecond: 5 }])(
    'is sent again only after a fresh observation, and carried out once (%j)',
    async (limit) => {
      for (const random of [0, 0.5, 0.999]) {
        await inStorm(120_000, { ...limit, random: () => random }, async (world) => {
          const report = await world.run();
          expect(report.status).toBe('rebuilt');
          expect(report.instances[0]).toMatchObject({ status: 'rebuilt', disk: 'erased' });
          const sends = sendsOf(world);
          const [first, last] = [sends[0]?.atMs ?? 0, sends.at(-1)?.atMs ?? 0];
          expect(last - first).toBeGreaterThanOrEqual(120_000);
          expect(last - first).toBeLessThan(140_000);
          expect(sends.filter(({ workTaken }) => workTaken)).toEqual([sends.at(-1)]);
          const bursts = burstsOf(world);
          expect(bursts.length).toBeGreaterThan(5);
          expectFreshLooks(bursts, limit);
          expect(world.emulator.rebuilds.map(({ instanceId }) => instanceId)).toEqual(['i-demo0001']);
        });
      }
    }
  );

  test('with Retry-After 30: each send is alone, and not earlier', async () => {
    const shape: ThrottleShape = { status: 429, code: 'RateLimit', retryAfter: 30 };
    await inStorm(
      120_000,
      { requestsPerSecond: 5 },
      async (world) => {
        expect((await world.run()).status).toBe('rebuilt');
        const bursts = burstsOf(world);
        expect(bursts.every(({ sends }) => sends.length === 1)).toBe(true);
        expect(bursts.length).toBeLessThanOrEqual(6);
        expectFreshLooks(bursts, { requestsPerSecond: 5 });
        const times = sendsOf(world).map(({ atMs }) => atMs);
        for (const [index, atMs] of times.slice(1).entries()) {
          expect(atMs - (times[index] ?? atMs)).toBeGreaterThanOrEqual(30_000);
        }
        expect(world.emulator.rebuilds).toHaveLength(1);
      },
      shape
    );
  });

  test('is not sent any more when somebody else has rebuilt the instance meanwhile', async () => {
    await inStorm(Number.POSITIVE_INFINITY, {}, async (world) => {
      const { clock, emulator } = world;
      let isDone = false;
      clock.onSleep = () => {
        if (isDone || clock.nowMs() < 30_000) return;
        isDone = true;
        emulator.setInstance('i-demo0001', { imageId: 'm-web-2' });
      };
      const report = await world.run();
      expect(report.status).toBe('skipped');
      expect(report.instances[0]).toMatchObject({ disk: 'untouched' });
      expect(emulator.rebuilds).toEqual([]);
      const afterwards = sendsOf(world).filter(({ atMs }) => atMs - clock.wallMs() + clock.nowMs() > 40_000);
      expect(afterwards).toEqual([]);
    });
  });

  test('without end fails as throttled at the deadline, with nothing erased', async () => {
    await inStorm(Number.POSITIVE_INFINITY, {}, async (world) => {
      const report = await world.run({ timeoutMs: 120_000 });
      expect(report.status).toBe('failed');
      expect(report.instances[0]).toMatchObject({ disk: 'untouched', failure: { reason: 'throttled' } });
      expect(report.durationSeconds).toBeLessThan(150);
      expectFreshLooks(burstsOf(world));
      expect(world.emulator.rebuilds).toEqual([]);
    });
  });
});

describe('two runs that are started together', () => {
  test.each([2, 25])(
    'of which the second is refused %d times because the last operation is not finished: one rebuild',
    async (times) => {
      const play = { kind: 'error', status: 409, code: 'LastOperationNotFinished' } as const;
      const emulator: VirtualOptions['emulator'] = {
        behaviour: { secondRebuild: 'refused' },
        faults: [{ on: 'RebuildInstance', from: 2, times, play }]
      };
      await withVirtualWorld({ emulator }, async (world) => {
        const reports = await Promise.all([world.run(), world.run()]);
        expect(reports.map(({ status }) => status)).toEqual(['rebuilt', 'rebuilt']);
        expect(world.emulator.rebuilds).toHaveLength(1);
        // The refused run observes that the rebuild is done, and sends nothing more.
        expect(sendsOf(world).map(({ status }) => status)).toEqual([200, 409]);
      });
    }
  );
});
