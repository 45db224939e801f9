/** Time without observations, and old observations, decide nothing. */
import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/faults/faults.ts';
import type { Behaviour } from '../../emulator/world/behaviour.ts';
import type { Bcc } from '../../src/ports/bcc.ts';
import { oneOf } from '../support/stage.ts';
import { type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

const id = 'i-demo0001';
const lostAnswer: Fault = { on: 'RebuildInstance', play: { kind: 'reset', when: 'after' } };
const unavailable = { kind: 'error', status: 503, code: 'ServiceUnavailable' } as const;

/** The search lasts 60 s, and what was taken shows after 100 s. */
const slow: Partial<Behaviour> = { staleRunningMs: 100_000, secondRebuild: 'queued' };

/** When calls of an operation were answered, in seconds since the beginning. */
function secondsOf({ emulator, clock }: VirtualWorld, operation: string): readonly number[] {
  const startMs = clock.wallMs() - clock.nowMs();
  return emulator.calls
    .filter((call) => call.operation === operation)
    .map(({ atMs }) => (atMs - startMs) / 1_000);
}

/** When the instance is seen again after an outage up to 70 s, in seconds: a call that succeeds then may have begun before. */
const seenAgain = 68;

describe('after a lost answer, the search starts again', () => {
  test('with an outage that lasts longer than the search', async () => {
    const outage: Fault = {
      on: '*',
      during: { since: 'rebuild', fromMs: 0, forMs: 70_000 },
      play: unavailable
    };
    await withVirtualWorld({ emulator: { behaviour: slow, faults: [lostAnswer, outage] } }, async (world) => {
      const report = await world.run();
      expect(world.emulator.rebuilds).toHaveLength(1);
      expect(report.status).toBe('rebuilt');
      expect(secondsOf(world, 'RebuildInstance')).toHaveLength(1);
    });
  });

  test('with a suspension that lasts longer than the search', async () => {
    await withVirtualWorld({ emulator: { behaviour: slow, faults: [lostAnswer] } }, async (world) => {
      const { clock, emulator } = world;
      let isSuspended = false;
      clock.onSleep = () => {
        if (isSuspended || emulator.rebuilds.length === 0) return;
        isSuspended = true;
        clock.suspend(clock.nowMs() + 20_000, 70_000);
      };
      const report = await world.run();
      expect(isSuspended).toBe(true);
      expect(emulator.rebuilds).toHaveLength(1);
      expect(report.status).toBe('rebuilt');
      expect(secondsOf(world, 'RebuildInstance')).toHaveLength(1);
    });
  });

  test('and a rebuild that was never accepted is sent again once, only after a complete search', async () => {
    const lost: Fault = { on: 'RebuildInstance', play: { kind: 'reset', when: 'before' } };
    const outage: Fault = {
      on: 'GetInstance',
      during: { fromMs: 20_000, forMs: 50_000 },
      play: unavailable
    };
    await withVirtualWorld({ emulator: { faults: [lost, outage] } }, async (world) => {
      expect((await world.run()).status).toBe('rebuilt');
      const [, again = 0, ...more] = secondsOf(world, 'RebuildInstance');
      expect(again).toBeGreaterThanOrEqual(seenAgain + 60);
      expect(more).toEqual([]);
      expect(world.emulator.rebuilds).toHaveLength(1);
    });
  });
});

test('a stopped instance must be seen Stopped for a quarter of timeout without a gap before it is erased', async () => {
  const outage: Fault = { on: '*', during: { fromMs: 20_000, forMs: 50_000 }, play: unavailable };
  await withVirtualWorld({ emulator: { faults: [outage] } }, async (world) => {
    world.emulator.setInstance(id, { status: 'Stopped' });
    expect((await world.run()).status).toBe('rebuilt');
    const [sent = 0] = secondsOf(world, 'RebuildInstance');
    expect(sent).toBeGreaterThanOrEqual(seenAgain + 60);
  });
});

/** Somebody moves the instance to another image 10 s after the beginning. */
function moveSoon({ clock, emulator }: VirtualWorld): void {
  let isDone = false;
  clock.onSleep = () => {
    if (isDone || clock.nowMs() < 10_000) return;
    isDone = true;
    emulator.setInstance(id, { imageId: 'm-ubuntu22', imageName: 'hotfix' });
  };
}

async function expectRefused(world: VirtualWorld): Promise<void> {
  moveSoon(world);
  const report = await world.run();
  expect(world.emulator.rebuilds).toEqual([]);
  expect(oneOf(report)).toMatchObject({
    status: 'failed',
    disk: 'untouched',
    failure: { reason: 'refused' }
  });
}

describe('an observation that is too old erases nothing', () => {
  test("because the disk's call was throttled for 20 s", async () => {
    const throttled: Fault = {
      on: 'ListVolumes',
      during: { fromMs: 4_000, forMs: 20_000 },
      play: { kind: 'throttle' }
    };
    await withVirtualWorld({ emulator: { faults: [throttled] } }, expectRefused);
  });

  test('because connecting took 25 s, as through a tunnel: the rebuild is not sent', async () => {
    let stage: VirtualWorld | undefined;
    let delayed = 0;
    const wrap = (bcc: Bcc): Bcc => ({
      ...bcc,
      async rebuild(ids, order, signal, options) {
        delayed += 1;
        if (delayed === 1) await stage?.clock.sleep(25_000, signal);
        return bcc.rebuild(ids, order, signal, options);
      }
    });
    await withVirtualWorld({ wrap }, async (world) => {
      stage = world;
      await expectRefused(world);
      expect(delayed).toBe(1);
      expect(secondsOf(world, 'RebuildInstance')).toEqual([]);
    });
  });
});
