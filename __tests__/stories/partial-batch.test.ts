/** A batch that the service carried out, for some or for all, before it refused the call. */
import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/faults/faults.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import { countCalls, fleetRequest, onFleet, rebuiltIds, statusesOf } from '../support/fleets.ts';

function refusedAfter(status: number, code: string): readonly Fault[] {
  return [{ on: 'RebuildBatchInstance', play: { kind: 'error', status, code, when: 'after' } }];
}

function onFaultyFleet(
  count: number,
  faults: readonly Fault[],
  test: Parameters<typeof onFleet>[1]
): Promise<unknown> {
  return onFleet(count, test, { emulator: { world: fleetWorld(count), faults } });
}

describe('a batch that was carried out and then refused', () => {
  test.each([
    [403, 'AccessDenied'],
    [403, 'SomethingNew'],
    [429, 'RateLimit'],
    [409, 'OperationDenied'],
    [404, 'NoSuchObject'],
    [400, 'InvalidParameter']
  ])('with %i %s: none is erased twice', async (status, code) => {
    await onFaultyFleet(3, refusedAfter(status, code), async (world, ids) => {
      const report = await world.run(fleetRequest(ids, 3));
      expect(rebuiltIds(world).toSorted()).toEqual(ids);
      expect(countCalls(world, 'RebuildInstance')).toBe(0);
      expect(statusesOf(report)).toBe('rebuilt rebuilt rebuilt');
    });
  });

  test('because of its signature did nothing: each fails at once, and nothing is sent after it', async () => {
    const faults: readonly Fault[] = [
      {
        on: 'RebuildBatchInstance',
        play: { kind: 'error', status: 400, code: 'SignatureDoesNotMatch', when: 'before' }
      }
    ];
    await onFaultyFleet(3, faults, async (world, ids) => {
      const report = await world.run(fleetRequest(ids, 3));
      expect(rebuiltIds(world)).toEqual([]);
      expect(statusesOf(report)).toBe('failed failed failed');
      expect(report.instances[0]).toMatchObject({ disk: 'untouched', failure: { reason: 'denied' } });
      expect(report.durationSeconds).toBeLessThan(6);
    });
  });
});

test('a policy that permits only single rebuilds costs one search, and then no batch is tried again', async () => {
  const faults: readonly Fault[] = [
    { on: 'RebuildBatchInstance', times: 99, play: { kind: 'accessDenied' } }
  ];
  await onFaultyFleet(6, faults, async (world, ids) => {
    const report = await world.run(fleetRequest(ids, 3));
    expect(statusesOf(report)).toBe(ids.map(() => 'rebuilt').join(' '));
    expect(rebuiltIds(world).toSorted()).toEqual(ids);
    expect(countCalls(world, 'RebuildBatchInstance')).toBe(1);
    // A quarter of `timeout`, and two rounds of a rebuild.
    expect(report.durationSeconds).toBeLessThan(100 + 2 * 80);
  });
});
