import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/faults/faults.ts';
import type { Behaviour } from '../../emulator/world/behaviour.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import type { RunRequest } from '../../src/ports/request.ts';
import {
  cancelAt,
  faultsOn,
  fleetIds,
  fleetRequest,
  probeOf,
  rebuiltIds,
  statusesOf,
  watchUnavailable
} from '../support/fleets.ts';
import { health } from '../support/stage.ts';
import { type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

const [one = '', two = '', three = '', four = '', five = '', six = ''] = fleetIds(6);

/** Six of them, of which some fail. */
function onSix<T>(
  faults: readonly Fault[],
  test: (world: VirtualWorld) => Promise<T>,
  behaviour: Partial<Behaviour> = {}
): Promise<T> {
  return withVirtualWorld({ emulator: { world: fleetWorld(6), faults, behaviour } }, test);
}

function request(maxUnavailable: number, more: Partial<RunRequest['rollout']> = {}) {
  return { ...fleetRequest(fleetIds(6), maxUnavailable, more), rollback: true };
}

const toError = { kind: 'endsIn', status: 'Error' } as const;

/** The rebuild of this one ends in Error; its rollback is a single call, where the rebuild was in a batch. */
function fails(id: string, how: 'alone' | 'inBatch'): readonly Fault[] {
  return faultsOn(id, toError, [how === 'alone' ? 'RebuildInstance' : 'RebuildBatchInstance']);
}

/** What was written to each instance, in order. */
function imagesOf({ emulator }: VirtualWorld): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    fleetIds(6).map((id) => [
      id,
      emulator.rebuilds.filter(({ instanceId }) => instanceId === id).map(({ imageId }) => imageId)
    ])
  );
}

const bothImages = ['m-web-2', 'm-web-1'];

describe('a failure with rollback', () => {
  test('rolls back the failed one and all that had succeeded, newest first, each once', async () => {
    await onSix(fails(four, 'alone'), async (world) => {
      const most = watchUnavailable(world, fleetIds(6));
      const report = await world.run(request(1));
      expect(statusesOf(report)).toBe('rolledBack rolledBack rolledBack rolledBack notStarted notStarted');
      expect(report.status).toBe('rolledBack');
      expect(rebuiltIds(world)).toEqual([one, two, three, four, four, three, two, one]);
      expect(imagesOf(world)).toEqual({
        [one]: bothImages,
        [two]: bothImages,
        [three]: bothImages,
        [four]: bothImages,
        [five]: [],
        [six]: []
      });
      expect(most()).toBe(1);
      for (const id of fleetIds(6)) {
        expect(world.emulator.instance(id)).toMatchObject({ status: 'Running', imageId: 'm-web-1' });
      }
      // Those that had succeeded have not failed; the rollout says why they were rolled back.
      expect(report.instances.map(({ failure }) => failure?.reason).slice(2, 5)).toEqual([
        undefined,
        'status',
        undefined
      ]);
      expect(report.rollout.stopped).toEqual({
        reason: 'maxFailures',
        message:
          '1 failed, and maxFailures is 0, so the rollout stopped. 2 of 6 were not started. 4 were rolled back.'
      });
    });
  });

  test('keeps to the slots in a rollback, and waits for what is under way', async () => {
    await onSix(fails(four, 'inBatch'), async (world) => {
      const most = watchUnavailable(world, fleetIds(6));
      const report = await world.run(request(3));
      expect(report.instances.map(({ status }) => status)).not.toContain('failed');
      expect(most()).toBe(3);
      expect(report.rollout.peakUnavailable).toBe(3);
      // All six were begun: the first three, then the others in their slots.
      expect(Object.values(imagesOf(world))).toEqual(fleetIds(6).map(() => bothImages));
      const back = world.emulator.rebuilds.filter(({ imageId }) => imageId === 'm-web-1');
      const others = back.filter(({ instanceId }) => instanceId !== four);
      const lastRebuild = Math.max(
        ...world.emulator.rebuilds
          .filter(({ imageId }) => imageId === 'm-web-2')
          .map(({ endsAtMs }) => endsAtMs)
      );
      expect(Math.min(...others.map(({ acceptedAtMs }) => acceptedAtMs))).toBeGreaterThanOrEqual(lastRebuild);
      expect(
        others
          .slice(-3)
          .map(({ instanceId }) => instanceId)
          .toSorted()
      ).toEqual([one, two, three]);
    });
  });

  test('within maxFailures rolls back only the one that failed', async () => {
    await onSix(fails(two, 'inBatch'), async (world) => {
      const report = await world.run(request(2, { maxFailures: 1 }));
      expect(statusesOf(report)).toBe('rebuilt rolledBack rebuilt rebuilt rebuilt rebuilt');
      expect(report).toMatchObject({ status: 'partial', changed: true });
      expect(report.rollout.stopped).toBeUndefined();
      expect(rebuiltIds(world)).toHaveLength(7);
    });
  });

  test('of a canary rolls back the other canaries as well', async () => {
    await onSix(fails(one, 'inBatch'), async (world) => {
      const report = await world.run(request(2, { canary: 2, maxFailures: 3 }));
      expect(statusesOf(report)).toBe('rolledBack rolledBack notStarted notStarted notStarted notStarted');
      expect(report.rollout.stopped?.reason).toBe('canary');
      expect(rebuiltIds(world).toSorted()).toEqual([one, one, two, two]);
    });
  });

  test('whose rollback fails leaves no slot for the others, and says how many stay on the new image', async () => {
    await onSix([{ on: 'RebuildInstance', instanceId: three, times: 2, play: toError }], async (world) => {
      const report = await world.run(request(1));
      expect(statusesOf(report)).toBe('rebuilt rebuilt failed notStarted notStarted notStarted');
      expect(rebuiltIds(world)).toEqual([one, two, three, three]);
      expect(report.rollout.stopped?.message).toContain('2 stay on the new image');
    });
  });

  test('leaves alone what was skipped, or rebuilt by somebody else', async () => {
    await onSix(
      fails(six, 'alone'),
      async (world) => {
        world.emulator.setInstance(one, { imageId: 'm-web-2' });
        await world.run(fleetRequest([two], 1), cancelAt(world, 40_000));
        world.clock.onSleep = () => undefined;
        const report = await world.run(request(1));
        expect(statusesOf(report)).toBe('skipped rebuilt rolledBack rolledBack rolledBack rolledBack');
        expect(report.instances[1]?.adopted).toBe(true);
        expect(imagesOf(world)).toMatchObject({ [one]: [], [two]: ['m-web-2'], [three]: bothImages });
      },
      // Else the previous image is not known any more, and a run with rollback is refused.
      { imageIdFlips: 'end' }
    );
  });

  test('checks what was rolled back', async () => {
    let stage: VirtualWorld | undefined;
    // On the old image all are healthy, on the new one only the first is.
    const probe = probeOf((id) => id === one || stage?.emulator.instance(id).imageId === 'm-web-1');
    await withVirtualWorld({ emulator: { world: fleetWorld(6) }, probe }, async (world) => {
      stage = world;
      const report = await world.run({ ...request(2, { maxFailures: 1 }), health });
      // The fourth takes the slot of the second, and is not sent yet when the third fails.
      expect(statusesOf(report)).toBe('rolledBack rolledBack rolledBack notStarted notStarted notStarted');
      expect(report.instances.map(({ failure }) => failure?.reason).slice(0, 4)).toEqual([
        undefined,
        'unhealthy',
        'unhealthy',
        undefined
      ]);
      expect(report.instances[0]?.phases.at(-1)?.phase).toBe('rollback: health');
    });
  });
});

describe('the log of a rollback', () => {
  test('says at the stop that the others are rolled back, and counts at the end who failed and who was', async () => {
    await onSix(fails(four, 'alone'), async (world) => {
      await world.run(request(1));
      const text = world.lines.join('\n');
      expect(text).toContain('3 that were rebuilt are rolled back now.');
      expect(text).not.toContain('stay on the new image');
      const counts = world.lines.filter((line) => / of 6 done/.test(line));
      expect(counts.at(-1)).toMatch(/^4 of 6 done \(1 failed, 3 rolled back\)/);
    });
  });

  const said = /it failed; rolling back to the earlier image$/;

  test('of one of several has a plain line with the ID in front: a warning would be an annotation', async () => {
    await onSix(fails(two, 'alone'), async (world) => {
      await world.run(request(1, { maxFailures: 1 }));
      expect(world.lines.filter((line) => said.test(line))).toEqual([
        `${two}: it failed; rolling back to the earlier image`
      ]);
      expect(world.lines.filter((line) => line.startsWith('warning:'))).toEqual([]);
    });
  });

  test('of a single one has the same line in its own group, whose title has the ID', async () => {
    const faults = fails(one, 'alone');
    await withVirtualWorld({ emulator: { world: fleetWorld(1), faults } }, async (world) => {
      await world.run({ ...fleetRequest(fleetIds(1), 1), rollback: true });
      expect(world.lines.filter((line) => said.test(line))).toEqual([
        'it failed; rolling back to the earlier image'
      ]);
    });
  });
});
