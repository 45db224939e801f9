import { describe, expect, test } from '@jest/globals';
import { CallError } from '../../../src/core/model/failure.ts';
import { awaitVisible } from '../../../src/deploy/rebuild/await-visible.ts';
import { withBriefWorld } from '../../support/brief.ts';
import { noCancel } from '../../support/virtual.ts';

describe('the wait until a rebuild shows', () => {
  test('goes on after reads that fail, and ends when it shows', async () => {
    await withBriefWorld({}, async (world) => {
      await world.bcc.rebuild(
        ['i-demo0001'],
        { imageId: 'm-web-2', login: { kind: 'keepImageLogin' } },
        noCancel.signal
      );
      for (const on of ['GetInstance', 'ListInstanceByIds']) {
        world.emulator.addFault({
          on,
          times: 5,
          play: { kind: 'error', status: 500, code: 'InternalError' }
        });
      }
      expect(await awaitVisible(['i-demo0001'], 180_000, { ...world, cancel: noCancel })).toEqual([]);
      expect(world.emulator.instance('i-demo0001').status).toBe('Starting');
    });
  });

  test('is not ended by a snapshot, which a policy may have taken before the rebuild begins', async () => {
    const faults = [
      { on: 'RebuildInstance', play: { kind: 'snapshotAt', afterMs: 5_000, ms: 20_000 } }
    ] as const;
    await withBriefWorld({ emulator: { faults, behaviour: { staleRunningMs: 60_000 } } }, async (world) => {
      await world.bcc.rebuild(
        ['i-demo0001'],
        { imageId: 'm-web-2', login: { kind: 'keepImageLogin' } },
        noCancel.signal
      );
      expect(await awaitVisible(['i-demo0001'], 180_000, { ...world, cancel: noCancel })).toEqual([]);
      expect(world.emulator.instance('i-demo0001').status).toBe('Starting');
    });
  });

  test('is not ended by the new image and a new system disk, which may be records that are written on acceptance', async () => {
    const behaviour = { imageIdFlips: 'accept', diskChanges: 'accept', staleRunningMs: 60_000 } as const;
    await withBriefWorld({ emulator: { behaviour } }, async (world) => {
      const seen = async () => [
        await world.bcc.getInstance('i-demo0001', noCancel.signal),
        await world.bcc.getSystemDisk('i-demo0001', noCancel.signal)
      ];
      const before = await seen();
      await world.bcc.rebuild(
        ['i-demo0001'],
        { imageId: 'm-web-2', login: { kind: 'keepImageLogin' } },
        noCancel.signal
      );
      const after = await seen();
      expect(after).toMatchObject([{ status: 'Running', imageId: 'm-web-2' }, { status: 'InUse' }]);
      expect(after[1]?.id).not.toBe(before[1]?.id);
      expect(await awaitVisible(['i-demo0001'], 180_000, { ...world, cancel: noCancel })).toEqual([]);
      expect(world.emulator.instance('i-demo0001').status).toBe('Starting');
    });
  });

  test('gives up at its limit, and names what did not show', async () => {
    await withBriefWorld({}, async (world) => {
      const from = world.clock.nowMs();
      expect(
        await awaitVisible(['i-demo0001', 'i-demo0002'], 60_000, { ...world, cancel: noCancel })
      ).toHaveLength(2);
      expect(world.clock.nowMs() - from).toBe(60_000);
    });
  });

  test('ends at once if reads are denied', async () => {
    await withBriefWorld({}, async (world) => {
      world.emulator.addFault({ on: '*', times: 99, play: { kind: 'accessDenied' } });
      await expect(awaitVisible(['i-demo0001'], 60_000, { ...world, cancel: noCancel })).rejects.toThrow(
        CallError
      );
    });
  });
});
