import { expect, test } from '@jest/globals';
import { JournalError } from '../../../src/ports/journal.ts';
import { onBriefStage } from '../../support/brief.ts';
import { fleetRequest, onFleet } from '../../support/fleets.ts';
import { bothBalancers, demoWeights, weightsIn } from '../../support/ports.ts';
import { noCancel } from '../../support/virtual.ts';

test('each rebuild call and each weight change is recorded before it is sent', async () => {
  await onFleet(6, async (world, ids) => {
    const writes = (): number =>
      world.emulator.calls.filter(({ operation }) => operation.startsWith('Rebuild')).length;
    const sentAtCommit: number[] = [];
    const report = await world.run(fleetRequest(ids, 3), noCancel, {
      commit: () => void sentAtCommit.push(writes())
    });
    expect(report.status).toBe('rebuilt');
    // Once before each call: the first commit comes before the first call, and so on.
    expect(sentAtCommit).toEqual(Array.from({ length: writes() }, (_, index) => index));
  });
});

test('a call that cannot be recorded is not sent, and the run reports that and what it did before', async () => {
  await onFleet(3, async (world, ids) => {
    let commits = 0;
    const report = await world.run(fleetRequest(ids, 1), noCancel, {
      commit() {
        commits += 1;
        if (commits > 1) throw new JournalError('the disk is full');
      }
    });
    expect(world.emulator.rebuilds.map(({ instanceId }) => instanceId)).toEqual(ids.slice(0, 1));
    expect(report.instances.map(({ status }) => status)).toEqual(['rebuilt', 'failed', 'notStarted']);
    expect(report.instances[1]).toMatchObject({
      disk: 'untouched',
      failure: { reason: 'unsent', cause: expect.stringContaining('the disk is full') }
    });
  });
});

test('a weight is restored even if that cannot be recorded', async () => {
  await onBriefStage({}, async (world) => {
    const report = await world.run({ balancers: bothBalancers }, noCancel, {
      commit() {
        if (world.emulator.rebuilds.length > 0) throw new JournalError('the disk is full');
      }
    });
    expect(report.status).toBe('rebuilt');
    expect(weightsIn(world)).toEqual(demoWeights);
  });
});

test('a weight is not lowered if that cannot be recorded', async () => {
  await onBriefStage({}, async (world) => {
    const report = await world.run({ balancers: bothBalancers }, noCancel, {
      commit() {
        throw new JournalError('the disk is full');
      }
    });
    expect(report.instances[0]).toMatchObject({
      disk: 'untouched',
      failure: { reason: 'drain', cause: expect.stringContaining('the disk is full') }
    });
    expect(world.emulator.weightChanges).toEqual([]);
    expect(world.emulator.rebuilds).toEqual([]);
  });
});
