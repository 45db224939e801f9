import { expect, test } from '@jest/globals';
import { CallError } from '../../../src/core/model/failure.ts';
import { JournalError } from '../../../src/ports/journal.ts';
import { fleetRequest, onFleet } from '../../support/fleets.ts';
import { noCancel } from '../../support/virtual.ts';

test('each rebuild call and each change of weights is written down before it leaves', async () => {
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

test('what cannot be written down is not sent', async () => {
  await onFleet(3, async (world, ids) => {
    const run = world.run(fleetRequest(ids, 3), noCancel, {
      commit() {
        throw new JournalError('the disk is full');
      }
    });
    await expect(run).rejects.toThrow('the disk is full');
    await expect(run).rejects.not.toBeInstanceOf(CallError);
    expect(world.emulator.rebuilds).toEqual([]);
  });
});
