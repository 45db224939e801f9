/** What becomes of instances whose rebuild has not been sent when the rollout stops. */
import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/faults/faults.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import { fleetIds, fleetRequest, probeOf, rebuiltIds, statusesOf } from '../support/fleets.ts';
import { weightsIn } from '../support/ports.ts';
import { health, oneOf, textOf } from '../support/stage.ts';
import { type TestRequest, type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

const ids = fleetIds(5);
const [one = '', two = '', three = '', four = '', five = ''] = ids;
const always = Number.POSITIVE_INFINITY;

/**
 * Five of them, of which the second is never healthy, on no image, and fails 40 s after its rebuild. The first is healthy after
 * 10 s, so the third takes its slot and has half a minute before the stop.
 */
function stopped(
  more: TestRequest,
  test: (world: VirtualWorld, run: () => ReturnType<VirtualWorld['run']>) => Promise<void>,
  faults: readonly Fault[] = [],
  maxUnavailable = 2
): Promise<void> {
  const probe = probeOf((id) => id !== two);
  const request = {
    ...fleetRequest(ids, maxUnavailable),
    health: { ...health, deadlineMs: 40_000 },
    ...more
  };
  return withVirtualWorld({ emulator: { world: fleetWorld(5), faults }, probe }, (world) =>
    test(world, () => world.run(request))
  );
}

describe('when the rollout stops, an instance that was begun and not sent is withdrawn', () => {
  test('while it is drained: its weight is given back at once', async () => {
    const balancers = { blbIds: ['lb-demo0001'], drainMs: 100_000 };
    await stopped({ balancers }, async (world, run) => {
      const report = await run();
      expect(statusesOf(report)).toBe('rebuilt failed notStarted notStarted notStarted');
      expect(rebuiltIds(world)).toEqual([one, two]);
      expect(oneOf(report, three)).toMatchObject({ disk: 'untouched', failure: undefined });
      expect(weightsIn(world)).toContain(`lb-demo0001 ${three} 100`);
      expect(world.emulator.weightChanges.filter(({ instanceId }) => instanceId === three)).toHaveLength(2);
      // 100 s of drain, 45 s of rebuild, 40 s up to the failed check, and nothing is waited for after it.
      expect(report.durationSeconds).toBeLessThan(201);
      expect(report.rollout.stopped).toEqual({
        reason: 'maxFailures',
        message: '1 failed, and maxFailures is 0, so the rollout stopped. 3 of 5 were not started.'
      });
      expect(world.lines.join('\n')).toMatch(
        new RegExp(`${three}: .*not sent: the rollout has stopped, so nothing is erased`)
      );
      // What the log says at the stop and the number at the end go together.
      expect(world.lines).toContain(
        '1 failed, and maxFailures is 0, so the rollout stopped. 2 of 5 are not started. 1 is under way: a rebuild that was not sent yet is withdrawn.'
      );
      expect(world.lines.filter((line) => line.includes(': withdrawn after'))).toHaveLength(1);
    });
  });

  test('while its backup is made: the image is named, and nothing of it is rolled back', async () => {
    await stopped({ backup: {}, rollback: true }, async (world, run) => {
      const report = await run();
      expect(statusesOf(report)).toBe('rolledBack failed notStarted notStarted notStarted');
      expect(rebuiltIds(world)).toEqual([one, two, two, one]);
      const { backup, disk, phases } = oneOf(report, three);
      expect(backup?.imageId).toMatch(/^m-/);
      expect(disk).toBe('untouched');
      expect(phases.map(({ phase }) => phase)).toEqual(['settling', 'backup']);
    });
  });

  test('while the service throttles its rebuild', async () => {
    const throttled: Fault = {
      on: 'RebuildInstance',
      instanceId: three,
      times: always,
      play: { kind: 'throttle' }
    };
    await stopped(
      {},
      async (world, run) => {
        const report = await run();
        expect(statusesOf(report)).toBe('rebuilt failed notStarted notStarted notStarted');
        expect(oneOf(report, three)).toMatchObject({ disk: 'untouched', failure: undefined });
        expect(textOf(oneOf(report, three).phases)).not.toContain('sending');
        expect(rebuiltIds(world)).toEqual([one, two]);
        expect(report.durationSeconds).toBeLessThan(136);
      },
      [throttled]
    );
  });

  test('once it is known that a refused call for several did nothing to it', async () => {
    const denied: Fault = { on: 'RebuildBatchInstance', from: 2, play: { kind: 'accessDenied' } };
    await stopped(
      {},
      async (world, run) => {
        const report = await run();
        expect(statusesOf(report)).toBe('rebuilt failed rebuilt notStarted notStarted');
        expect(rebuiltIds(world).toSorted()).toEqual([one, two, three]);
        for (const id of [four, five]) expect(oneOf(report, id).disk).toBe('untouched');
      },
      [denied],
      3
    );
  });
});

describe('when the rollout stops, one whose rebuild may have been accepted is watched to its end', () => {
  test('and is not sent once more where nothing shows', async () => {
    const lost: Fault = { on: 'RebuildInstance', instanceId: three, play: { kind: 'reset', when: 'before' } };
    await stopped(
      {},
      async (world, run) => {
        const report = await run();
        expect(statusesOf(report)).toBe('rebuilt failed failed notStarted notStarted');
        expect(rebuiltIds(world)).toEqual([one, two]);
        expect(oneOf(report, three)).toMatchObject({ disk: 'unknown', failure: { reason: 'unproven' } });
      },
      [lost]
    );
  });

  test('and is rolled back where it was carried out', async () => {
    const lost: Fault = { on: 'RebuildInstance', instanceId: three, play: { kind: 'reset', when: 'after' } };
    await stopped(
      { rollback: true },
      async (world, run) => {
        const report = await run();
        expect(statusesOf(report)).toBe('rolledBack failed rolledBack notStarted notStarted');
        expect(rebuiltIds(world).toSorted()).toEqual([one, one, two, two, three, three]);
      },
      [lost]
    );
  });
});
