/** Replicas with a lag, scheduled snapshots, records written on acceptance: none of them proves a rebuild. */
import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/faults/faults.ts';
import type { Behaviour } from '../../emulator/world/behaviour.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import type { Bcc } from '../../src/ports/bcc.ts';
import { fleetIds, fleetRequest } from '../support/fleets.ts';
import { callsOf, oneOf } from '../support/stage.ts';
import { noCancel, type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

const id = 'i-demo0001';
const endsInError: Fault = { on: 'RebuildInstance', play: { kind: 'endsIn', status: 'Error' } };

/** A rebuild by an earlier run that was killed. */
async function rebuiltBefore({ bcc, clock }: VirtualWorld, agoMs: number): Promise<void> {
  await bcc.rebuild([id], { imageId: 'm-web-2', login: { kind: 'keepImageLogin' } }, noCancel.signal);
  await clock.sleep(agoMs, noCancel.signal);
}

function workOf({ emulator }: VirtualWorld) {
  const [record] = emulator.rebuilds;
  if (record === undefined) throw new Error('no rebuild was accepted');
  return record;
}

describe('a re-run right after a run that was killed', () => {
  test('whose first reads come from a replica 1.5 s behind erases nothing twice', async () => {
    const behaviour: Partial<Behaviour> = { staleRunningMs: 0, secondRebuild: 'queued' };
    const faults = ['GetInstance', 'ListVolumes'].map(
      (on): Fault => ({ on, during: { fromMs: 0, forMs: 2_000 }, play: { kind: 'lag', ms: 1_500 } })
    );
    await withVirtualWorld({ emulator: { behaviour, faults } }, async (world) => {
      await rebuiltBefore(world, 500);
      const report = await world.run();
      expect(report.instances[0]?.plan.action).toBe('rebuild');
      expect(world.emulator.rebuilds).toHaveLength(1);
      // It has sent nothing itself; the rebuild under way that it waited for erased the disk.
      expect(report.status).toBe('rebuilt');
      expect(report.instances[0]).toMatchObject({ adopted: true, disk: 'erased', requestIds: [] });
      expect(world.clock.wallMs()).toBeGreaterThanOrEqual(workOf(world).endsAtMs);
    });
  });

  test('that sees the record written on acceptance skips nothing: the rebuild still runs, and ends in Error', async () => {
    const behaviour: Partial<Behaviour> = { staleRunningMs: 4_000, imageIdFlips: 'accept' };
    await withVirtualWorld({ emulator: { behaviour, faults: [endsInError] } }, async (world) => {
      await rebuiltBefore(world, 100);
      const report = await world.run();
      expect(report.instances[0]?.plan.action).toBe('skip');
      expect(report.status).toBe('failed');
      expect(world.emulator.rebuilds).toHaveLength(1);
    });
  });
});

test('1,000 instances that are skipped cost at most 30 calls', async () => {
  const { instances = [], ...world } = fleetWorld(1_000);
  const done = instances.map((one) => ({ ...one, imageId: 'm-web-2' }));
  await withVirtualWorld({ emulator: { world: { ...world, instances: done } } }, async (virtual) => {
    const report = await virtual.run(fleetRequest(fleetIds(1_000), 10));
    expect(report.status).toBe('skipped');
    expect(callsOf(virtual).length).toBeLessThanOrEqual(30);
    // Two observations of each: ten lists of a hundred, twice.
    expect(callsOf(virtual).filter((name) => name === 'ListInstanceByIds')).toHaveLength(20);
  });
}, 60_000);

describe('with two replicas, one 8 s behind', () => {
  const services = (['call', 'connection'] as const).flatMap((replicaFor) =>
    (['accept', 'start', 'end'] as const).map((imageIdFlips) => ({ replicaFor, imageIdFlips }))
  );

  test.each([false, true])(
    'a rebuild that ends in Error is never green, whichever replica reads see (force: %s)',
    async (force) => {
      for (let from = 3; from < 9; from += 1) {
        const lag: Fault = { on: 'GetInstance', from, times: 2, play: { kind: 'lag', ms: 8_000 } };
        const behaviour: Partial<Behaviour> = { imageIdFlips: 'accept' };
        await withVirtualWorld({ emulator: { behaviour, faults: [endsInError, lag] } }, async (world) => {
          if (force) world.emulator.setInstance(id, { imageId: 'm-web-2' });
          const report = await world.run({ force });
          expect({ from, status: report.status }).toEqual({ from, status: 'failed' });
          expect(world.emulator.rebuilds).toHaveLength(1);
        });
      }
    }
  );

  test.each(services)('and one that succeeds is green once it has ended (%j)', async (service) => {
    const behaviour = { ...service, replicas: 2, replicaLagMs: 8_000 };
    await withVirtualWorld({ emulator: { behaviour } }, async (world) => {
      expect((await world.run()).status).toBe('rebuilt');
      expect(world.clock.wallMs()).toBeGreaterThanOrEqual(workOf(world).endsAtMs);
    });
  });
});

describe('a snapshot that a policy takes after the acceptance, before the work begins', () => {
  const snapshot: Fault = {
    on: 'RebuildInstance',
    play: { kind: 'snapshotAt', afterMs: 3_000, ms: 20_000 }
  };
  const cases: readonly (readonly [string, boolean, Partial<Behaviour>])[] = [
    ['with force', true, {}],
    ['with a record of the image that is written on acceptance', false, { imageIdFlips: 'accept' }]
  ];

  /** The work begins 60 s after the acceptance: more than a rest of 24 s after the snapshot. */
  async function play(
    [, force, service]: (typeof cases)[number],
    faults: readonly Fault[],
    wait: boolean,
    check: (world: VirtualWorld, status: string, reason: string | undefined) => void
  ): Promise<void> {
    const behaviour = { ...service, staleRunningMs: 60_000 };
    await withVirtualWorld({ emulator: { behaviour, faults: [snapshot, ...faults] } }, async (world) => {
      if (force) world.emulator.setInstance(id, { imageId: 'm-web-2' });
      const report = await world.run({ force, wait });
      expect(oneOf(report).statusHistory.map(({ status }) => status)).toContain('SnapshotProcessing');
      check(world, report.status, oneOf(report).failure?.reason);
    });
  }

  test.each(cases)('%s: the rebuild that then fails is red', async (...one) => {
    await play(one, [endsInError], true, (_, status) => expect(status).toBe('failed'));
  });

  test('with force and wait: false: it is started only when the work begins', async () => {
    await play(['', true, {}], [], false, (world, status) => {
      expect(status).toBe('started');
      expect(world.clock.wallMs()).toBeGreaterThanOrEqual(workOf(world).startsAtMs);
    });
  });
});

test.each([true, false])(
  'with wait: false, a snapshot and nothing else is no start (force: %s)',
  async (force) => {
    const lost: Fault = { on: 'RebuildInstance', play: { kind: 'lostRebuild' } };
    await withVirtualWorld({ emulator: { faults: [lost] } }, async (world) => {
      const { clock, emulator } = world;
      if (force) emulator.setInstance(id, { imageId: 'm-web-2' });
      clock.onSleep = () => {
        if (clock.nowMs() < 10_000 || clock.nowMs() > 40_000) return;
        emulator.setInstance(id, { status: clock.nowMs() < 30_000 ? 'SnapshotProcessing' : 'Running' });
      };
      const report = await world.run({ force, wait: false });
      expect(oneOf(report).statusHistory.map(({ status }) => status)).toContain('SnapshotProcessing');
      expect(oneOf(report)).toMatchObject({ status: 'failed', failure: { reason: 'unproven' } });
    });
  }
);

/** Shows another state for half a second, by changing replies on the way, because the emulator cannot. */
async function withFlap(
  shows: (status: string, nowMs: number) => boolean,
  flap: { readonly status: string; readonly imageId?: string },
  faults: readonly Fault[],
  check: (world: VirtualWorld) => Promise<void>
): Promise<void> {
  let stage: VirtualWorld | undefined;
  let flapMs: number | undefined;
  const wrap = (bcc: Bcc): Bcc => ({
    ...bcc,
    async getInstance(...given) {
      const instance = await bcc.getInstance(...given);
      const nowMs = stage?.clock.nowMs() ?? 0;
      if (shows(instance.status, nowMs)) flapMs ??= nowMs;
      return flapMs !== undefined && nowMs < flapMs + 500 ? { ...instance, ...flap } : instance;
    }
  });
  await withVirtualWorld({ wrap, emulator: { faults } }, async (world) => {
    stage = world;
    await check(world);
    expect(flapMs).toBeDefined();
  });
}

describe('a flap of half a second', () => {
  test('is no end: the rebuild that then fails is red', async () => {
    const flap = { status: 'Running', imageId: 'm-web-2' };
    const isLate = (status: string, nowMs: number): boolean => nowMs > 40_000 && status === 'Starting';
    await withFlap(isLate, flap, [endsInError], async (world) => {
      const report = await world.run();
      expect(oneOf(report).statusHistory.map(({ status }) => status)).toEqual([
        'Running',
        'Starting',
        'Running',
        'Starting',
        'Error'
      ]);
      expect(report.status).toBe('failed');
    });
  });

  test('is no start, with wait: false', async () => {
    const lost: Fault = { on: 'RebuildInstance', play: { kind: 'lostRebuild' } };
    await withFlap(
      (_, nowMs) => nowMs > 20_000,
      { status: 'Starting' },
      [lost],
      async (world) => {
        const report = await world.run({ wait: false });
        expect(oneOf(report).statusHistory.map(({ status }) => status)).toContain('Starting');
        expect(oneOf(report)).toMatchObject({ status: 'failed', failure: { reason: 'unproven' } });
      }
    );
  });
});
