import { describe, expect, test } from '@jest/globals';
import { CallError } from '../../../src/core/model/failure.ts';
import type { InstanceReport } from '../../../src/core/report/report.ts';
import { awaitVisible, hiddenRebuilds } from '../../../src/deploy/rebuild/await-visible.ts';
import { failureReport, instanceReport } from '../../core/summary/reports.ts';
import { noCancel, withVirtualWorld } from '../../support/virtual.ts';

const sentAt = '2026-03-01T00:01:00Z';

function seenAs(status: string): InstanceReport['statusHistory'] {
  return [{ status, imageId: 'm-old', at: '2026-03-01T00:02:00Z', seconds: 60 }];
}

function left(patch: Partial<InstanceReport>): InstanceReport {
  return instanceReport('i-1', 'inProgress', {
    disk: 'unknown',
    phases: [{ phase: 'sending', startedAt: sentAt, durationSeconds: 1 }],
    statusHistory: seenAs('Running'),
    ...patch
  });
}

const byCall = { ...failureReport('transient'), operation: 'ListInstanceByIds' };

describe('a rebuild that may be under way without showing it', () => {
  test.each<[string, Partial<InstanceReport>, boolean]>([
    ['is one that was cut off before its status had left', {}, true],
    ['is one of a run that could no longer look', { status: 'failed', failure: byCall }, true],
    ['is none that was seen away', { statusHistory: seenAs('Starting') }, false],
    ['is none whose disk is whole', { disk: 'untouched' }, false],
    ['is none that was never sent', { phases: [] }, false],
    [
      'is none that was waited for until timeout',
      { status: 'failed', failure: failureReport('unproven') },
      false
    ],
    ['is none that went well', { status: 'rebuilt', disk: 'erased' }, false]
  ])('%s', (_, patch, isHidden) => {
    expect(hiddenRebuilds([left(patch)])).toEqual(isHidden ? ['i-1'] : []);
  });
});

describe('the watch for it', () => {
  test('goes on after reads that fail, and ends when it shows', async () => {
    await withVirtualWorld({}, async (world) => {
      await world.bcc.rebuild(
        'i-demo0001',
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
      expect(await awaitVisible(['i-demo0001'], 180_000, world, noCancel.signal)).toEqual([]);
      expect(world.emulator.instance('i-demo0001').status).toBe('Starting');
    });
  });

  test('gives up at its limit, and names what did not show', async () => {
    await withVirtualWorld({}, async (world) => {
      const from = world.clock.nowMs();
      expect(await awaitVisible(['i-demo0001', 'i-demo0002'], 60_000, world, noCancel.signal)).toHaveLength(
        2
      );
      expect(world.clock.nowMs() - from).toBe(60_000);
    });
  });

  test('ends at once where nobody may look', async () => {
    await withVirtualWorld({}, async (world) => {
      world.emulator.addFault({ on: '*', times: 99, play: { kind: 'accessDenied' } });
      await expect(awaitVisible(['i-demo0001'], 60_000, world, noCancel.signal)).rejects.toThrow(CallError);
    });
  });
});
