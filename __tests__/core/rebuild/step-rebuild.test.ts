import { describe, expect, test } from '@jest/globals';
import type { FailureKind } from '../../../src/core/model/failure.ts';
import { diskStateOf } from '../../../src/core/rebuild/disk-state.ts';
import { narrate } from '../../../src/core/rebuild/log-lines.ts';
import type { RebuildEvent, RebuildState } from '../../../src/core/rebuild/rebuild-state.ts';
import { begin, step } from '../../../src/core/rebuild/step-rebuild.ts';
import {
  failureOf,
  observationOf,
  plannedOf,
  playRebuild,
  reasonOf,
  type Script,
  type Shown,
  stretches,
  taskOf
} from './rebuilds.ts';

const always = Number.POSITIVE_INFINITY;
const starting: Shown = { status: 'Starting' };
const done: Shown = { status: 'Running', imageId: 'm-new', disk: { id: 'v-new' } };
const plain = stretches([10_000, {}], [60_000, starting], [always, done]);

describe('the proof', () => {
  test('a rebuild that leaves Running and comes back on the image is done after two observations', () => {
    const played = playRebuild(taskOf(), plain);
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.sends).toEqual([0]);
    const [before, last] = played.observedMs.slice(-2);
    expect(before).toBeGreaterThanOrEqual(60_000);
    expect((last ?? 0) - (before ?? 0)).toBe(1_000);
    expect(played.commands.at(-1)).toMatchObject({ withDisk: true });
  });

  test.each([1_000, 30_000, 600_000, 1_000_000])(
    'Running on the old image for %i ms proves nothing',
    (stale) => {
      const played = playRebuild(
        taskOf(),
        stretches([stale, {}], [stale + 60_000, starting], [always, done])
      );
      expect(reasonOf(played)).toBe('rebuilt');
      expect(played.observedMs.at(-1)).toBeGreaterThanOrEqual(stale + 60_000);
    }
  );

  test.each([20_000, 600_000, 1_000_000])(
    'an image id that flips on acceptance proves nothing for %i ms',
    (stale) => {
      const flipped: Shown = { imageId: 'm-new' };
      const played = playRebuild(taskOf(), {
        show: (atMs) =>
          atMs === 0
            ? {}
            : atMs < stale
              ? flipped
              : atMs < stale + 60_000
                ? { ...starting, imageId: 'm-new' }
                : done
      });
      expect(reasonOf(played)).toBe('rebuilt');
      expect(played.observedMs.at(-1)).toBeGreaterThanOrEqual(stale + 60_000);
    }
  );

  test('a flip on acceptance and a status that never leaves stay unproven', () => {
    const played = playRebuild(taskOf(), { show: (atMs) => (atMs === 0 ? {} : { imageId: 'm-new' }) });
    expect(reasonOf(played)).toBe('unproven');
    expect(diskStateOf(played.rebuild)).toBe('erased');
  });

  test('a late flip without a change of status is believed when timeout has passed, and not before', () => {
    const played = playRebuild(taskOf(), stretches([200_000, {}], [always, { imageId: 'm-new' }]));
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.observedMs.at(-1)).toBeGreaterThanOrEqual(1_200_000);
  });

  test.each([
    ['a new disk', { disk: { id: 'v-new' } }],
    ['a disk of a new date', { disk: { createTime: '2026-11-24T00:00:00Z' } }]
  ])('on the same image, %s that comes late is such a change too', (_, shown) => {
    const task = taskOf({ force: true });
    const onIt = { imageId: 'm-new' };
    const played = playRebuild(task, stretches([200_000, onIt], [always, { ...onIt, ...shown }]));
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.observedMs.at(-1)).toBeGreaterThanOrEqual(1_200_000);
  });

  test.each([
    ['no longer told', '2026-01-01T00:00:00Z', ''],
    ['told only later', '', '2026-01-01T00:00:00Z']
  ])('on the same image, a date of the disk that is %s is no change', (_, first, later) => {
    const shown = (createTime: string): Shown => ({ imageId: 'm-new', disk: { createTime } });
    for (const wait of [true, false]) {
      const task = taskOf({ force: true, wait });
      const played = playRebuild(task, stretches([200_000, shown(first)], [always, shown(later)]));
      expect(reasonOf(played)).toBe('unproven');
      expect(diskStateOf(played.rebuild)).toBe('unknown');
    }
  });

  test('on the same image, a status that leaves and comes back is the proof', () => {
    const onIt: Shown = { imageId: 'm-new' };
    const script = stretches([10_000, onIt], [60_000, { ...starting, ...onIt }], [always, onIt]);
    expect(reasonOf(playRebuild(taskOf({ force: true }), script))).toBe('rebuilt');
  });

  test('fewer snapshots prove nothing', () => {
    const script = stretches(
      [50_000, { imageId: 'm-new' }],
      [always, { imageId: 'm-new', disk: { snapshotNum: 0 } }]
    );
    expect(reasonOf(playRebuild(taskOf({ force: true }), script))).toBe('unproven');
  });

  test.each(['Scaling', 'VolumeResizing', 'ChangeVpc'])(
    '%s is an operation of somebody else and proves nothing',
    (status) => {
      const onIt: Shown = { imageId: 'm-new' };
      const script = stretches([10_000, onIt], [60_000, { ...onIt, status }], [always, onIt]);
      expect(reasonOf(playRebuild(taskOf({ force: true }), script))).toBe('unproven');
    }
  );

  test('an unknown status is waited out', () => {
    expect(
      reasonOf(
        playRebuild(taskOf(), stretches([9_000, {}], [90_000, { status: 'Rebuilding' }], [always, done]))
      )
    ).toBe('rebuilt');
  });

  test('a disk that is not settled delays the end', () => {
    const unsettled: Shown = { ...done, disk: { id: 'v-new', status: 'Creating' } };
    const played = playRebuild(
      taskOf(),
      stretches([9_000, {}], [60_000, starting], [120_000, unsettled], [always, done])
    );
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.observedMs.at(-1)).toBeGreaterThanOrEqual(120_000);
    expect(
      reasonOf(playRebuild(taskOf(), stretches([9_000, {}], [60_000, starting], [always, unsettled])))
    ).toBe('timedOut');
  });

  test('without a system disk in the API none is waited for; one that disappears is not settled', () => {
    const none = (shown: Shown): Shown => ({ ...shown, disk: null });
    expect(
      reasonOf(
        playRebuild(taskOf(), stretches([9_000, none({})], [60_000, none(starting)], [always, none(done)]))
      )
    ).toBe('rebuilt');
    expect(
      reasonOf(playRebuild(taskOf(), stretches([9_000, {}], [60_000, starting], [always, none(done)])))
    ).toBe('timedOut');
  });

  test('with wait: false the start is the end', () => {
    const played = playRebuild(taskOf({ wait: false }), plain);
    expect(reasonOf(played)).toBe('started');
    expect(played.observedMs.at(-1)).toBeLessThan(20_000);
  });
});

describe('bad ends', () => {
  test.each(['Error', 'Expired', 'Deleted', 'Recycled'])(
    '%s ends the wait, once two observations show it',
    (status) => {
      const played = playRebuild(taskOf(), stretches([9_000, {}], [60_000, starting], [always, { status }]));
      expect(played.rebuild.ending).toEqual({ kind: 'failed', reason: { kind: 'status', status } });
      expect(played.observedMs.at(-1)).toBeLessThan(66_000);
    }
  );

  test('another image is named', () => {
    const played = playRebuild(
      taskOf(),
      stretches([9_000, {}], [60_000, starting], [always, { imageId: 'm-other' }])
    );
    expect(played.rebuild.ending).toMatchObject({ reason: { kind: 'wrongImage', imageId: 'm-other' } });
  });

  test('another image without a change of status ends it only at timeout: the work may still follow', () => {
    const played = playRebuild(taskOf(), stretches([3_000, {}], [always, { imageId: 'm-other' }]));
    expect(played.rebuild.ending).toMatchObject({ reason: { kind: 'wrongImage', imageId: 'm-other' } });
    expect(played.observedMs.at(-1)).toBeGreaterThanOrEqual(1_200_000);
  });

  test('a return on the old image proves nothing', () => {
    const played = playRebuild(taskOf(), stretches([9_000, {}], [60_000, starting], [always, {}]));
    expect(reasonOf(played)).toBe('unproven');
    expect(played.observedMs.at(-1)).toBeGreaterThanOrEqual(180_000);
  });

  test('stuck: at the deadline a last observation, and the status is reported', () => {
    const played = playRebuild(taskOf(), stretches([9_000, {}], [always, starting]));
    expect(played.rebuild.ending).toMatchObject({ reason: { kind: 'timedOut', status: 'Starting' } });
    expect(played.observedMs.at(-1)).toBe(1_200_000);
  });

  test('one that is Running at the last observation is still confirmed', () => {
    const played = playRebuild(taskOf(), stretches([9_000, {}], [1_199_999, starting], [always, done]));
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.observedMs.slice(-2)).toEqual([1_200_000, 1_201_000]);
  });

  test('nothing ever seen', () => {
    const played = playRebuild(taskOf(), { show: () => ({}) });
    expect(reasonOf(played)).toBe('unproven');
    expect(played.observedMs.at(-1)).toBe(1_200_000);
  });

  test('access withdrawn in mid-wait ends it, a broken read does not', () => {
    const denied = (atMs: number): RebuildEvent | undefined =>
      atMs > 30_000 ? { type: 'observeFailed', atMs, failure: failureOf('denied') } : undefined;
    const played = playRebuild(taskOf(), { ...plain, observe: denied });
    expect(played.rebuild.ending).toMatchObject({ reason: { kind: 'call', failure: { kind: 'denied' } } });
    expect(diskStateOf(played.rebuild)).toBe('erased');
    const broken = (atMs: number): RebuildEvent | undefined =>
      atMs > 20_000 && atMs < 50_000
        ? { type: 'observeFailed', atMs, failure: failureOf('transient') }
        : undefined;
    expect(reasonOf(playRebuild(taskOf(), { ...plain, observe: broken }))).toBe('rebuilt');
    const forever = (atMs: number): RebuildEvent | undefined =>
      atMs > 20_000 ? { type: 'observeFailed', atMs, failure: failureOf('transient') } : undefined;
    expect(reasonOf(playRebuild(taskOf(), { ...plain, observe: forever }))).toBe('call');
  });

  test('reads that are refused as skewed for a minute end it: a session has ended', () => {
    const skewed =
      (from: number, to: number) =>
      (atMs: number): RebuildEvent | undefined =>
        atMs >= from && atMs < to ? { type: 'observeFailed', atMs, failure: failureOf('skewed') } : undefined;
    expect(reasonOf(playRebuild(taskOf(), { ...plain, observe: skewed(20_000, 70_000) }))).toBe('rebuilt');
    for (const from of [0, 20_000]) {
      const played = playRebuild(taskOf(), { ...plain, observe: skewed(from, always) });
      expect(played.rebuild.ending).toMatchObject({ reason: { kind: 'call', failure: { kind: 'skewed' } } });
      expect(played.observedMs.at(-1)).toBeGreaterThanOrEqual(from + 55_000);
      expect(played.observedMs.at(-1)).toBeLessThan(from + 70_000);
    }
    // An outage that ends in one such answer is none.
    const outage = (atMs: number): RebuildEvent | undefined =>
      atMs >= 20_000 && atMs < 120_000
        ? { type: 'observeFailed', atMs, failure: failureOf(atMs < 115_000 ? 'transient' : 'skewed') }
        : undefined;
    expect(reasonOf(playRebuild(taskOf(), { ...plain, observe: outage }))).toBe('rebuilt');
  });

  test('one 404 may be the lag of a replica, two in a row mean that the instance is gone', () => {
    const missing =
      (from: number, to: number) =>
      (atMs: number): RebuildEvent | undefined =>
        atMs >= from && atMs < to
          ? { type: 'observeFailed', atMs, failure: failureOf('notFound') }
          : undefined;
    expect(reasonOf(playRebuild(taskOf(), { ...plain, observe: missing(20_000, 24_500) }))).toBe('rebuilt');
    expect(reasonOf(playRebuild(taskOf(), { ...plain, observe: missing(20_000, always) }))).toBe('gone');
  });
});

describe('sending', () => {
  const lost = (atMs: number): RebuildEvent => ({
    type: 'sendFailed',
    atMs,
    failure: failureOf('ambiguous')
  });
  const accepted = (atMs: number): RebuildEvent => ({ type: 'accepted', atMs, requestId: 'r-9' });

  test('after a lost answer it is observed, and evidence means that the rebuild was accepted', () => {
    const played = playRebuild(taskOf(), { ...plain, send: lost });
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.sends).toHaveLength(1);
  });

  test('it is sent once more only after a quarter of timeout without any change', () => {
    const script = stretches([400_000, {}], [460_000, starting], [always, done]);
    const played = playRebuild(taskOf(), {
      ...script,
      send: (atMs, count) => (count === 1 ? lost(atMs) : accepted(atMs))
    });
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.sends).toHaveLength(2);
    expect(played.sends[1]).toBeGreaterThanOrEqual(300_000);
    const short = playRebuild(taskOf({ timeoutMs: 60_000 }), { ...stretches([always, {}]), send: lost });
    expect(short.sends[1]).toBeGreaterThanOrEqual(60_000);
    expect(short.sends).toHaveLength(2);
  });

  test('never a third time', () => {
    const played = playRebuild(taskOf(), { show: () => ({}), send: lost });
    expect(played.sends).toHaveLength(2);
    expect(reasonOf(played)).toBe('unproven');
    expect(diskStateOf(played.rebuild)).toBe('unknown');
  });

  test('and not at all if anything changed, because it may have been the rebuild', () => {
    const onIt: Shown = { imageId: 'm-new' };
    const script = stretches(
      [10_000, onIt],
      [60_000, { ...onIt, status: 'ImageProcessing' }],
      [always, onIt]
    );
    const played = playRebuild(taskOf({ force: true }), { ...script, send: lost });
    expect(played.sends).toHaveLength(1);
    expect(reasonOf(played)).toBe('unproven');
  });

  test('a disk that was not in use meanwhile is a sign of a rebuild, so that nothing is sent once more', () => {
    const onImage = { imageId: 'm-new' };
    const script = stretches(
      [60_000, onImage],
      [120_000, { ...onImage, disk: { status: 'Creating' } }],
      [Number.POSITIVE_INFINITY, onImage]
    );
    const played = playRebuild(taskOf({ force: true }), { ...script, send: lost });
    expect(played.sends).toHaveLength(1);
    expect(played.rebuild.ending).toMatchObject({ kind: 'failed', reason: { kind: 'unproven' } });
  });

  test('a refusal after a lost answer does not end the observing', () => {
    const script = stretches([400_000, {}], [460_000, starting], [always, done]);
    const refused = (atMs: number): RebuildEvent => ({
      type: 'sendFailed',
      atMs,
      failure: failureOf('invalid')
    });
    const played = playRebuild(taskOf(), {
      ...script,
      send: (atMs, count) => (count === 1 ? lost(atMs) : refused(atMs))
    });
    expect(reasonOf(played)).toBe('rebuilt');
  });

  test.each(['invalid', 'denied', 'unreached', 'notFound', 'skewed'] as const)(
    'a plain refusal (%s) ends it with the disk untouched',
    (kind) => {
      const played = playRebuild(taskOf(), {
        show: () => ({}),
        send: (atMs) => ({ type: 'sendFailed', atMs, failure: failureOf(kind) })
      });
      expect(reasonOf(played)).toBe('call');
      expect(diskStateOf(played.rebuild)).toBe('untouched');
      expect(played.sends).toHaveLength(1);
    }
  );

  test('a conflict means somebody else is at work: wait until stable, then decide again, three times at most', () => {
    const conflict = (atMs: number): RebuildEvent => ({
      type: 'sendFailed',
      atMs,
      failure: failureOf('conflict')
    });
    const played = playRebuild(taskOf(), { show: () => ({}), send: conflict });
    expect(reasonOf(played)).toBe('call');
    expect(played.sends).toHaveLength(4);
    expect((played.sends[1] ?? 0) - (played.sends[0] ?? 0)).toBeGreaterThanOrEqual(120_000);
    const theirs = playRebuild(taskOf(), { ...plain, send: conflict });
    expect(reasonOf(theirs)).toBe('rebuilt');
    expect(theirs.rebuild.adopted).toBe(true);
    expect(theirs.sends).toHaveLength(1);
  });
});

describe('a send that is throttled', () => {
  const throttled = (atMs: number): RebuildEvent => ({
    type: 'sendFailed',
    atMs,
    failure: failureOf('throttled')
  });
  const lost = (atMs: number): RebuildEvent => ({
    type: 'sendFailed',
    atMs,
    failure: failureOf('ambiguous')
  });
  const accepted = (atMs: number): RebuildEvent => ({ type: 'accepted', atMs, requestId: 'r-9' });

  test('is preceded by an observation whenever it goes out again', () => {
    const script = stretches([100_000, {}], [160_000, starting], [always, done]);
    const played = playRebuild(taskOf(), {
      ...script,
      send: (atMs, count) => (count < 4 ? throttled(atMs) : accepted(atMs))
    });
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.commands.map(({ type }) => type).slice(0, 8)).toEqual(
      Array.from({ length: 4 }, () => ['observe', 'send']).flat()
    );
    expect(played.commands.slice(0, 8).every((one) => one.type !== 'observe' || one.withDisk)).toBe(true);
    expect(played.rebuild.phases.map(({ phase }) => phase).slice(0, 5)).toEqual([
      'settling',
      'sending',
      'settling',
      'sending',
      'settling'
    ]);
    expect(played.rebuild.sends).toBe(1);
  });

  test('is sent until the deadline, and then fails with the disk untouched', () => {
    const played = playRebuild(taskOf(), { show: () => ({}), send: throttled });
    expect(played.rebuild.ending).toMatchObject({ reason: { kind: 'call', failure: { kind: 'throttled' } } });
    expect(played.sends.at(-1)).toBe(1_200_000);
    expect(diskStateOf(played.rebuild)).toBe('untouched');
  });

  test('is not sent again if the observation shows somebody else at work', () => {
    const played = playRebuild(taskOf(), { ...plain, send: throttled });
    expect(played.rebuild.adopted).toBe(true);
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.sends.every((atMs) => atMs < 10_000)).toBe(true);
    const skipped = playRebuild(taskOf(), { show: (atMs) => (atMs === 0 ? {} : done), send: throttled });
    expect(reasonOf(skipped)).toBe('skipped');
    expect(skipped.sends).toEqual([0]);
  });

  test('after a lost answer is searched for as before, and then sent again', () => {
    const played = playRebuild(taskOf(), {
      ...stretches([800_000, {}], [860_000, starting], [always, done]),
      send: (atMs, count) => (count === 1 ? lost(atMs) : count === 2 ? throttled(atMs) : accepted(atMs))
    });
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.sends).toHaveLength(3);
    const [first = 0, second = 0, third = 0] = played.sends;
    expect(second - first).toBeGreaterThanOrEqual(300_000);
    expect(third - second).toBeGreaterThanOrEqual(300_000);
    expect(played.rebuild.phases.map(({ phase }) => phase)).toEqual([
      'settling',
      'sending',
      'searching',
      'sending',
      'searching',
      'sending',
      'confirming',
      'rebuilding',
      'ended'
    ]);
  });

  test('after a lost answer and until the end: unproven, and the disk is unknown', () => {
    const played = playRebuild(taskOf(), {
      show: () => ({}),
      send: (atMs, count) => (count === 1 ? lost(atMs) : throttled(atMs))
    });
    expect(reasonOf(played)).toBe('unproven');
    expect(diskStateOf(played.rebuild)).toBe('unknown');
  });
});

describe('a call for several that was refused', () => {
  const together =
    (kind: FailureKind = 'conflict') =>
    (atMs: number): RebuildEvent => ({
      type: 'refusedTogether',
      atMs,
      failure: failureOf(kind, { operation: 'RebuildBatchInstance', requestId: 'r-batch' })
    });
  const alone =
    (kind: FailureKind) =>
    (atMs: number): RebuildEvent => ({ type: 'sendFailed', atMs, failure: failureOf(kind) });
  const first =
    (then: (atMs: number) => RebuildEvent, kind?: FailureKind) =>
    (atMs: number, count: number): RebuildEvent =>
      count === 1 ? together(kind)(atMs) : then(atMs);
  const accepted = (atMs: number): RebuildEvent => ({ type: 'accepted', atMs, requestId: 'r-9' });

  test('leaves it in doubt: nothing counts as sent until it is observed', () => {
    const [rebuild] = begin(taskOf(), 0, plannedOf());
    const [sending] = step(rebuild, { type: 'observed', observation: observationOf(0, {}, true, true) });
    const [doubting, command] = step(sending, together()(1));
    expect(doubting).toMatchObject({
      phase: 'searching',
      inDoubt: true,
      sends: 0,
      requestIds: ['r-batch'],
      lastFailure: { kind: 'conflict', operation: 'RebuildBatchInstance' }
    });
    expect(command).toMatchObject({ type: 'observe', withDisk: true });
    expect(diskStateOf(doubting)).toBe('unknown');
    expect(narrate(sending, doubting, 0).join()).toContain(
      'a call for several was refused; checking whether it was carried out for this one'
    );
  });

  test.each(['conflict', 'notFound', 'invalid'] as const)(
    'as %s, and nothing changed: it is sent alone after a quarter of timeout',
    (kind) => {
      const script = stretches([400_000, {}], [460_000, starting], [always, done]);
      const played = playRebuild(taskOf(), { ...script, send: first(accepted, kind) });
      expect(reasonOf(played)).toBe('rebuilt');
      expect(played.sends).toHaveLength(2);
      expect(played.sends[1]).toBeGreaterThanOrEqual(300_000);
      expect(played.rebuild).toMatchObject({
        inDoubt: false,
        sends: 1,
        acceptedAtMs: expect.any(Number),
        adopted: false
      });
    }
  );

  test('and it was carried out for this one: it is waited for, and counts as sent', () => {
    const played = playRebuild(taskOf(), { ...plain, send: first(accepted) });
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.sends).toEqual([0]);
    expect(played.rebuild).toMatchObject({ inDoubt: false, sends: 1, adopted: false });
    expect(diskStateOf(played.rebuild)).toBe('erased');
  });

  test.each(['invalid', 'denied', 'unreached', 'notFound', 'skewed'] as const)(
    'and then alone too (%s): the refusal of the single call counts',
    (kind) => {
      const played = playRebuild(taskOf(), { show: () => ({}), send: first(alone(kind)) });
      expect(played.rebuild.ending).toMatchObject({
        reason: { kind: 'call', failure: { kind, operation: 'RebuildInstance' } }
      });
      expect(played.sends).toHaveLength(2);
      expect(played.rebuild).toMatchObject({ inDoubt: false, sends: 0 });
      expect(diskStateOf(played.rebuild)).toBe('untouched');
      expect(played.observedMs.at(-1)).toBeLessThan(310_000);
    }
  );

  test('and then alone by a conflict, as if it had been accepted: it is searched for, and in doubt again', () => {
    const script = stretches([310_000, {}], [360_000, starting], [always, done]);
    const played = playRebuild(taskOf(), { ...script, send: first(alone('conflict')) });
    expect(played.rebuild.inDoubt).toBe(false);
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.sends).toHaveLength(2);
    const forever = playRebuild(taskOf(), { show: () => ({}), send: first(alone('conflict')) });
    const [, second = 0, third = 0] = forever.sends;
    expect(third - second).toBeGreaterThanOrEqual(300_000);
    expect(forever.rebuild.ending).toMatchObject({ reason: { kind: 'call', failure: { kind: 'conflict' } } });
    expect(diskStateOf(forever.rebuild)).toBe('unknown');
  });

  test('and then alone throttled, and an outage: the search starts again', () => {
    const played = playRebuild(taskOf(), {
      show: () => ({}),
      send: (atMs, count) => (count === 1 ? together() : count === 2 ? alone('throttled') : accepted)(atMs),
      observe: (atMs) =>
        atMs > 303_000 && atMs < 500_000
          ? { type: 'observeFailed', atMs, failure: failureOf('transient') }
          : undefined
    });
    expect(played.sends[1]).toBeLessThan(310_000);
    expect(played.sends[2]).toBeGreaterThanOrEqual(500_000 + 300_000);
  });

  test('and then alone throttled: it is observed again and sent again', () => {
    const played = playRebuild(taskOf(), {
      ...stretches([400_000, {}], [460_000, starting], [always, done]),
      send: (atMs, count) =>
        count === 1 ? together()(atMs) : count < 4 ? alone('throttled')(atMs) : accepted(atMs)
    });
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.sends).toHaveLength(4);
    expect((played.sends[2] ?? 0) - (played.sends[1] ?? 0)).toBeLessThan(10_000);
  });

  test('and then alone with its answer lost: it is searched for, and sent once more', () => {
    const played = playRebuild(taskOf(), { show: () => ({}), send: first(alone('ambiguous')) });
    expect(played.sends).toHaveLength(3);
    expect(reasonOf(played)).toBe('unproven');
    expect(diskStateOf(played.rebuild)).toBe('unknown');
  });

  test('and something changed: it is never sent again, because it may have been the rebuild', () => {
    const onIt: Shown = { imageId: 'm-new' };
    const script = stretches(
      [10_000, onIt],
      [60_000, { ...onIt, status: 'ImageProcessing' }],
      [always, onIt]
    );
    const played = playRebuild(taskOf({ force: true }), { ...script, send: first(accepted) });
    expect(played.sends).toHaveLength(1);
    expect(reasonOf(played)).toBe('unproven');
    expect(diskStateOf(played.rebuild)).toBe('unknown');
  });

  test.each(['Expired', 'Deleted', 'Recycled'])('and it became %s: that is the end', (status) => {
    const played = playRebuild(taskOf(), {
      ...stretches([9_000, {}], [always, { status }]),
      send: first(accepted)
    });
    expect(played.rebuild.ending).toMatchObject({ reason: { kind: 'status', status } });
    expect(played.sends).toHaveLength(1);
  });

  test('and it disappeared: gone, and its disk is unknown', () => {
    const played = playRebuild(taskOf(), {
      show: () => ({}),
      observe: (atMs) =>
        atMs > 0 ? { type: 'observeFailed', atMs, failure: failureOf('notFound') } : undefined,
      send: first(accepted)
    });
    expect(reasonOf(played)).toBe('gone');
    expect(diskStateOf(played.rebuild)).toBe('unknown');
  });

  test('and a cancel while it is in doubt: the disk is unknown; after it was sent alone, as usual', () => {
    const [rebuild] = begin(taskOf(), 0, plannedOf());
    const [sending] = step(rebuild, { type: 'observed', observation: observationOf(0, {}, true, true) });
    const [doubting] = step(sending, together()(1));
    expect(diskStateOf(step(doubting, { type: 'cancelled', atMs: 2 })[0])).toBe('unknown');
    const [looked] = step(doubting, { type: 'observed', observation: observationOf(1_000, {}, true) });
    expect(diskStateOf(step(looked, { type: 'cancelled', atMs: 2_000 })[0])).toBe('unknown');
    let [again, command] = step(looked, {
      type: 'observed',
      observation: observationOf(6_000, {}, true, true)
    });
    for (let atMs = 11_000; atMs <= 301_000; atMs += 5_000) {
      expect(command.type).toBe('observe');
      [again, command] = step(again, { type: 'observed', observation: observationOf(atMs, {}, true, true) });
    }
    expect(command).toEqual({ type: 'send' });
    expect(again).toMatchObject({ inDoubt: false, sends: 0 });
    expect(narrate(looked, again, 0).join()).toContain('nothing has started: sending once more');
    expect(diskStateOf(step(again, { type: 'cancelled', atMs: 302_000 })[0])).toBe('untouched');
    const started = observationOf(20_000, starting, true);
    const [seen] = step(doubting, { type: 'observed', observation: started });
    expect(diskStateOf(step(seen, { type: 'cancelled', atMs: 21_000 })[0])).toBe('erased');
  });
});

describe('before sending', () => {
  test('on the image: skipped, after one observation', () => {
    const played = playRebuild(taskOf(), { show: () => done });
    expect(reasonOf(played)).toBe('skipped');
    expect(played.observedMs).toEqual([0]);
    expect(diskStateOf(played.rebuild)).toBe('untouched');
  });

  test('a change under way is waited for; ended on the image, nothing is sent', () => {
    const flips = playRebuild(taskOf(), stretches([30_000, starting], [always, done]));
    expect(reasonOf(flips)).toBe('rebuilt');
    expect(flips.sends).toEqual([]);
    const onIt = playRebuild(
      taskOf(),
      stretches([30_000, { ...starting, imageId: 'm-new' }], [always, { imageId: 'm-new' }])
    );
    expect(reasonOf(onIt)).toBe('skipped');
    expect(onIt.sends).toEqual([]);
  });

  test('with force the end cannot always be recognised, and then nothing is erased', () => {
    const script = stretches([30_000, { ...starting, imageId: 'm-new' }], [always, { imageId: 'm-new' }]);
    const played = playRebuild(taskOf({ force: true }), script);
    expect(reasonOf(played)).toBe('unclear');
    expect(played.sends).toEqual([]);
    const replaced = stretches([30_000, { ...starting, imageId: 'm-new' }], [always, done]);
    expect(reasonOf(playRebuild(taskOf({ force: true }), replaced))).toBe('rebuilt');
  });

  test('ended on another image, it must be stable for a tenth of timeout before it is erased', () => {
    const played = playRebuild(taskOf(), {
      show: (atMs) => (atMs < 30_000 ? starting : atMs < 200_000 ? {} : atMs < 250_000 ? starting : done)
    });
    expect(played.sends[0]).toBeGreaterThanOrEqual(150_000);
    expect(reasonOf(played)).toBe('rebuilt');
  });

  test('with force, an operation that is no rebuild is waited out, and then it is rebuilt', () => {
    const onIt: Shown = { imageId: 'm-new' };
    const played = playRebuild(taskOf({ force: true }), {
      show: (atMs) =>
        atMs < 30_000
          ? { ...onIt, status: 'VolumeResizing' }
          : atMs < 300_000
            ? onIt
            : atMs < 350_000
              ? { ...onIt, status: 'Starting' }
              : onIt
    });
    expect(played.sends).toHaveLength(1);
    expect(played.sends[0]).toBeGreaterThanOrEqual(150_000);
    expect(reasonOf(played)).toBe('rebuilt');
  });

  test('a change that does not end is busy', () => {
    expect(playRebuild(taskOf(), { show: () => starting }).rebuild.ending).toMatchObject({
      reason: { kind: 'busy', status: 'Starting' }
    });
  });

  test('gone, protected, unusable image', () => {
    expect(playRebuild(taskOf(), { show: () => ({ status: 'Expired' }) }).rebuild.ending).toMatchObject({
      reason: { kind: 'refused', refusals: [{ reason: 'its status is Expired' }] }
    });
    const goneLater = playRebuild(taskOf(), stretches([30_000, starting], [always, { status: 'Recycled' }]));
    expect(reasonOf(goneLater)).toBe('refused');
  });

  test.each(['transient', 'throttled', 'unreached', 'malformed'] as const)(
    'a first observation that fails (%s) is repeated, until the deadline',
    (kind) => {
      const failing =
        (untilMs: number) =>
        (atMs: number): RebuildEvent | undefined =>
          atMs < untilMs ? { type: 'observeFailed', atMs, failure: failureOf(kind) } : undefined;
      const script = stretches([100_000, {}], [160_000, starting], [always, done]);
      const played = playRebuild(taskOf(), { ...script, observe: failing(60_000) });
      expect(reasonOf(played)).toBe('rebuilt');
      expect(played.sends[0]).toBeGreaterThanOrEqual(60_000);
      const forever = playRebuild(taskOf(), { show: () => ({}), observe: failing(always) });
      expect(forever.rebuild.ending).toMatchObject({ reason: { kind: 'call', failure: { kind } } });
      expect(forever.observedMs.at(-1)).toBe(1_200_000);
      expect(forever.sends).toEqual([]);
      expect(diskStateOf(forever.rebuild)).toBe('untouched');
    }
  );

  test.each(['denied', 'invalid', 'conflict', 'notFound'] as const)(
    'a first observation that is refused (%s) ends it at once',
    (kind) => {
      const script: Script = {
        show: () => ({}),
        observe: (atMs) => ({ type: 'observeFailed', atMs, failure: failureOf(kind) })
      };
      const played = playRebuild(taskOf(), script, null);
      expect(played.rebuild.ending).toMatchObject({ reason: { kind: 'call', failure: { kind } } });
      expect(played.observedMs).toEqual([0]);
    }
  );

  test('a broken instance is rebuilt, whatever its image, and its stale Error is not the end', () => {
    const broken: Shown = { status: 'Error' };
    const played = playRebuild(taskOf(), stretches([100_000, broken], [160_000, starting], [always, done]));
    expect(reasonOf(played)).toBe('rebuilt');
    const same: Shown = { status: 'Error', imageId: 'm-new' };
    expect(
      playRebuild(taskOf(), stretches([50_000, same], [99_000, starting], [always, done])).sends
    ).toHaveLength(1);
  });
});

describe('stopped instances', () => {
  const stopped: Shown = { status: 'Stopped' };
  const stoppedOnIt: Shown = { status: 'Stopped', imageId: 'm-new', disk: { id: 'v-new' } };

  test('must be stable for a quarter of timeout before they are erased; one that ends Stopped is started and must become Running', () => {
    const played = playRebuild(taskOf(), {
      show: (atMs) =>
        atMs < 310_000
          ? stopped
          : atMs < 400_000
            ? { ...stopped, status: 'ImageProcessing' }
            : atMs < 720_000
              ? stoppedOnIt
              : done
    });
    expect(played.sends[0]).toBeGreaterThanOrEqual(295_000);
    expect(played.starts).toHaveLength(1);
    expect(played.starts[0]).toBeGreaterThanOrEqual(700_000);
    expect(reasonOf(played)).toBe('rebuilt');
  });

  test('Stopped during the rebuild of a running one is not the end', () => {
    const played = playRebuild(
      taskOf(),
      stretches(
        [9_000, {}],
        [200_000, stoppedOnIt],
        [260_000, { ...starting, imageId: 'm-new' }],
        [always, done]
      )
    );
    expect(played.starts).toEqual([]);
    expect(reasonOf(played)).toBe('rebuilt');
  });

  test('on the image already: started, nothing erased', () => {
    const played = playRebuild(
      taskOf(),
      stretches([310_000, stoppedOnIt], [330_000, { ...stoppedOnIt, status: 'Starting' }], [always, done])
    );
    expect(played.starts).toHaveLength(1);
    expect(played.sends).toEqual([]);
    expect(reasonOf(played)).toBe('skipped');
  });

  test('a start that the service refuses for now is asked for again; one that is denied ends it', () => {
    const again = playRebuild(taskOf(), {
      show: (atMs) => (atMs < 560_000 ? stoppedOnIt : done),
      start: (atMs) =>
        atMs < 400_000
          ? { type: 'startFailed', atMs, failure: failureOf('conflict') }
          : { type: 'startAccepted', atMs, requestId: '' }
    });
    expect(again.starts.length).toBeGreaterThan(1);
    expect(reasonOf(again)).toBe('skipped');
    const throttled = playRebuild(taskOf(), {
      show: (atMs) => (atMs < 560_000 ? stoppedOnIt : done),
      start: (atMs) =>
        atMs < 400_000
          ? { type: 'startFailed', atMs, failure: failureOf('throttled') }
          : { type: 'startAccepted', atMs, requestId: '' }
    });
    expect(throttled.starts.length).toBeGreaterThan(1);
    expect(reasonOf(throttled)).toBe('skipped');
    const denied = playRebuild(taskOf(), {
      show: () => stoppedOnIt,
      start: (atMs) => ({ type: 'startFailed', atMs, failure: failureOf('denied') })
    });
    expect(reasonOf(denied)).toBe('call');
  });

  test('one that never becomes Running times out; another image is named; a broken one ends it', () => {
    const from = (shown: Shown) => playRebuild(taskOf(), stretches([310_000, stoppedOnIt], [always, shown]));
    expect(reasonOf(from(stoppedOnIt))).toBe('timedOut');
    expect(reasonOf(from({ imageId: 'm-other' }))).toBe('wrongImage');
    expect(reasonOf(from({ status: 'Error', imageId: 'm-new' }))).toBe('status');
  });
});

describe('the schedule', () => {
  test('observations come on a steady beat from the answer on, and early ones at least every 5 s', () => {
    const played = playRebuild(
      taskOf({ pollIntervalMs: 30_000 }),
      stretches([60_000, {}], [600_000, { status: 'Rebuilding' }], [always, done])
    );
    const gaps = played.observedMs.slice(1).map((at, index) => at - (played.observedMs[index] ?? 0));
    const early = gaps.slice(0, 10);
    expect(new Set(early.map(Math.round))).toEqual(new Set([4_800]));
    // A second less than the interval, for the second observation of the proof.
    expect(new Set(gaps.slice(13, -2).map(Math.round))).toEqual(new Set([27_840]));
  });

  test('a slow answer skips an observation and does not bunch the next ones', () => {
    const [rebuild] = begin(taskOf(), 0, plannedOf());
    const [waiting] = step(
      step(rebuild, { type: 'observed', observation: observationOf(0, {}, true, true) })[0],
      {
        type: 'accepted',
        atMs: 0,
        requestId: 'r'
      }
    );
    const [, command] = step(waiting, { type: 'observed', observation: observationOf(40_000, {}, false) });
    expect(command).toMatchObject({ type: 'observe', dueMs: 44_800 });
  });
});

describe('cancel', () => {
  test('before the send the disk is untouched, after it erasing, during it unknown', () => {
    const [rebuild] = begin(taskOf(), 0, plannedOf());
    const [looked] = step(rebuild, { type: 'observed', observation: observationOf(0, {}, true, true) });
    const [accepted] = step(looked, { type: 'accepted', atMs: 1, requestId: 'r' });
    const cancelled = (from: typeof rebuild, event: RebuildEvent) => step(from, event)[0];
    expect(diskStateOf(cancelled(looked, { type: 'cancelled', atMs: 2 }))).toBe('untouched');
    expect(diskStateOf(cancelled(accepted, { type: 'cancelled', atMs: 2 }))).toBe('erased');
    const out = cancelled(looked, { type: 'cancelled', atMs: 2, failure: failureOf('ambiguous') });
    expect(diskStateOf(out)).toBe('unknown');
    expect(step(out, { type: 'cancelled', atMs: 3 })).toEqual([out, { type: 'end' }]);
  });
});

describe('a change that was under way when the plan was made and over at the first observation after it', () => {
  const starting = plannedOf({ status: 'Starting', imageId: 'm-new' });
  const running: Shown = { imageId: 'm-new' };

  test('with force: whether it was the rebuild cannot be told, so nothing is erased', () => {
    const played = playRebuild(taskOf({ force: true }), stretches([always, running]), starting);
    expect(reasonOf(played)).toBe('unclear');
    expect(played.sends).toEqual([]);
  });

  test('without force it is waited for until no replica can be behind, and nothing is erased', () => {
    const played = playRebuild(taskOf(), stretches([always, running]), starting);
    expect(played.rebuild).toMatchObject({ adopted: true, ending: { kind: 'skipped' } });
    expect(played.sends).toEqual([]);
  });

  test('that began on the old image and ended on the wanted one was the rebuild', () => {
    const old = plannedOf({ status: 'Stopping' });
    const played = playRebuild(taskOf(), stretches([always, running]), old);
    expect(played.rebuild).toMatchObject({ adopted: true, ending: { kind: 'rebuilt' } });
  });
});

describe('a rebuild that is withdrawn when it is due to be sent', () => {
  const ready = (): RebuildState => {
    const [rebuild] = begin(taskOf(), 0, plannedOf());
    return step(rebuild, { type: 'observed', observation: observationOf(0, {}, true, true) })[0];
  };

  test('ends untouched, and no phase says that it was sent', () => {
    const [withdrawn, command] = step(ready(), { type: 'withdrawn', atMs: 1 });
    expect(command).toEqual({ type: 'end' });
    expect(withdrawn.ending).toEqual({ kind: 'withdrawn' });
    expect(diskStateOf(withdrawn)).toBe('untouched');
    expect(withdrawn.phases.map(({ phase }) => phase)).toEqual(['settling', 'ended']);
    expect(narrate(ready(), withdrawn, 0).join()).toContain('not sent: the rollout has stopped');
  });

  test('is watched to its end where an answer was lost before', () => {
    const failure = failureOf('ambiguous');
    const [lost] = step(ready(), { type: 'sendFailed', atMs: 1, failure });
    const [watched, command] = step(lost, { type: 'withdrawn', atMs: 300_000 });
    expect(watched).toMatchObject({ phase: 'confirming', sends: 1 });
    expect(command.type).toBe('observe');
    expect(diskStateOf(watched)).toBe('unknown');
  });
});

describe('what an observation asks for', () => {
  const disks = (played: ReturnType<typeof playRebuild>): readonly number[] =>
    played.commands.flatMap((command, index) =>
      command.type === 'observe' && command.withDisk
        ? [played.commands.slice(0, index).filter(({ type }) => type === 'observe').length]
        : []
    );

  test('the disk only first and last, if status and image are enough', () => {
    const played = playRebuild(taskOf(), plain);
    expect(disks(played)).toEqual([0, played.observedMs.length - 1]);
  });

  test('the disk until the status changes, if the image cannot prove it', () => {
    const onIt: Shown = { imageId: 'm-new' };
    const script = stretches([20_000, onIt], [60_000, { ...onIt, ...starting }], [always, onIt]);
    const played = playRebuild(taskOf({ force: true }), script);
    const early = played.observedMs.filter((atMs) => atMs < 20_000).length;
    expect(disks(played)).toEqual([
      ...Array.from({ length: early + 1 }, (_, index) => index),
      played.observedMs.length - 1
    ]);
  });

  test('the disk while an image that changed at once does not prove the end', () => {
    const played = playRebuild(taskOf(), {
      show: (atMs) =>
        atMs === 0
          ? {}
          : atMs < 60_000
            ? { imageId: 'm-new' }
            : atMs < 90_000
              ? { ...starting, imageId: 'm-new' }
              : done
    });
    expect(disks(played).length).toBeGreaterThan(10);
    expect(reasonOf(played)).toBe('rebuilt');
  });
});

describe('more about what a status proves', () => {
  const lost = (atMs: number): RebuildEvent => ({
    type: 'sendFailed',
    atMs,
    failure: failureOf('ambiguous')
  });

  test('an unknown status counts as a change, so the return to Running ends it at once', () => {
    const played = playRebuild(
      taskOf(),
      stretches([9_000, {}], [90_000, { status: 'Rebuilding' }], [always, done])
    );
    expect(played.observedMs.at(-1)).toBeLessThan(100_000);
  });

  test('ImageProcessing counts as one if the image changes, and then it must be stable for a quarter of timeout', () => {
    const script = stretches([9_000, {}], [90_000, { status: 'ImageProcessing' }], [always, done]);
    for (const send of [undefined, lost]) {
      const played = playRebuild(taskOf(), send === undefined ? script : { ...script, send });
      expect(reasonOf(played)).toBe('rebuilt');
      expect(played.observedMs.at(-1)).toBeGreaterThanOrEqual(390_000);
      expect(played.observedMs.at(-1)).toBeLessThan(400_000);
    }
  });

  test('a disk that is not settled is not stable', () => {
    const unsettled: Shown = { imageId: 'm-other', disk: { status: 'Creating' } };
    const script = stretches(
      [9_000, {}],
      [60_000, starting],
      [400_000, unsettled],
      [always, { imageId: 'm-other' }]
    );
    const played = playRebuild(taskOf(), script);
    expect(reasonOf(played)).toBe('wrongImage');
  });

  test('a read that the service refuses for good ends the wait at once', () => {
    for (const kind of ['invalid', 'conflict'] as const) {
      const observe = (atMs: number): RebuildEvent | undefined =>
        atMs > 30_000 ? { type: 'observeFailed', atMs, failure: failureOf(kind) } : undefined;
      const played = playRebuild(taskOf(), { ...plain, observe });
      expect(played.observedMs.at(-1)).toBeLessThan(40_000);
    }
  });
});

describe('more about a change that is found under way', () => {
  test('an unknown first status means somebody is at work', () => {
    const played = playRebuild(taskOf(), stretches([60_000, { status: 'Rebuilding' }], [always, done]));
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.sends).toEqual([]);
    expect(diskStateOf(played.rebuild)).toBe('erased');
  });

  test.each([false, true])('Stopped at first, on another image: it was a rebuild (force: %s)', (force) => {
    const script = stretches(
      [60_000, { status: 'Stopped' }],
      [80_000, { ...done, status: 'Starting' }],
      [always, done]
    );
    const played = playRebuild(taskOf({ force }), script);
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.sends).toEqual([]);
    expect(diskStateOf(played.rebuild)).toBe('erased');
  });

  test('what ends Stopped on the image is started, and nothing is erased', () => {
    const stoppedOnIt: Shown = { ...done, status: 'Stopped' };
    const played = playRebuild(
      taskOf(),
      stretches([60_000, starting], [400_000, stoppedOnIt], [always, done])
    );
    expect(played.starts).toHaveLength(1);
    expect(played.sends).toEqual([]);
    expect(reasonOf(played)).toBe('rebuilt');
  });

  test('what never ends has not been erased by this run', () => {
    expect(diskStateOf(playRebuild(taskOf(), { show: () => starting }).rebuild)).toBe('untouched');
  });
});

describe('a backup', () => {
  const task = taskOf({ backup: true });
  const backedUp = (atMs: number): RebuildEvent => ({ type: 'prepared', atMs: atMs + 90_000 });

  test('is made once, when the instance is stable and about to be erased, and then it is observed again', () => {
    const script = stretches([100_000, {}], [160_000, starting], [always, done]);
    const played = playRebuild(task, { ...script, backup: backedUp });
    expect(played.commands.map(({ type }) => type).slice(0, 4)).toEqual([
      'observe',
      'backup',
      'observe',
      'send'
    ]);
    expect(played.commands.filter(({ type }) => type === 'backup')).toHaveLength(1);
    expect(reasonOf(played)).toBe('rebuilt');
  });

  test('is not made of what is not erased', () => {
    const played = playRebuild(task, { show: () => done });
    expect(played.commands.map(({ type }) => type)).toEqual(['observe']);
  });

  test('that fails ends it with the disk untouched', () => {
    const problem = { cause: 'It broke.', remedy: 'Mend it.' };
    const played = playRebuild(task, {
      show: () => ({}),
      backup: (atMs) => ({ type: 'prepared', atMs, problem })
    });
    expect(played.rebuild.ending).toEqual({ kind: 'failed', reason: { kind: 'backup', problem } });
    expect(diskStateOf(played.rebuild)).toBe('untouched');
    expect(played.sends).toEqual([]);
  });

  test('of a stopped instance does not require a second stable time', () => {
    const stopped: Shown = { status: 'Stopped' };
    const played = playRebuild(task, {
      ...stretches([420_000, stopped], [460_000, starting], [always, done]),
      backup: backedUp
    });
    expect(played.sends[0]).toBeLessThan(400_000);
    expect(reasonOf(played)).toBe('rebuilt');
  });
});
