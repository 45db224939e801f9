import { describe, expect, test } from '@jest/globals';
import type { RebuildState } from '../../../src/core/rebuild/rebuild-state.ts';
import type { InstanceRun } from '../../../src/core/run/instance-run.ts';
import { hiddenRebuilds, loweredIds, restorableRuns } from '../../../src/core/run/left-for-post-step.ts';
import { failureOf } from '../rebuild/rebuilds.ts';
import { rebuildOf, runOf, stateOf } from './runs.ts';

const sending = [{ phase: 'sending', fromMs: 1_000 }] as const;

function shown(status: string): RebuildState['history'] {
  return [{ atMs: 2_000, status, imageId: 'm-old' }];
}

describe('a rebuild that may be under way without showing it', () => {
  const sent = { phases: sending, history: shown('Running') };
  const cancelled = rebuildOf({ kind: 'cancelled' }, sent);
  const call = { kind: 'call', failure: failureOf('transient') } as const;

  test.each<[string, Partial<InstanceRun>, boolean]>([
    ['was cut off before its status changed', { rebuild: cancelled, cancelled: true }, true],
    ['is one whose process was killed', { rebuild: rebuildOf(undefined, sent), progress: 'working' }, true],
    [
      'has shown only a snapshot, which a policy may have taken',
      { rebuild: { ...cancelled, history: shown('SnapshotProcessing') }, cancelled: true },
      true
    ],
    [
      "has shown only somebody else's change",
      { rebuild: { ...cancelled, history: shown('VolumeResizing') }, cancelled: true },
      true
    ],
    ['could no longer be observed', { rebuild: rebuildOf({ kind: 'failed', reason: call }, sent) }, true],
    ['was not proven', { rebuild: rebuildOf({ kind: 'failed', reason: { kind: 'unproven' } }, sent) }, true]
  ])('%s', (_, patch, isHidden) => {
    expect(hiddenRebuilds(stateOf([runOf(patch)]))).toEqual(isHidden ? ['i-1'] : []);
  });

  test.each<[string, Partial<InstanceRun>]>([
    [
      'was observed as unavailable',
      { rebuild: { ...cancelled, history: shown('Starting') }, cancelled: true }
    ],
    [
      'has shown the making of an image, and then the image',
      {
        rebuild: {
          ...cancelled,
          history: shown('ImageProcessing'),
          evidence: { processingAtMs: 2_000, image: { oldAtMs: 1_500, atMs: 3_000 } }
        },
        cancelled: true
      }
    ],
    ['was never sent', { rebuild: rebuildOf({ kind: 'cancelled' }, { sends: 0, acceptedAtMs: undefined }) }],
    [
      'was waited for until the timeout',
      { rebuild: rebuildOf({ kind: 'failed', reason: { kind: 'timedOut', status: 'Running' } }, sent) }
    ],
    ['went well', { rebuild: rebuildOf({ kind: 'rebuilt' }, sent) }],
    ['was never started', { progress: 'planned' }]
  ])('is none that %s', (_, patch) => {
    expect(hiddenRebuilds(stateOf([runOf(patch)]))).toEqual([]);
  });
});

describe('an instance with a lowered weight', () => {
  const server = { kind: 'blb', blbId: 'lb-1', instanceId: 'i-1', weight: 40 } as const;
  const lowered = [{ server, state: 'held' }] as const;

  test('is named as long as the weight was not restored', () => {
    expect(loweredIds(stateOf([runOf({ heldWeights: lowered })]))).toEqual(['i-1']);
    expect(loweredIds(stateOf([runOf({ heldWeights: [{ server, state: 'asked' }] })]))).toEqual(['i-1']);
    expect(loweredIds(stateOf([runOf({ heldWeights: [{ server, state: 'returned' }] })]))).toEqual([]);
  });

  const rebuilt = rebuildOf({ kind: 'rebuilt' });
  const unsent = rebuildOf(undefined, { sends: 0, acceptedAtMs: undefined });
  test.each<[string, Partial<InstanceRun>, string | undefined]>([
    ['nothing was done to', { cancelled: true }, 'm-old'],
    ['was rebuilt', { rebuild: rebuilt }, 'm-new'],
    ['was rolled back', { rebuild: rebuilt, rollback: { imageId: 'm-b', rebuild: rebuilt } }, 'm-b'],
    [
      'was killed before the call',
      { rebuild: { ...unsent, phase: 'draining' }, progress: 'working' },
      'm-old'
    ],
    ['is healthy and lacks only its weights', { rebuild: rebuilt, rejoinProblem: 'no.' }, 'm-new'],
    [
      'was killed during the call',
      { rebuild: { ...unsent, phase: 'sending' }, progress: 'working' },
      undefined
    ],
    [
      'was killed during the call of the rollback',
      {
        rebuild: rebuilt,
        rollback: { imageId: 'm-b', rebuild: { ...unsent, phase: 'sending' } },
        progress: 'working'
      },
      undefined
    ],
    [
      'failed',
      { rebuild: rebuildOf({ kind: 'failed', reason: { kind: 'timedOut', status: 'Starting' } }) },
      undefined
    ],
    ['is being rebuilt', { rebuild: rebuildOf(), progress: 'working' }, undefined]
  ])('that %s', (_, patch, imageId) => {
    const state = stateOf([runOf({ ...patch, heldWeights: lowered })]);
    expect(restorableRuns(state).map((one) => one.imageId)).toEqual(imageId === undefined ? [] : [imageId]);
  });
});
