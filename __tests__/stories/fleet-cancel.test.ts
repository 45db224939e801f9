import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/faults/faults.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import type { RunRequest } from '../../src/ports/request.ts';
import {
  cancelAt,
  countCalls,
  faultsOn,
  fleetIds,
  fleetRequest,
  probeOf,
  rebuiltIds,
  statusesOf
} from '../support/fleets.ts';
import { health, newCancel } from '../support/stage.ts';
import { type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

const [one = '', two = '', three = '', four = '', five = '', six = ''] = fleetIds(6);

/** Six of them. */
function onSix<T>(faults: readonly Fault[], test: (world: VirtualWorld) => Promise<T>): Promise<T> {
  return withVirtualWorld({ emulator: { world: fleetWorld(6), faults } }, test);
}

function request(maxUnavailable: number, more: Partial<RunRequest['rollout']> = {}) {
  return { ...fleetRequest(fleetIds(6), maxUnavailable, more), rollback: true };
}

/** Without rollback. */
function plainly(maxUnavailable: number, more: Partial<RunRequest['rollout']> = {}) {
  return fleetRequest(fleetIds(6), maxUnavailable, more);
}

describe('a cancel in the middle', () => {
  test('sends nothing new and reports the state of each; a second run rebuilds the rest, each once', async () => {
    await onSix([], async (world) => {
      const first = await world.run(plainly(2), cancelAt(world, 75_000));
      world.clock.onSleep = () => undefined;
      expect(statusesOf(first)).toBe('rebuilt rebuilt inProgress inProgress notStarted notStarted');
      expect(first).toMatchObject({ status: 'inProgress', changed: true });
      expect(first.rollout.stopped).toMatchObject({ reason: 'cancelled' });
      expect(first.instances.slice(2, 4).map(({ failure }) => failure?.reason)).toEqual([
        'cancelled',
        'cancelled'
      ]);
      expect(rebuiltIds(world)).toEqual([one, two, three, four]);
      const calls = world.emulator.calls.length;

      const second = await world.run(plainly(2));
      // Those under way showed the new image from the first observation on, so that nothing proves who has put it there.
      expect(statusesOf(second)).toBe('skipped skipped skipped skipped rebuilt rebuilt');
      expect(second.instances.map(({ adopted }) => adopted)).toEqual([
        false,
        false,
        true,
        true,
        false,
        false
      ]);
      expect(second.rollout.unavailableBefore.map(({ instanceId }) => instanceId)).toEqual([three, four]);
      expect(rebuiltIds(world)).toEqual([one, two, three, four, five, six]);
      expect(world.emulator.calls.length).toBeGreaterThan(calls);
    });
  });

  test.each([1, 20_000, 44_000, 51_000, 58_000])(
    'after %i ms, and again: each is erased once',
    async (atMs) => {
      await onSix([], async (world) => {
        const first = await world.run(plainly(2), cancelAt(world, atMs));
        const sent = rebuiltIds(world).length;
        expect(first.instances.filter(({ disk }) => disk !== 'untouched')).toHaveLength(sent);
        expect(first.instances.filter(({ status }) => status === 'failed')).toEqual([]);
        // Long enough for the status to change; the post step waits for that.
        world.clock.onSleep = () => undefined;
        await world.clock.sleep(20_000, new AbortController().signal);
        const second = await world.run(plainly(2));
        expect(['rebuilt', 'skipped']).toContain(second.status);
        expect(rebuiltIds(world).toSorted()).toEqual(fleetIds(6));
      });
    }
  );

  test('during a pause ends at once', async () => {
    await onSix([], async (world) => {
      const report = await world.run(plainly(2, { pauseMs: 3_600_000 }), cancelAt(world, 120_000));
      expect(statusesOf(report)).toBe('rebuilt rebuilt notStarted notStarted notStarted notStarted');
      expect(report.durationSeconds).toBeLessThan(200);
      expect(countCalls(world, 'RebuildBatchInstance')).toBe(1);
    });
  });

  test('while others are rolled back: that one goes on, and no other is rolled back', async () => {
    await onSix(faultsOn(three, { kind: 'endsIn', status: 'Error' }, ['RebuildInstance']), async (world) => {
      const { cancel, pull } = newCancel();
      world.clock.onSleep = () => {
        if (rebuiltIds(world).length === 5) pull();
      };
      const report = await world.run(request(1), cancel);
      expect(rebuiltIds(world)).toEqual([one, two, three, three, two]);
      expect(statusesOf(report)).toBe('rebuilt inProgress rolledBack notStarted notStarted notStarted');
      // The cancel does not hide why it had stopped before.
      expect(report.rollout.stopped).toMatchObject({
        reason: 'maxFailures',
        message: expect.stringMatching(/^1 failed, .* Then the run was cancelled\.$/)
      });
      expect(report.instances[1]?.failure?.reason).toBe('cancelled');
    });
  });

  test('during the check of a healthy one is not a failure of it', async () => {
    const probe = probeOf(() => true);
    await withVirtualWorld({ emulator: { world: fleetWorld(2) }, probe }, async (world) => {
      const ids = fleetIds(2);
      world.emulator.setInstance(one, { imageId: 'm-web-2' });
      const long = { ...health, minHealthyTimeMs: 60_000 };
      const report = await world.run({ ...fleetRequest(ids, 1), health: long }, cancelAt(world, 30_000));
      expect(rebuiltIds(world)).toEqual([]);
      expect(report.changed).toBe(false);
      expect(report.instances[0]).toMatchObject({ status: 'notStarted', disk: 'untouched' });
      expect(report.instances[0]?.failure).toMatchObject({
        reason: 'cancelled',
        cause: `${one}: cancelled before it was known to be healthy; it runs on the image already.`,
        remedy: 'Run again: it is not erased, and the health check is made.'
      });
      expect(report.instances[1]?.status).toBe('notStarted');
    });
  });

  // The rebuild under way shows the new image already; that is no reason to refuse for lack of a way back.
  test('with rollback, and again: those under way are waited for', async () => {
    await onSix([], async (world) => {
      const first = await world.run(request(2), cancelAt(world, 40_000));
      expect(statusesOf(first)).toBe('inProgress inProgress notStarted notStarted notStarted notStarted');
      world.clock.onSleep = () => undefined;
      const second = await world.run(request(2));
      // Those that the first run has sent show the new image from the first observation on: nothing proves who put it there.
      expect(statusesOf(second)).toBe('skipped skipped rebuilt rebuilt rebuilt rebuilt');
      expect(second.instances.map(({ adopted }) => adopted)).toEqual([
        true,
        true,
        false,
        false,
        false,
        false
      ]);
      expect(rebuiltIds(world)).toEqual(fleetIds(6));
    });
  });
});
