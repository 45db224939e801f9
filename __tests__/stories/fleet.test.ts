import { describe, expect, test } from '@jest/globals';
import type { RunRequest } from '../../src/ports/request.ts';
import {
  faultsOn,
  fleetIds,
  fleetRequest,
  onFleet,
  probeOf,
  rebuiltIds,
  statusesOf,
  watchUnavailable
} from '../support/fleets.ts';
import { quickRebuildMs } from '../support/quick-service.ts';
import { health, problemsOf, writesOf } from '../support/stage.ts';

/** From the acceptance of a rebuild to its end, by the schedule of the emulator. */
const rebuildMs = 7_000 + quickRebuildMs;

describe('a rolling rebuild', () => {
  const settings: readonly (readonly [string, RunRequest['rollout']['maxUnavailable'], number, number])[] = [
    ['one at a time', { kind: 'count', count: 1 }, 4, 1],
    ['three of eleven', { kind: 'count', count: 3 }, 11, 3],
    ['a quarter of ten', { kind: 'percent', percent: 25 }, 10, 2],
    ['more than there are', { kind: 'count', count: 50 }, 5, 5],
    ['a hundredth of six', { kind: 'percent', percent: 1 }, 6, 1]
  ];

  test.each(settings)(
    '%s: each once, never more unavailable, no slot left empty',
    async (_, maxUnavailable, count, unavailable) => {
      await onFleet(count, async (world, ids) => {
        const most = watchUnavailable(world, ids);
        const report = await world.run(fleetRequest(ids, 1, { maxUnavailable }));
        expect(report).toMatchObject({ status: 'rebuilt', changed: true });
        expect(rebuiltIds(world)).toEqual(ids);
        expect(most()).toBe(unavailable);
        expect(report.rollout).toEqual({
          maxUnavailable: unavailable,
          peakUnavailable: unavailable,
          canaries: [],
          maxFailures: 0,
          pauseSeconds: 0,
          unavailableBefore: []
        });
        const rounds = Math.ceil(count / unavailable);
        expect(report.durationSeconds * 1000).toBeGreaterThanOrEqual(rounds * rebuildMs);
        // The first agree with the plan an interval later, and each end is proven within an interval.
        expect(report.durationSeconds * 1000).toBeLessThanOrEqual(5_000 + rounds * (rebuildMs + 5_000));
        for (const id of ids)
          expect(world.emulator.instance(id)).toMatchObject({ status: 'Running', imageId: 'm-web-2' });
      });
    }
  );

  test('a slot is refilled as soon as it is free, not when all are', async () => {
    const slow = fleetIds(1)[0] ?? '';
    await onFleet(
      5,
      async (world, ids) => {
        const report = await world.run(fleetRequest(ids, 2, { maxFailures: 1 }));
        expect(statusesOf(report)).toBe('failed rebuilt rebuilt rebuilt rebuilt');
        // The stuck one holds its slot for the whole timeout, and the others pass through the second one.
        const others = world.emulator.rebuilds.filter(({ instanceId }) => instanceId !== slow);
        const last = Math.max(...others.map(({ endsAtMs }) => endsAtMs)) - Date.parse(report.startedAt);
        expect(last).toBeLessThan(4 * (rebuildMs + 6_000));
      },
      { emulator: { faults: faultsOn(slow, { kind: 'stuck', status: 'Starting' }) } }
    );
  });

  test('batches have their pause between them, after the canary too', async () => {
    await onFleet(5, async (world, ids) => {
      const report = await world.run(fleetRequest(ids, 2, { pauseMs: 600_000, canary: 1 }));
      expect(report.status).toBe('rebuilt');
      const starts = world.emulator.rebuilds.map(({ acceptedAtMs }) => acceptedAtMs);
      const ends = world.emulator.rebuilds.map(({ endsAtMs }) => endsAtMs);
      expect(starts[1]).toBe(starts[2]);
      expect(starts[3]).toBe(starts[4]);
      for (const [before, after] of [
        [0, 1],
        [2, 3]
      ] as const) {
        const pause = (starts[after] ?? 0) - (ends[before] ?? 0);
        expect(pause).toBeGreaterThanOrEqual(600_000);
        expect(pause).toBeLessThan(610_000);
      }
      // Nothing is observed meanwhile.
      expect(
        world.emulator.calls.filter(
          ({ atMs }) => atMs > (ends[0] ?? 0) + 10_000 && atMs < (starts[1] ?? 0) - 1
        )
      ).toEqual([]);
    });
  });

  test('with wait: false starts no more than there are slots', async () => {
    await onFleet(3, async (world, ids) => {
      const problems = await problemsOf(world.run({ ...fleetRequest(ids, 2), wait: false }));
      expect(problems.map(({ cause }) => cause)).toEqual([
        expect.stringContaining('maxUnavailable allows only 2')
      ]);
      expect(writesOf(world)).toEqual([]);
      world.emulator.setInstance('i-fleet00002', { imageId: 'm-web-2' });
      const report = await world.run({ ...fleetRequest(ids, 2), wait: false });
      expect(statusesOf(report)).toBe('started skipped started');
    });
  });
});

describe('when one fails', () => {
  test('a canary stops the rollout whatever maxFailures is', async () => {
    await onFleet(
      6,
      async (world, ids) => {
        const report = await world.run(fleetRequest(ids, 3, { canary: 2, maxFailures: 5 }));
        expect(statusesOf(report)).toBe('rebuilt failed notStarted notStarted notStarted notStarted');
        expect(report).toMatchObject({ status: 'partial', rollout: { canaries: ids.slice(0, 2) } });
        expect(report.rollout.stopped).toEqual({
          reason: 'canary',
          message: 'A canary failed, so the rollout stopped. 4 of 6 were not started.'
        });
        expect(rebuiltIds(world)).toEqual(ids.slice(0, 2));
      },
      { emulator: { faults: faultsOn('i-fleet00002', { kind: 'endsIn', status: 'Error' }) } }
    );
  });

  test.each([
    [0, 'rebuilt failed notStarted notStarted notStarted notStarted', 'maxFailures'],
    [1, 'rebuilt failed rebuilt failed notStarted notStarted', 'maxFailures'],
    [9, 'rebuilt failed rebuilt failed notStarted notStarted', 'noCapacity']
  ])('with maxFailures %i of two slots', async (maxFailures, statuses, reason) => {
    const faults = ['i-fleet00002', 'i-fleet00004'].flatMap((id) =>
      faultsOn(id, { kind: 'endsIn', status: 'Error' })
    );
    await onFleet(
      6,
      async (world, ids) => {
        const most = watchUnavailable(world, ids);
        const report = await world.run(fleetRequest(ids, 2, { maxFailures }));
        expect(report.rollout.stopped?.reason).toBe(reason);
        expect(statusesOf(report)).toBe(statuses);
        expect(most()).toBe(2);
        expect(world.lines.join('\n')).toContain('are not started');
      },
      { emulator: { faults } }
    );
  });

  test('health counts: an instance that is Running and unhealthy keeps its slot', async () => {
    await onFleet(
      5,
      async (world, ids) => {
        const report = await world.run({ ...fleetRequest(ids, 2, { maxFailures: 1 }), health });
        expect(statusesOf(report)).toBe('failed rebuilt rebuilt rebuilt rebuilt');
        expect(report.instances[0]?.failure?.reason).toBe('unhealthy');
        expect(report.rollout.peakUnavailable).toBe(2);
        // The first one stays unavailable, so the others go one at a time.
        expect(report.durationSeconds * 1000).toBeGreaterThan(4 * rebuildMs);
      },
      { probe: sickOnNew(['i-fleet00001']) }
    );
  });

  /** The first probes are those before the rebuild. */
  function sickOnNew(ids: readonly string[]) {
    const probed = new Map<string, number>();
    return probeOf((id) => {
      const times = (probed.get(id) ?? 0) + 1;
      probed.set(id, times);
      return times === 1 || !ids.includes(id);
    });
  }
});
