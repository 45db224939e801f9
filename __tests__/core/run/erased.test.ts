import { describe, expect, test } from '@jest/globals';
import { erasedBy } from '../../../src/core/run/erased.ts';
import { disk, observationOf } from '../rebuild/rebuilds.ts';
import { rebuildOf, runOf, targetOf } from './runs.ts';

const snapshots = [{ id: 's-1', name: 'nightly', volumeId: 'v-old', createTime: '2026-01-01T00:00:00Z' }];
const target = targetOf('i-1', { snapshots });
const later = observationOf(60_000, { disk: { id: 'v-later' } }, true);

describe('what a rebuild erases', () => {
  test('is the disk of the plan, with its snapshots', () => {
    expect(erasedBy(runOf({ target }))).toEqual({ disk, snapshots });
  });

  test('is the disk that was last observed before the send, even if it differs from the plan', () => {
    const run = runOf({ target, rebuild: rebuildOf({ kind: 'rebuilt' }, { reference: later }) });
    expect(erasedBy(run).disk?.id).toBe('v-later');
  });

  test('is that disk as well where a refused call for several may have been carried out for it', () => {
    const rebuild = rebuildOf(undefined, { sends: 0, inDoubt: true, adopted: true, reference: later });
    expect(erasedBy(runOf({ target, rebuild }))).toEqual({ disk: later.disk, snapshots });
  });

  test('is not the reference of a rebuild that was never sent', () => {
    const rebuild = rebuildOf({ kind: 'skipped' }, { sends: 0, reference: later });
    expect(erasedBy(runOf({ target, rebuild })).disk).toEqual(disk);
  });

  test.each([
    ['was adopted', runOf({ target, rebuild: rebuildOf({ kind: 'rebuilt' }, { sends: 0, adopted: true }) })],
    ['is waited for', runOf({ target: targetOf('i-1', { snapshots, decision: { action: 'wait' } }) })]
  ])('is not named where a change %s: the disk may be the new one', (_, run) => {
    expect(erasedBy(run)).toEqual({ disk: undefined, snapshots: [] });
  });

  test('is named where the adopted change was followed by a rebuild of this run', () => {
    const run = runOf({
      target,
      rebuild: rebuildOf({ kind: 'rebuilt' }, { adopted: true, reference: later })
    });
    expect(erasedBy(run)).toEqual({ disk: later.disk, snapshots });
  });
});
