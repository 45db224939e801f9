/** Nothing is erased on an observation that is not fresh, and nothing that the plan calls a skip. */
import { describe, expect, test } from '@jest/globals';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import { CancelledError } from '../../src/core/model/failure.ts';
import { hiddenRebuilds } from '../../src/core/run/left-for-post-step.ts';
import type { Probe } from '../../src/ports/probe.ts';
import { fleetIds, fleetRequest } from '../support/fleets.ts';
import { twoSteps } from '../support/ports.ts';
import { stateBehind } from '../support/reported.ts';
import { health, newCancel, oneOf, writesOf } from '../support/stage.ts';
import { noCancel, withVirtualWorld } from '../support/virtual.ts';

describe('an observation', () => {
  test('is taken after the wait for the image: what others have rebuilt meanwhile is skipped', async () => {
    await withVirtualWorld({}, async (world) => {
      const order = { imageName: 'fresh', instanceId: 'i-demo0002', clientToken: '0-0-0-0-1' } as const;
      const { imageId } = await world.bcc.createImage(order, noCancel.signal);
      let isDone = false;
      world.clock.onSleep = () => {
        if (isDone || world.clock.nowMs() < 60_000) return;
        isDone = true;
        world.emulator.setInstance('i-demo0001', { imageId, imageName: 'fresh' });
      };
      const before = writesOf(world).length;
      const report = await world.run({ image: { kind: 'id', id: imageId } });
      expect(isDone).toBe(true);
      expect(report.status).toBe('skipped');
      expect(writesOf(world)).toHaveLength(before);
    });
  });
});

describe('a skip of the plan', () => {
  test('that turns out to be on another image is refused, and not erased', async () => {
    const behaviour = { diskChanges: 'accept', diskStatusDuringRebuild: 'Creating' } as const;
    await withVirtualWorld({ emulator: { world: fleetWorld(3), behaviour } }, async (world) => {
      const ids = fleetIds(3);
      for (const id of ids) world.emulator.setInstance(id, { imageId: 'm-web-2', imageName: 'web-2' });
      // Somebody puts them back onto the previous image; image and status do not show it yet, the disks do.
      for (const id of ids) {
        await world.bcc.rebuild(
          [id],
          { imageId: 'm-web-1', login: { kind: 'keepImageLogin' } },
          noCancel.signal
        );
      }
      const report = await world.run(fleetRequest(ids, 1));
      expect(report.status).toBe('failed');
      expect(report.instances.map(({ failure }) => failure?.reason)).toEqual([
        'refused',
        'refused',
        'refused'
      ]);
      expect(oneOf(report, ids[0]).failure?.cause).toContain('its image is m-web-1, not m-web-2');
      expect(world.emulator.rebuilds).toHaveLength(3);
    });
  });
});

describe('a cancel', () => {
  test('while an unavailable one is probed still reports the state of the others', async () => {
    const { cancel, pull } = newCancel();
    let probes = 0;
    const probe: Probe = {
      async probe() {
        probes += 1;
        // Two for the plan; the next ones check whether they have recovered.
        if (probes > 2) {
          pull();
          throw new CancelledError();
        }
        return { healthy: false, reason: { kind: 'refused' } };
      },
      hostKeys: async () => []
    };
    await withVirtualWorld({ emulator: { world: fleetWorld(2) }, probe }, async (world) => {
      const report = await world.run({ ...fleetRequest(fleetIds(2), 2), health }, cancel);
      expect(probes).toBeGreaterThan(2);
      expect(report.instances.map(({ status }) => status)).toEqual(['notStarted', 'notStarted']);
    });
  });

  test('sends no rebuild that was waiting for its turn', async () => {
    const { cancel, stop } = twoSteps();
    await withVirtualWorld(
      {
        emulator: {
          world: fleetWorld(60),
          faults: [{ on: 'RebuildBatchInstance', play: { kind: 'accessDenied' } }]
        },
        requestsPerSecond: 5
      },
      async (world) => {
        let sentAtStop = -1;
        world.clock.onSleep = () => {
          if (sentAtStop >= 0 || world.emulator.rebuilds.length < 10) return;
          sentAtStop = world.emulator.rebuilds.length;
          stop();
        };
        await world.run(fleetRequest(fleetIds(60), 60), cancel);
        expect(sentAtStop).toBeGreaterThanOrEqual(10);
        expect(world.emulator.rebuilds.length).toBeLessThanOrEqual(sentAtStop + 1);
      }
    );
  });
});

test('during the rebuild call nothing claims that the disk is intact', async () => {
  await withVirtualWorld({}, async (world) => {
    const told: string[] = [];
    await world.run({}, noCancel, {
      progressed(report) {
        const now = report();
        const [one] = now.instances;
        if (one?.phases.at(-1)?.phase !== 'sending') return;
        told.push(`${one.disk} ${now.changed} ${hiddenRebuilds(stateBehind(now)).length}`);
      }
    });
    expect(told).toEqual(['unknown true 1']);
  });
});
