import { describe, expect, test } from '@jest/globals';
import {
  countCalls,
  fleetRequest,
  onFleet,
  probeOf,
  rebuiltIds,
  statusesOf,
  watchUnavailable
} from '../support/fleets.ts';
import { health, writesOf } from '../support/stage.ts';

describe('instances that are already unavailable before the run', () => {
  test('are rebuilt first, count as unavailable, and are reported', async () => {
    const sick = new Set(['i-fleet00005']);
    await onFleet(
      6,
      async (world, ids) => {
        world.emulator.setInstance('i-fleet00003', { status: 'Stopped' });
        world.emulator.setInstance('i-fleet00006', { status: 'Error' });
        const most = watchUnavailable(world, ids);
        const report = await world.run({ ...fleetRequest(ids, 3), health });
        expect(report.status).toBe('rebuilt');
        expect(report.rollout.unavailableBefore).toEqual([
          { instanceId: 'i-fleet00003', why: 'its status is Stopped' },
          {
            instanceId: 'i-fleet00005',
            why: expect.stringContaining('tcp://10.0.0.5:22 fails: connection refused')
          },
          { instanceId: 'i-fleet00006', why: 'its status is Error' }
        ]);
        // The stopped one starts with them and is observed for a while: it might be in the middle of a rebuild.
        expect(rebuiltIds(world).slice(0, 2).toSorted()).toEqual(['i-fleet00005', 'i-fleet00006']);
        expect(report.instances[2]?.phases[0]?.startedAt).toBe(report.instances[5]?.phases[0]?.startedAt);
        expect(rebuiltIds(world).toSorted()).toEqual(ids);
        expect(most()).toBeLessThanOrEqual(3);
        expect(report.rollout.peakUnavailable).toBe(3);
      },
      {
        probe: probeOf((id) => {
          const isSick = sick.has(id);
          sick.delete(id);
          return !isSick;
        })
      }
    );
  });

  test('and recover before their turn wait for it like the others', async () => {
    await onFleet(4, async (world, ids) => {
      const [first = '', second = '', third = ''] = ids;
      // Three are unavailable where two may be; the third recovers while the first two are rebuilt.
      for (const id of [first, second, third]) world.emulator.setInstance(id, { status: 'Error' });
      const most = watchUnavailable(world, ids);
      let isChanged = false;
      world.clock.onSleep = () => {
        if (isChanged || world.emulator.rebuilds.length < 2) return;
        isChanged = true;
        world.emulator.setInstance(third, { status: 'Running' });
      };
      const report = await world.run(fleetRequest(ids, 2));
      expect(report.status).toBe('rebuilt');
      expect(rebuiltIds(world).toSorted()).toEqual(ids);
      // From then on it serves, so never more than two are unavailable at once.
      expect(isChanged).toBe(true);
      expect(most()).toBeLessThanOrEqual(3);
      expect(report.rollout.peakUnavailable).toBe(3);
    });
  });

  test('and exceed maxUnavailable: only maxUnavailable at a time, and none of the others meanwhile', async () => {
    await onFleet(6, async (world, ids) => {
      for (const id of ids.slice(2)) world.emulator.setInstance(id, { status: 'Error' });
      const report = await world.run(fleetRequest(ids, 2));
      expect(report).toMatchObject({ status: 'rebuilt', rollout: { maxUnavailable: 2, peakUnavailable: 4 } });
      expect(rebuiltIds(world)).toEqual([...ids.slice(2), ...ids.slice(0, 2)]);
      const { rebuilds } = world.emulator;
      for (const { acceptedAtMs } of rebuilds) {
        const atWork = rebuilds.filter(
          (one) => one.acceptedAtMs <= acceptedAtMs && one.endsAtMs > acceptedAtMs
        );
        expect(atWork.length).toBeLessThanOrEqual(2);
      }
    });
  });

  test('a check that fails on all of them does not permit rebuilding all at once', async () => {
    await onFleet(
      6,
      async (world, ids) => {
        const report = await world.run({ ...fleetRequest(ids, 2, { maxFailures: 9 }), health });
        expect(report.rollout.peakUnavailable).toBe(6);
        expect(report.rollout.stopped).toBeUndefined();
        expect(statusesOf(report)).toBe(ids.map(() => 'failed').join(' '));
        const { rebuilds } = world.emulator;
        expect(
          rebuilds.filter(({ acceptedAtMs }) => acceptedAtMs === rebuilds[0]?.acceptedAtMs)
        ).toHaveLength(2);
      },
      { probe: probeOf(() => false) }
    );
  });
});

describe('those that are skipped', () => {
  test('are observed once more, all in one list, and take no slot', async () => {
    await onFleet(4, async (world, ids) => {
      for (const id of ids.slice(0, 3)) world.emulator.setInstance(id, { imageId: 'm-web-2' });
      const report = await world.run(fleetRequest(ids, 1));
      expect(statusesOf(report)).toBe('skipped skipped skipped rebuilt');
      const calls = world.emulator.calls.filter(({ instanceIds }) => instanceIds.some((id) => id !== ids[3]));
      expect(calls.map(({ operation }) => operation).toSorted()).toEqual([
        'ListInstanceByIds',
        'ListInstanceByIds',
        ...ids.slice(0, 3).map(() => 'ListVolumes'),
        ...ids.slice(0, 3).map(() => 'ListVolumes')
      ]);
      expect(countCalls(world, 'RebuildInstance')).toBe(1);
    });
  });

  test('are observed together in one list when their check comes late', async () => {
    await onFleet(
      60,
      async (world, ids) => {
        for (const id of ids) world.emulator.setInstance(id, { imageId: 'm-web-2' });
        const report = await world.run({ ...fleetRequest(ids, 1), health });
        expect(report).toMatchObject({ status: 'skipped', changed: false });
        // Fifty at a time: the last ten begin long after the second observation.
        expect(report.durationSeconds).toBeGreaterThanOrEqual(20);
        // For the plan, before the check, and after the check of each of the two groups.
        expect(countCalls(world, 'ListInstanceByIds')).toBe(4);
        expect(countCalls(world, 'GetInstance')).toBe(0);
      },
      { probe: probeOf(() => true) }
    );
  });

  test('are checked before anything is erased; one that fails stops the run', async () => {
    await onFleet(
      3,
      async (world, ids) => {
        world.emulator.setInstance('i-fleet00003', { imageId: 'm-web-2' });
        const report = await world.run({ ...fleetRequest(ids, 2), health });
        expect(statusesOf(report)).toBe('notStarted notStarted failed');
        expect(report).toMatchObject({ changed: false, rollout: { stopped: { reason: 'maxFailures' } } });
        expect(writesOf(world)).toEqual([]);
      },
      { probe: probeOf((id) => id !== 'i-fleet00003') }
    );
  });
});
