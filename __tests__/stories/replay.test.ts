/** The result of a run makes an emulator that replays it: a run on that emulator has the same result. */
import { describe, expect, test } from '@jest/globals';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import { readReplay } from '../../emulator/world/replay.ts';
import type { RunReport } from '../../src/core/report/report.ts';
import { fleetIds, fleetRequest } from '../support/fleets.ts';
import { quickRebuildMs } from '../support/quick-service.ts';
import { type VirtualOptions, withVirtualWorld } from '../support/virtual.ts';

/** The values that differ between any two runs. */
function comparable(report: RunReport): unknown {
  const text = JSON.stringify(report, (key, value) =>
    ['requestIds', 'plan', 'createTime'].includes(key) ? undefined : value
  );
  return JSON.parse(text.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'REQUEST'));
}

async function runTwice(options: VirtualOptions): Promise<{ first: RunReport; again: RunReport }> {
  const first = await withVirtualWorld(options, (world) => world.run());
  // As it is handed on, through a file.
  const replay = readReplay(JSON.parse(JSON.stringify(first)));
  const { request, random } = options;
  const again = await withVirtualWorld(
    {
      emulator: { replay },
      ...(request === undefined ? {} : { request }),
      ...(random === undefined ? {} : { random })
    },
    (world) => world.run()
  );
  return { first, again };
}

describe('a replayed run has the same result', () => {
  test.each<[string, VirtualOptions]>([
    ['plain', {}],
    [
      'with statuses and times of its own',
      {
        emulator: {
          behaviour: {
            staleRunningMs: 31_000,
            statuses: ['Stopping', 'Stopped', 'ImageProcessing', 'Starting'],
            rebuildMs: 71_000,
            imageIdFlips: 'end'
          }
        }
      }
    ],
    [
      'that ends in Error',
      { emulator: { faults: [{ on: 'RebuildInstance', play: { kind: 'endsIn', status: 'Error' } }] } }
    ],
    [
      'of a fleet, each instance with a time of its own',
      {
        emulator: { world: fleetWorld(5), behaviour: { rebuildSpread: 0.5 } },
        request: fleetRequest(fleetIds(5), 2)
      }
    ]
  ])('%s', async (_name, options) => {
    const { first, again } = await runTwice(options);
    expect(first.instances.every(({ statusHistory }) => statusHistory.length > 1)).toBe(true);
    expect(comparable(again)).toEqual(comparable(first));
  });
});

test.each([null, {}, { instances: {} }, { instances: [{ instanceId: 'i-1' }] }])(
  'no result of a run: %j',
  (value) => {
    expect(() => readReplay(value)).toThrow(/it is no|has no/);
  }
);

test('a second rebuild of the same instance follows the switches', async () => {
  const first = await withVirtualWorld({ emulator: { behaviour: { rebuildMs: 90_000 } } }, (world) =>
    world.run()
  );
  await withVirtualWorld({ emulator: { replay: readReplay(first) } }, async (world) => {
    await world.run();
    await world.run({ image: { kind: 'id', id: 'm-web-1' } });
    const [one, two] = world.emulator.rebuilds.map(({ startsAtMs, endsAtMs }) => endsAtMs - startsAtMs);
    expect(one).toBeGreaterThan(80_000);
    expect(two).toBe(quickRebuildMs);
  });
});
