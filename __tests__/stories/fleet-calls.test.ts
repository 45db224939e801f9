import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/faults/faults.ts';
import { type Behaviour, behaviourValues } from '../../emulator/world/behaviour.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import { countCalls, fleetIds, fleetRequest, rebuiltIds, statusesOf } from '../support/fleets.ts';
import { problemsOf } from '../support/stage.ts';
import { type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

function onFleet<T>(
  count: number,
  options: { readonly faults?: readonly Fault[]; readonly behaviour?: Partial<Behaviour> },
  test: (world: VirtualWorld, ids: readonly string[]) => Promise<T>
): Promise<T> {
  return withVirtualWorld({ emulator: { world: fleetWorld(count), ...options } }, (world) =>
    test(world, fleetIds(count))
  );
}

/** The seconds in which an operation was called, with how often. */
function ticksOf({ emulator }: VirtualWorld, operation: string): ReadonlyMap<number, number> {
  const ticks = new Map<number, number>();
  for (const call of emulator.calls.filter((one) => one.operation === operation)) {
    ticks.set(call.atMs, (ticks.get(call.atMs) ?? 0) + 1);
  }
  return ticks;
}

function expectEachOnce(world: VirtualWorld, ids: readonly string[]): void {
  expect(rebuiltIds(world).toSorted()).toEqual(ids);
}

describe('few calls', () => {
  test('a hundred under way take one list per tick, and are sent in one call', async () => {
    await onFleet(100, {}, async (world, ids) => {
      const report = await world.run(fleetRequest(ids, 100));
      expect(report.status).toBe('rebuilt');
      expectEachOnce(world, ids);
      expect(countCalls(world, 'RebuildBatchInstance')).toBe(1);
      expect(countCalls(world, 'RebuildInstance')).toBe(0);
      expect(countCalls(world, 'GetInstance')).toBe(0);
      const lists = ticksOf(world, 'ListInstanceByIds');
      expect([...lists.values()].every((count) => count === 1)).toBe(true);
      // One for the plan, one a beat of 4.8 s for 45 s, some closer together at first, and the second of the proof.
      expect(lists.size).toBeLessThan(23);
      // Plan, proof, and no call for a single disk or its snapshots.
      expect(countCalls(world, 'ListVolumes')).toBeLessThan(6);
      expect(countCalls(world, 'ListSnapshots')).toBe(1);
      expect(world.emulator.calls.length).toBeLessThan(31);
    });
  });

  test('more than a hundred: as few lists and batches as possible', async () => {
    await onFleet(110, {}, async (world, ids) => {
      expect((await world.run(fleetRequest(ids, 110))).status).toBe('rebuilt');
      expectEachOnce(world, ids);
      const sizes = world.emulator.calls.filter(({ operation }) => operation === 'RebuildBatchInstance');
      expect(sizes.map(({ instanceIds }) => instanceIds.length)).toEqual([100, 10]);
      expect(Math.max(...ticksOf(world, 'ListInstanceByIds').values())).toBe(2);
      expect(countCalls(world, 'GetInstance')).toBe(0);
    });
  });

  test('those that were started at different times are still observed together', async () => {
    await onFleet(8, {}, async (world, ids) => {
      // Two that somebody else started, at other moments.
      for (const id of ids.slice(0, 2)) {
        await world.bcc.rebuild([id], { imageId: 'm-web-2', login: { kind: 'keepImageLogin' } }, never);
        await world.clock.sleep(20_000, never);
      }
      const from = world.emulator.calls.length;
      const report = await world.run(fleetRequest(ids, 8));
      expect(report.status).toBe('rebuilt');
      expectEachOnce(world, ids);
      const observations = world.emulator.calls
        .slice(from)
        .filter(({ operation }) => operation === 'ListInstanceByIds' || operation === 'GetInstance');
      // One for the plan, no more than one a beat and those that prove, and 20 s with one a second for each start.
      expect(observations.length).toBeLessThan(1 + 30);
    });
  });

  test('a single one is read alone, after all were listed together for the plan', async () => {
    await onFleet(3, {}, async (world, ids) => {
      await world.run(fleetRequest(ids, 1));
      expect(countCalls(world, 'ListInstanceByIds')).toBe(1);
      expect(countCalls(world, 'GetInstance')).toBeGreaterThan(3);
      expect(countCalls(world, 'RebuildBatchInstance')).toBe(0);
      expect(countCalls(world, 'RebuildInstance')).toBe(3);
    });
  });
});

const never = new AbortController().signal;

/** The first reads have passed, and the rebuilds are about to be sent. */
function whenPlanned(work: () => void) {
  return { planned: async () => work() };
}

describe('a batch with one that is busy', () => {
  test.each(
    behaviourValues.batchWithBadId.flatMap((value) => [
      [value, 'specific'] as const,
      [value, 'badRequest'] as const
    ])
  )('where %s are taken, and refusals are %s', async (batchWithBadId, refusals) => {
    await onFleet(6, { behaviour: { batchWithBadId, refusals } }, async (world, ids) => {
      const [bad = '', ...others] = ids;
      const report = await world.run(
        fleetRequest(ids, 6, { maxFailures: 1 }),
        undefined,
        // Somebody else reboots it, from just after the plan.
        whenPlanned(() => world.emulator.setInstance(bad, { status: 'Starting' }))
      );
      expect(statusesOf(report)).toBe('failed rebuilt rebuilt rebuilt rebuilt rebuilt');
      expect(rebuiltIds(world).toSorted()).toEqual(others);
    });
  });

  test.each(behaviourValues.batchWithBadId)(
    'that somebody else rebuilds onto the same image, where %s are taken',
    async (batchWithBadId) => {
      await onFleet(6, { behaviour: { batchWithBadId } }, async (world, ids) => {
        const [bad = ''] = ids;
        const report = await world.run(fleetRequest(ids, 6, { maxFailures: 1 }), undefined, {
          planned: async () => {
            await world.bcc.rebuild([bad], { imageId: 'm-web-2', login: { kind: 'keepImageLogin' } }, never);
          }
        });
        expect(report.status).toBe('rebuilt');
        expectEachOnce(world, ids);
      });
    }
  );

  test.each(behaviourValues.batchWithBadId)('that is gone, where %s are taken', async (batchWithBadId) => {
    await onFleet(6, { behaviour: { batchWithBadId } }, async (world, ids) => {
      const [bad = '', ...others] = ids;
      const report = await world.run(
        fleetRequest(ids, 6, { maxFailures: 1 }),
        undefined,
        whenPlanned(() => world.emulator.removeInstance(bad))
      );
      expect(statusesOf(report)).toBe('failed rebuilt rebuilt rebuilt rebuilt rebuilt');
      expect(rebuiltIds(world).toSorted()).toEqual(others);
    });
  });
});

describe('a batch whose answer does not come', () => {
  const lost: readonly (readonly [string, Fault['play']])[] = [
    ['is lost after the work', { kind: 'reset', when: 'after' }],
    ['is lost before the work', { kind: 'reset', when: 'before' }],
    ['is a 500 before the work', { kind: 'error', status: 500, code: 'InternalError', when: 'before' }],
    ['is a 500 after the work', { kind: 'error', status: 500, code: 'InternalError', when: 'after' }],
    ['is cut', { kind: 'cutBody' }]
  ];

  test.each(lost)('because it %s: none is wiped twice, and all succeed', async (_, play) => {
    await onFleet(12, { faults: [{ on: 'RebuildBatchInstance', play }] }, async (world, ids) => {
      const report = await world.run(fleetRequest(ids, 12));
      expect(report.status).toBe('rebuilt');
      expectEachOnce(world, ids);
      expect(countCalls(world, 'RebuildBatchInstance')).toBe(1);
    });
  });

  test('because the service throttles: some may have been taken, so each is sent again alone', async () => {
    const faults = [{ on: 'RebuildBatchInstance', times: 5, play: { kind: 'throttle' } }] as const;
    await onFleet(5, { faults }, async (world, ids) => {
      expect((await world.run(fleetRequest(ids, 5))).status).toBe('rebuilt');
      expectEachOnce(world, ids);
      expect(countCalls(world, 'RebuildBatchInstance')).toBe(1);
      expect(countCalls(world, 'RebuildInstance')).toBe(5);
    });
  });
});

describe('a batch that is refused for all of them', () => {
  const refusal = { kind: 'error', status: 400, code: 'InvalidParameter', message: 'its own words' } as const;

  // It is unknown whether some were accepted, so each is observed for a quarter of `timeout` and sent alone.
  test('and each single call too: it fails with the message of the single call, and its disk is intact', async () => {
    const faults = ['RebuildBatchInstance', 'RebuildInstance'].map(
      (on): Fault => ({ on, times: 99, play: refusal })
    );
    await onFleet(3, { faults }, async (world, ids) => {
      const report = await world.run(fleetRequest(ids, 3));
      expect(statusesOf(report)).toBe('failed failed failed');
      expect(countCalls(world, 'RebuildBatchInstance')).toBe(1);
      expect(countCalls(world, 'RebuildInstance')).toBe(3);
      for (const { disk, failure } of report.instances) {
        expect(disk).toBe('untouched');
        expect(failure).toMatchObject({ reason: 'invalid', operation: 'RebuildInstance' });
        expect(failure?.cause).toContain('its own words (');
        expect(failure?.cause).not.toContain('one call for');
      }
      expect(report.changed).toBe(false);
      expect(report.durationSeconds).toBeLessThan(200);
      // Those that nothing was done to serve as before.
      expect(report.instances.every(({ restoreWith }) => restoreWith.length === 0)).toBe(true);
    });
  });

  test.each([400, 404, 409])(
    'as %i, and each single call is accepted: all succeed, each erased once',
    async (status) => {
      const play = { ...refusal, status, code: '' };
      await onFleet(3, { faults: [{ on: 'RebuildBatchInstance', play }] }, async (world, ids) => {
        const report = await world.run(fleetRequest(ids, 3));
        expect(report.status).toBe('rebuilt');
        expectEachOnce(world, ids);
        expect(countCalls(world, 'RebuildInstance')).toBe(3);
      });
    }
  );

  test('although it was carried out: observing shows it, and none is sent again', async () => {
    const play = { ...refusal, when: 'after' } as const;
    await onFleet(3, { faults: [{ on: 'RebuildBatchInstance', play }] }, async (world, ids) => {
      const report = await world.run(fleetRequest(ids, 3));
      expect(report.status).toBe('rebuilt');
      expectEachOnce(world, ids);
      expect(countCalls(world, 'RebuildInstance')).toBe(0);
    });
  });

  test('and a cancel while that is being checked: the state of the disks is unknown', async () => {
    const play = { ...refusal, when: 'after' } as const;
    await onFleet(3, { faults: [{ on: 'RebuildBatchInstance', play }] }, async (world, ids) => {
      const controller = new AbortController();
      world.clock.onSleep = () => {
        if (world.emulator.rebuilds.length > 0) controller.abort();
      };
      const cancel = { signal: controller.signal, writes: controller.signal };
      const report = await world.run(fleetRequest(ids, 3), cancel);
      expect(report.instances.map(({ disk }) => disk)).toEqual(['unknown', 'unknown', 'unknown']);
    });
  });
});

describe('rights', () => {
  test('only for single rebuilds: the batch is split', async () => {
    const faults = [{ on: 'RebuildBatchInstance', times: 99, play: { kind: 'accessDenied' } }] as const;
    await onFleet(6, { faults }, async (world, ids) => {
      const report = await world.run(fleetRequest(ids, 3));
      expect(report.status).toBe('rebuilt');
      expectEachOnce(world, ids);
      expect(countCalls(world, 'RebuildInstance')).toBe(6);
    });
  });

  test('only for some of them: the others go on', async () => {
    const faults = [
      { on: 'RebuildBatchInstance', times: 99, play: { kind: 'accessDenied' } },
      { on: 'RebuildInstance', instanceId: 'i-fleet00002', times: 9, play: { kind: 'accessDenied' } }
    ] as const;
    await onFleet(4, { faults }, async (world, ids) => {
      const report = await world.run(fleetRequest(ids, 2, { maxFailures: 1 }));
      expect(statusesOf(report)).toBe('rebuilt failed rebuilt rebuilt');
      expect(report.instances[1]).toMatchObject({ disk: 'untouched', failure: { reason: 'denied' } });
      // Nothing was done to it, so it serves and takes no slot.
      expect(report.rollout.peakUnavailable).toBe(2);
    });
  });

  test('for none: nothing is erased, and that is reported', async () => {
    const faults = ['RebuildBatchInstance', 'RebuildInstance'].map(
      (on): Fault => ({ on, times: 99, play: { kind: 'accessDenied' } })
    );
    await onFleet(4, { faults }, async (world, ids) => {
      const report = await world.run(fleetRequest(ids, 2));
      expect(statusesOf(report)).toBe('failed failed notStarted notStarted');
      expect(report.changed).toBe(false);
    });
  });
});

describe('a list with an ID that the service does not know', () => {
  test.each(behaviourValues.unknownIdsInList)(
    'in the plan, where it is %s: it is named, and nothing is sent',
    async (unknownIdsInList) => {
      await onFleet(12, { behaviour: { unknownIdsInList } }, async (world, ids) => {
        const problems = await problemsOf(world.run(fleetRequest([...ids, 'i-nobody01', 'i-nobody02'], 3)));
        expect(problems.map(({ cause }) => cause)).toEqual([
          expect.stringContaining('i-nobody01'),
          expect.stringContaining('i-nobody02')
        ]);
        expect(rebuiltIds(world)).toEqual([]);
      });
    }
  );

  test.each(behaviourValues.unknownIdsInList)(
    'in the wait, where it is %s: the others are waited for',
    async (unknownIdsInList) => {
      await onFleet(12, { behaviour: { unknownIdsInList } }, async (world, ids) => {
        const gone = ids[3] ?? '';
        let isRemoved = false;
        world.clock.onSleep = () => {
          if (world.clock.nowMs() < 30_000 || isRemoved) return;
          isRemoved = true;
          world.emulator.removeInstance(gone);
        };
        const report = await world.run(fleetRequest(ids, 12, { maxFailures: 1 }));
        expect(
          report.instances.filter(({ status }) => status !== 'rebuilt').map(({ instanceId }) => instanceId)
        ).toEqual([gone]);
        expect(report.instances[3]?.failure?.reason).toBe('gone');
        expectEachOnce(world, ids);
      });
    }
  );
});
