/** A fleet with throttling and failing reads, and large fleets. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Fault } from '../../emulator/faults/faults.ts';
import { behaviourValues } from '../../emulator/world/behaviour.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import type { RunReport } from '../../src/core/report/report.ts';
import { countCalls, faultsOn, fleetIds, fleetRequest, rebuiltIds, statusesOf } from '../support/fleets.ts';
import { newCancel } from '../support/stage.ts';
import { withVirtualWorld } from '../support/virtual.ts';

const schemaFile = new URL('../../docs/result.schema.json', import.meta.url);
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(
  JSON.parse(readFileSync(schemaFile, 'utf8')) as Readonly<Record<string, unknown>>
);

function problemsBySchema(report: RunReport): readonly string[] {
  // As it is written: without undefined values.
  validate(JSON.parse(JSON.stringify(report)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('a throttle storm', () => {
  // A 503 for a write may have been carried out, so retrying is not enough; the next test has it.
  const plain = behaviourValues.throttle.filter(({ status }) => status !== 503);

  test.each(plain)('with replies like %j slows the run down, and fails nothing', async (throttle) => {
    const emulator = { world: fleetWorld(24), behaviour: { callsPerSecond: 5, throttle } };
    await withVirtualWorld({ emulator, requestsPerSecond: 10 }, async (world) => {
      const ids = fleetIds(24);
      const report = await world.run({ ...fleetRequest(ids, 12), rollback: true });
      expect(report.status).toBe('rebuilt');
      expect(rebuiltIds(world).toSorted()).toEqual(ids);
      expect(world.emulator.calls.some(({ status }) => status === throttle.status)).toBe(true);
      // Two rounds of 45 s, half a minute to get all reads of the plan through, and a quarter of `timeout` in which a
      // throttled batch is searched for.
      expect(report.durationSeconds).toBeLessThan(2 * 56 + 36 + 60);
    });
  });

  test('never comes if no more is sent than the service accepts', async () => {
    const throttle = { status: 503, code: 'ServiceUnavailable', retryAfter: 1 } as const;
    const emulator = { world: fleetWorld(40), behaviour: { callsPerSecond: 6, throttle } };
    await withVirtualWorld({ emulator, requestsPerSecond: 3 }, async (world) => {
      const report = await world.run({ ...fleetRequest(fleetIds(40), 20), rollback: true });
      expect(report.status).toBe('rebuilt');
      expect(rebuiltIds(world).toSorted()).toEqual(fleetIds(40));
      expect(world.emulator.calls.some(({ status }) => status === 503)).toBe(false);
    });
  });

  test('of all calls, in the middle of the wait, fails nothing', async () => {
    const faults: readonly Fault[] = [{ on: '*', from: 12, times: 30, play: { kind: 'throttle' } }];
    const emulator = { world: fleetWorld(10), faults };
    await withVirtualWorld({ emulator, requestsPerSecond: 10 }, async (world) => {
      const report = await world.run(fleetRequest(fleetIds(10), 10));
      expect(report.status).toBe('rebuilt');
      expect(rebuiltIds(world).toSorted()).toEqual(fleetIds(10));
      expect(world.emulator.calls.filter(({ status }) => status === 429)).toHaveLength(30);
    });
  });
});

describe('lists that fail for a while', () => {
  const plays: readonly (readonly [string, Fault['play']])[] = [
    ['500', { kind: 'error', status: 500, code: 'InternalError' }],
    ['503', { kind: 'error', status: 503, code: 'ServiceUnavailable' }],
    ['a reset', { kind: 'reset', when: 'before' }],
    ['half a body', { kind: 'cutBody' }],
    ['no JSON', { kind: 'garbage' }]
  ];

  test.each(plays)('with %s: the wait goes on', async (_, play) => {
    // Five attempts a call, so that two ticks in a row see nothing at all.
    const faults: readonly Fault[] = [{ on: 'ListInstanceByIds', from: 5, times: 13, play }];
    await withVirtualWorld({ emulator: { world: fleetWorld(12), faults } }, async (world) => {
      const ids = fleetIds(12);
      const report = await world.run(fleetRequest(ids, 6));
      expect(report.status).toBe('rebuilt');
      expect(rebuiltIds(world).toSorted()).toEqual(ids);
    });
  });

  // The first observation of a rebuild must succeed, so failing reads for 4 s as slots are filled would fail all that start then.
  test('as slots are filled: those that start then observe again, and nothing stops', async () => {
    const play = { kind: 'error', status: 500, code: 'InternalError' } as const;
    // The first list is for the plan, the second proves the first six, and the third is for those after them.
    const faults: readonly Fault[] = [{ on: 'ListVolumes', from: 3, times: 5, play }];
    await withVirtualWorld({ emulator: { world: fleetWorld(12), faults } }, async (world) => {
      const report = await world.run({ ...fleetRequest(fleetIds(12), 6), rollback: true });
      expect(statusesOf(report)).toBe(
        fleetIds(12)
          .map(() => 'rebuilt')
          .join(' ')
      );
    });
  });

  test('because the right is withdrawn: those under way end as denied, and nothing else is started', async () => {
    const faults = ['ListInstanceByIds', 'GetInstance'].map(
      (on): Fault => ({ on, from: 5, times: 999, play: { kind: 'accessDenied' } })
    );
    await withVirtualWorld({ emulator: { world: fleetWorld(12), faults } }, async (world) => {
      const report = await world.run(fleetRequest(fleetIds(12), 3));
      expect(statusesOf(report)).toBe(
        ['failed failed failed', ...fleetIds(9).map(() => 'notStarted')].join(' ')
      );
      expect(report.instances[0]).toMatchObject({ disk: 'erased', failure: { reason: 'denied' } });
      expect(rebuiltIds(world)).toHaveLength(3);
    });
  });

  test('stale ones prove nothing', async () => {
    const faults: readonly Fault[] = [
      { on: 'RebuildBatchInstance', times: 9, play: { kind: 'stale', reads: 4 } }
    ];
    await withVirtualWorld({ emulator: { world: fleetWorld(12), faults } }, async (world) => {
      const report = await world.run(fleetRequest(fleetIds(12), 6));
      expect(report.status).toBe('rebuilt');
      expect(rebuiltIds(world).toSorted()).toEqual(fleetIds(12));
      const { rebuilds } = world.emulator;
      expect(Math.max(...rebuilds.map(({ endsAtMs }) => endsAtMs))).toBeLessThanOrEqual(world.clock.wallMs());
    });
  });
});

describe('more than a call can hold', () => {
  test('give a report that matches the schema, with failures and rollbacks, in few calls', async () => {
    const ids = fleetIds(120);
    const faults = [20, 70, 71, 110].flatMap((number) =>
      faultsOn(ids[number] ?? '', { kind: 'endsIn', status: 'Error' }, ['RebuildBatchInstance'])
    );
    await withVirtualWorld({ emulator: { world: fleetWorld(120), faults } }, async (world) => {
      world.emulator.setInstance('i-fleet00007', { status: 'Error' });
      world.emulator.setInstance('i-fleet00008', { imageId: 'm-web-2' });
      const { selection } = fleetRequest(ids, 1);
      const rollout = {
        maxUnavailable: { kind: 'percent', percent: 25 },
        canary: 10,
        pauseMs: 60_000,
        maxFailures: 5
      } as const;
      const report = await world.run({ selection, rollout, rollback: true });
      expect(problemsBySchema(report)).toEqual([]);
      expect(report).toMatchObject({
        status: 'partial',
        rollout: { maxUnavailable: 30, peakUnavailable: 30 }
      });
      expect(report.instances.filter(({ status }) => status === 'rolledBack')).toHaveLength(4);
      expect(report.instances.filter(({ status }) => status === 'rebuilt')).toHaveLength(115);
      expect(report.instances.map(({ instanceId }) => instanceId)).toEqual(ids);
      expect(rebuiltIds(world)).toHaveLength(119 + 4);
      // Ten canaries, then three rounds of thirty and one of the rest.
      expect(countCalls(world, 'RebuildBatchInstance')).toBe(5);
      expect(countCalls(world, 'ListSnapshots')).toBe(1);
    });
  });

  test('that are cancelled give one too', async () => {
    const ids = fleetIds(120);
    await withVirtualWorld({ emulator: { world: fleetWorld(120) } }, async (world) => {
      const { cancel, pull } = newCancel();
      world.clock.onSleep = () => {
        if (world.clock.nowMs() > 75_000) pull();
      };
      const report = await world.run(fleetRequest(ids, 30), cancel);
      expect(problemsBySchema(report)).toEqual([]);
      expect(new Set(report.instances.map(({ status }) => status))).toEqual(
        new Set(['rebuilt', 'inProgress', 'notStarted'])
      );
    });
  });

  test('that are only planned give one too', async () => {
    await withVirtualWorld({ emulator: { world: fleetWorld(120) } }, async (world) => {
      const report = await world.run({ ...fleetRequest(fleetIds(120), 30), dryRun: true });
      expect(problemsBySchema(report)).toEqual([]);
      expect(report.status).toBe('planned');
      expect(world.emulator.calls.length).toBeLessThan(8);
    });
  });
});
