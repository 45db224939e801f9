/** A cancel while it is unknown for which instances a refused batch was carried out. */
import { expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/faults/faults.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import { hiddenRebuilds } from '../../src/core/run/left-for-post-step.ts';
import { restoreWeights } from '../../src/deploy/balancers/restore-weights.ts';
import { fleetIds, fleetRequest } from '../support/fleets.ts';
import { bothBalancers, demoWeights, twoSteps, weightsIn } from '../support/ports.ts';
import { stateBehind } from '../support/reported.ts';
import { oneOf, onStage } from '../support/stage.ts';
import { noCancel, type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

const refusedAfter = { kind: 'error', status: 400, code: 'InvalidParameter', when: 'after' } as const;
const faults: readonly Fault[] = [{ on: 'RebuildBatchInstance', play: refusedAfter }];

test('a cancel during the batch call, which is then refused: nothing claims that the disks are intact', async () => {
  const { cancel, stop } = twoSteps();
  const onCall = ({ operation }: { readonly operation: string }): void => {
    if (operation === 'RebuildBatchInstance') stop();
  };
  await withVirtualWorld({ emulator: { world: fleetWorld(2), faults, onCall } }, async (world) => {
    const report = await world.run(fleetRequest(fleetIds(2), 2), cancel);
    expect(world.emulator.rebuilds).toHaveLength(2);
    expect(report.instances.map(({ disk }) => disk)).toEqual(['unknown', 'unknown']);
  });
});

function inDoubt<T>(
  work: (world: VirtualWorld, cancel: ReturnType<typeof twoSteps>['cancel']) => Promise<T>
) {
  const { cancel, stop } = twoSteps();
  return withVirtualWorld({ emulator: { world: fleetWorld(2), faults } }, async (world) => {
    world.clock.onSleep = () => {
      if (world.emulator.rebuilds.length > 0) stop();
    };
    return work(world, cancel);
  });
}

test('a cancel while in doubt is inProgress, and the post step waits for it', async () => {
  await inDoubt(async (world, cancel) => {
    const report = await world.run(fleetRequest(fleetIds(2), 2), cancel);
    expect(report.instances.map(({ status }) => status)).toEqual(['inProgress', 'inProgress']);
    expect(hiddenRebuilds(stateBehind(report))).toEqual(fleetIds(2));
  });
});

test('a cancel while in doubt, with a backup: no text claims that the disk is intact', async () => {
  await inDoubt(async (world, cancel) => {
    const report = await world.run({ ...fleetRequest(fleetIds(2), 2), backup: {} } as never, cancel);
    expect(report.instances[0]).toMatchObject({ disk: 'unknown' });
    expect(report.instances[0]?.failure?.diskNote).not.toContain('not touched');
  });
});

test('refused alone, and a weight could not be given back: the post step does it, as the remedy says', async () => {
  const denied = { kind: 'accessDenied' } as const;
  const both: readonly Fault[] = [
    { on: 'RebuildInstance', times: 9, play: denied },
    { on: 'UpdateBlbServer', from: 2, play: denied }
  ];
  await onStage({ emulator: { faults: both } }, async (world) => {
    const report = await world.run({ balancers: bothBalancers });
    expect(oneOf(report).failure?.remedy).toContain('The post step of this action restores the weights');
    const log = {
      info() {},
      warning() {},
      debug() {},
      group: <T>(_: string, work: () => Promise<T>) => work()
    };
    await restoreWeights(stateBehind(report), {
      bcc: world.bcc,
      balancers: world.bcc as never,
      clock: world.clock,
      cancel: noCancel,
      log
    });
    expect(weightsIn(world)).toEqual(demoWeights);
  });
});
