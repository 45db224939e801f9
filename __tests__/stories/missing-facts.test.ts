/** Replies that leave something out, or are refused, while a plan is made or a fleet is rebuilt. */
import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/faults/faults.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import type { Instance } from '../../src/core/model/instance.ts';
import type { Bcc } from '../../src/ports/bcc.ts';
import { countCalls, fleetRequest, onFleet, rebuiltIds, statusesOf } from '../support/fleets.ts';
import { oneOf } from '../support/stage.ts';

function unprotected(instance: Instance): Instance {
  return { ...instance, deletionProtection: undefined };
}

/** Lists, and perhaps the detail call, without deletionProtection. */
function silent(bcc: Bcc, isDetailSilent: boolean): Bcc {
  return {
    ...bcc,
    listInstances: async (ids, signal) => {
      const found = await bcc.listInstances(ids, signal);
      return new Map([...found].map(([id, instance]) => [id, unprotected(instance)]));
    },
    listTagged: async (tags, signal) => (await bcc.listTagged(tags, signal)).map(unprotected),
    getInstance: async (id, signal) => {
      const instance = await bcc.getInstance(id, signal);
      return isDetailSilent ? unprotected(instance) : instance;
    }
  };
}

const noProtection = { wrap: (bcc: Bcc) => silent(bcc, false) };

describe('lists without deletionProtection', () => {
  test('do not make a protected instance unprotected: the detail call is asked', async () => {
    await onFleet(
      3,
      async (world, ids) => {
        world.emulator.setInstance(ids[1] ?? '', { deletionProtection: 1 });
        const report = await world.run(fleetRequest(ids, 3));
        expect(oneOf(report, ids[1]).failure?.cause).toContain('deletionProtection is on');
        expect(rebuiltIds(world)).toEqual([]);
      },
      noProtection
    );
  });

  test('nor one that is protected only after the plan', async () => {
    await onFleet(
      3,
      async (world, ids) => {
        let isDone = false;
        world.clock.onSleep = () => {
          if (isDone || world.emulator.rebuilds.length === 0) return;
          isDone = true;
          world.emulator.setInstance(ids[1] ?? '', { deletionProtection: 1 });
        };
        const report = await world.run(fleetRequest(ids, 1, { maxFailures: 1 }));
        expect(statusesOf(report)).toBe('rebuilt failed rebuilt');
        expect(oneOf(report, ids[1]).failure?.cause).toContain('deletionProtection is on');
      },
      noProtection
    );
  });

  test('cost a fleet that is skipped nothing', async () => {
    await onFleet(
      30,
      async (world, ids) => {
        for (const id of ids) world.emulator.setInstance(id, { imageId: 'm-web-2', imageName: 'web-2' });
        expect((await world.run(fleetRequest(ids, 3))).status).toBe('skipped');
        expect(countCalls(world, 'GetInstance')).toBe(0);
      },
      noProtection
    );
  });

  test('and a detail call without it too: nothing is erased, unless allowProtected says so', async () => {
    const options = { wrap: (bcc: Bcc) => silent(bcc, true) };
    await onFleet(
      2,
      async (world, ids) => {
        const report = await world.run(fleetRequest(ids, 2));
        expect(oneOf(report, ids[0]).failure?.cause).toContain(
          'does not tell whether deletionProtection is on'
        );
        expect(rebuiltIds(world)).toEqual([]);
        const allowed = await world.run({ ...fleetRequest(ids, 2), allowProtected: true });
        expect(statusesOf(allowed)).toBe('rebuilt rebuilt');
      },
      options
    );
  });
});

test('lists without names: the detail call shows whether an instance still has the planned name', async () => {
  const nameless = (instance: Instance): Instance => ({ ...instance, name: '' });
  await onFleet(
    3,
    async (world, ids) => {
      let isDone = false;
      world.clock.onSleep = () => {
        if (isDone || world.emulator.rebuilds.length === 0) return;
        isDone = true;
        world.emulator.setInstance(ids[1] ?? '', { name: 'kept' });
      };
      const report = await world.run(fleetRequest(ids, 1, { maxFailures: 1 }));
      expect(statusesOf(report)).toBe('rebuilt failed rebuilt');
      expect(oneOf(report, ids[1]).failure?.cause).toContain('its name is "kept", not');
    },
    {
      wrap: (bcc) => ({
        ...bcc,
        listInstances: async (wanted, signal, options) => {
          const found = await bcc.listInstances(wanted, signal, options);
          return new Map([...found].map(([id, instance]) => [id, nameless(instance)]));
        }
      })
    }
  );
});

test('lists without tags, for a fleet selected by tags: the detail call shows which instances still have them', async () => {
  const tags = [{ key: 'group', value: 'blue' }] as const;
  const world = fleetWorld(3);
  const instances = (world.instances ?? []).map((one) =>
    one.id?.startsWith('i-fleet') ? { ...one, tags: [{ tagKey: 'group', tagValue: 'blue' }] } : one
  );
  const emulator = { world: { ...world, instances }, behaviour: { listTags: false } };
  await onFleet(
    3,
    async (virtual, ids) => {
      let isDone = false;
      virtual.clock.onSleep = () => {
        if (isDone || virtual.emulator.rebuilds.length === 0) return;
        isDone = true;
        virtual.emulator.setInstance(ids[1] ?? '', { tags: [] });
      };
      const request = {
        ...fleetRequest(ids, 1, { maxFailures: 1 }),
        selection: { kind: 'tags', tags } as const
      };
      const report = await virtual.run(request);
      expect(statusesOf(report)).toBe('rebuilt failed rebuilt');
      expect(oneOf(report, ids[1]).failure?.cause).toContain('it no longer carries group=blue');
    },
    { emulator }
  );
});

describe('ListSnapshots that is denied', () => {
  const faults: readonly Fault[] = [{ on: 'ListSnapshots', times: 99, play: { kind: 'accessDenied' } }];

  test.each([1, 3, 12])('for %i instances is a warning, and the run goes on', async (count) => {
    await onFleet(
      count,
      async (world, ids) => {
        const report = await world.run(fleetRequest(ids, count));
        expect(report.status).toBe('rebuilt');
        expect(report.instances[0]?.plan.warnings.join()).toContain('its snapshots could not be read');
        expect(world.lines.join()).toContain('its snapshots could not be read');
      },
      { emulator: { world: fleetWorld(count), faults } }
    );
  });
});
