/** The observation after a health check, with observations made by hand. */
import { describe, expect, test } from '@jest/globals';
import { beginRecheck, needsAnotherCheck } from '../../../src/core/rebuild/recheck.ts';
import { step } from '../../../src/core/rebuild/step-rebuild.ts';
import { failureOf, observationOf, playRebuild, type Shown, stretches, taskOf } from './rebuilds.ts';

const always = Number.POSITIVE_INFINITY;
const done: Shown = { imageId: 'm-new', disk: { id: 'v-new' } };
const starting: Shown = { imageId: 'm-new', status: 'Starting' };

/** A rebuild that was proven, and the moment of its end. */
const { rebuild: proven } = playRebuild(
  taskOf(),
  stretches([20_000, {}], [80_000, starting], [always, done])
);
const fromMs = 300_000;
const { instance: checked } = observationOf(fromMs, done, false);

/** Plays the recheck; `show` counts from its beginning. */
function recheckOf(show: (sinceMs: number) => Shown, failsFor = 0) {
  let [rebuild, command] = beginRecheck(proven, fromMs);
  const observedMs: number[] = [];
  while (command.type !== 'end') {
    if (command.type !== 'observe') throw new Error(`${command.type} is sent`);
    const { dueMs: atMs, withDisk, fresh } = command;
    observedMs.push(atMs - fromMs);
    [rebuild, command] = step(
      rebuild,
      observedMs.length <= failsFor
        ? { type: 'observeFailed', atMs, failure: failureOf('transient') }
        : { type: 'observed', observation: observationOf(atMs, show(atMs - fromMs), withDisk, fresh) }
    );
  }
  return { rebuild, observedMs };
}

describe('after a health check', () => {
  test('one observation that shows what was proven is enough, a second later', () => {
    const { rebuild, observedMs } = recheckOf(() => done);
    expect(rebuild.ending).toEqual({ kind: 'rebuilt' });
    expect(observedMs).toEqual([1_000]);
    expect(needsAnotherCheck(rebuild, checked)).toBe(false);
  });

  test.each(['publicIp', 'internalIp', 'name'])('another %s makes another check due', (field) => {
    const { rebuild } = recheckOf(() => done);
    expect(needsAnotherCheck(rebuild, { ...checked, [field]: 'another' })).toBe(true);
    if (rebuild.last === undefined) throw new Error('it was observed');
    // What is not told is no other address.
    const last = { ...rebuild.last, instance: { ...checked, [field]: '' } };
    expect(needsAnotherCheck({ ...rebuild, last }, checked)).toBe(false);
  });

  test('a read that fails is made again', () => {
    const { rebuild, observedMs } = recheckOf(() => done, 2);
    expect(rebuild.ending).toEqual({ kind: 'rebuilt' });
    expect(observedMs).toHaveLength(3);
  });

  test.each<[string, Shown]>([
    ['another image', { ...done, imageId: 'm-other' }],
    ['another disk', { ...done, disk: { id: 'v-other' } }],
    ['another status that rests', { ...done, status: 'Stopped' }]
  ])('%s, seen twice, is a failure', (_, shown) => {
    const { rebuild, observedMs } = recheckOf(() => shown);
    expect(rebuild.ending).toMatchObject({ kind: 'failed', reason: { kind: 'changed' } });
    expect(observedMs.length).toBeGreaterThanOrEqual(2);
    expect(needsAnotherCheck(rebuild, checked)).toBe(false);
  });

  test('a change that goes on is waited for, and makes another check due', () => {
    const snapshot: Shown = { ...done, status: 'SnapshotProcessing' };
    const { rebuild, observedMs } = recheckOf((sinceMs) => (sinceMs < 60_000 ? snapshot : done));
    expect(rebuild.ending).toEqual({ kind: 'rebuilt' });
    expect(observedMs.at(-1)).toBeGreaterThanOrEqual(60_000 + 120_000);
    expect(needsAnotherCheck(rebuild, checked)).toBe(true);
  });

  test('one that does not end is a failure at timeout', () => {
    const { rebuild, observedMs } = recheckOf(() => ({ ...done, status: 'SnapshotProcessing' }));
    expect(rebuild.ending).toMatchObject({ kind: 'failed', reason: { kind: 'changed' } });
    expect(observedMs.at(-1)).toBeGreaterThanOrEqual(1_200_000);
  });
});
