import { describe, expect, test } from '@jest/globals';
import { CancelledError } from '../../../src/core/model/failure.ts';
import { type ObserveRequest, Watch } from '../../../src/deploy/rebuild/watch.ts';
import {
  type CallScript,
  countSleepers,
  failureAs,
  kindOf,
  playBcc,
  rejectionOf
} from '../../support/ports.ts';
import { VirtualClock } from '../../support/virtual.ts';

const never = new AbortController().signal;

function newScene(script?: CallScript, unknown?: readonly string[]) {
  const virtual = new VirtualClock();
  const { clock, sleeping } = countSleepers(virtual);
  const played = playBcc(clock, script, unknown);
  const off = new AbortController();
  const watch = new Watch({ bcc: played.bcc, clock, cancel: { signal: off.signal, writes: off.signal } });
  /** An observation that may be made from `earliestMs` on; `urgent`: it must be made then. */
  const observe = (instanceId: string, dueMs: number, more: Partial<ObserveRequest> = {}) =>
    watch.observe({ instanceId, dueMs, earliestMs: dueMs, withDisk: false, fresh: false, ...more });
  const told = () => played.calls.map(({ atMs, name, ids }) => `${atMs} ${name} ${ids.join(' ')}`.trim());
  return { clock: virtual, watch, observe, told, sleeping, abort: () => off.abort(), idsOf: played.idsOf };
}

function idsUpTo(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `i-${index + 1}`);
}

describe('one observation', () => {
  test('is taken at its moment, as a single read', async () => {
    const { observe, told, sleeping } = newScene();
    const observation = await observe('i-1', 5_000);
    expect(observation).toMatchObject({ atMs: 5_000, instance: { id: 'i-1' } });
    expect('disk' in observation).toBe(false);
    expect(told()).toEqual(['5000 getInstance i-1']);
    expect(sleeping()).toBe(0);
  });

  test('with its disk takes two reads side by side', async () => {
    const { observe, told } = newScene();
    const observation = await observe('i-1', 1_000, { withDisk: true });
    expect(observation.disk).toMatchObject({ id: 'v-i-1' });
    expect(told()).toEqual(['1000 getInstance i-1', '1000 getSystemDisk i-1']);
  });

  test('that is overdue is taken at once', async () => {
    const { observe, told, clock } = newScene();
    await clock.sleep(9_000, never);
    await observe('i-1', 1_000);
    expect(told()).toEqual(['9000 getInstance i-1']);
  });

  test('has the time at which it was sent, and the time at which it was answered', async () => {
    const scene: ReturnType<typeof newScene> = newScene(() => scene.clock.sleep(700, never));
    for (const withDisk of [false, true]) {
      const { atMs, answeredAtMs } = await scene.observe('i-1', 1_000, { withDisk });
      expect(answeredAtMs - atMs).toBe(700);
    }
    const several = await Promise.all([scene.observe('i-1', 9_000), scene.observe('i-2', 9_000)]);
    expect(several.map(({ atMs, answeredAtMs }) => [atMs, answeredAtMs])).toEqual([
      [9_000, 9_700],
      [9_000, 9_700]
    ]);
  });

  test('says whether it was made on a fresh connection, which others share', async () => {
    const { observe } = newScene();
    expect((await observe('i-1', 1_000)).isFresh).toBe(false);
    const both = await Promise.all([observe('i-1', 2_000), observe('i-2', 2_000, { fresh: true })]);
    expect(both.map(({ isFresh }) => isFresh)).toEqual([true, true]);
  });
});

describe('observes several', () => {
  test('that are due at one moment are one list', async () => {
    const { observe, told } = newScene();
    const observations = await Promise.all([
      observe('i-1', 5_000),
      observe('i-2', 5_000),
      observe('i-3', 5_000)
    ]);
    expect(observations.map(({ atMs, instance }) => [atMs, instance.id])).toEqual([
      [5_000, 'i-1'],
      [5_000, 'i-2'],
      [5_000, 'i-3']
    ]);
    expect(told()).toEqual(['5000 listInstances i-1 i-2 i-3']);
  });

  test('that are due at different times are taken together from their earliest moment on', async () => {
    const { observe, told } = newScene();
    await Promise.all([
      observe('i-1', 5_000),
      observe('i-2', 8_000, { earliestMs: 4_000 }),
      observe('i-3', 9_000, { earliestMs: 5_000 })
    ]);
    expect(told()).toEqual(['5000 listInstances i-1 i-2 i-3']);
  });

  test('one before its earliest moment waits', async () => {
    const { observe, told } = newScene();
    const [, later] = await Promise.all([
      observe('i-1', 5_000),
      observe('i-2', 8_000, { earliestMs: 5_001 }),
      observe('i-3', 8_500, { earliestMs: 3_000 })
    ]);
    expect(later.atMs).toBe(8_000);
    expect(told()).toEqual(['5000 listInstances i-1 i-3', '8000 getInstance i-2']);
  });

  test('an urgent one that comes later is read earlier, together with those that may', async () => {
    const { observe, told, clock } = newScene();
    const slow = observe('i-1', 60_000, { earliestMs: 10_000 });
    const slower = observe('i-2', 70_000, { earliestMs: 50_000 });
    await clock.sleep(20_000, never);
    await Promise.all([slow, slower, observe('i-3', 20_200)]);
    expect(told()).toEqual(['20200 listInstances i-1 i-3', '70000 getInstance i-2']);
  });

  test('one that is requested during a list does not wait for its answer', async () => {
    const scene: ReturnType<typeof newScene> = newScene(({ ids }) =>
      ids.includes('i-1') ? scene.clock.sleep(10_000, never) : undefined
    );
    const { observe, told, clock } = scene;
    const first = Promise.all([observe('i-1', 1_000), observe('i-2', 1_000)]);
    await clock.sleep(2_000, never);
    expect((await observe('i-3', 3_000)).atMs).toBe(3_000);
    await first;
    expect(told()).toEqual(['1000 listInstances i-1 i-2', '3000 getInstance i-3']);
  });

  test('go on: two with the same interval and different phases share every call', async () => {
    const { observe, idsOf, clock } = newScene();
    const beat = async (id: string, phaseMs: number): Promise<void> => {
      let dueMs = phaseMs;
      for (let count = 0; count < 10; count += 1) {
        await observe(id, dueMs, { earliestMs: dueMs - 4_500 });
        dueMs = clock.nowMs() + 5_000;
      }
    };
    await Promise.all([beat('i-1', 0), beat('i-2', 2_000), beat('i-3', 3_500)]);
    expect(idsOf('listInstances').length + idsOf('getInstance').length).toBeLessThanOrEqual(13);
  });

  test('250 are three lists', async () => {
    const { observe, idsOf } = newScene();
    const ids = idsUpTo(250);
    const observations = await Promise.all(ids.map((id) => observe(id, 1_000)));
    expect(idsOf('listInstances').map((page) => page.length)).toEqual([100, 100, 50]);
    expect(observations.map(({ instance }) => instance.id)).toEqual(ids);
  });
});

describe('what goes wrong with one of several', () => {
  test('an id that is unknown fails alone', async () => {
    const { observe } = newScene(undefined, ['i-2']);
    const [one, two, three] = await Promise.allSettled(idsUpTo(3).map((id) => observe(id, 1_000)));
    expect([one?.status, two?.status, three?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(two).toMatchObject({ reason: { failure: { kind: 'notFound', target: 'i-2' } } });
  });

  test('a list that is refused because of an id is followed by single reads', async () => {
    const script: CallScript = ({ name }) => {
      if (name === 'listInstances') throw failureAs('notFound');
    };
    const { observe, idsOf } = newScene(script, ['i-2']);
    const ended = await Promise.allSettled(idsUpTo(3).map((id) => observe(id, 1_000)));
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(idsOf('getInstance').flat()).toEqual(idsUpTo(3));
  });

  test('a list that fails for good fails for all, and the next reads are tried again', async () => {
    const { observe } = newScene(({ atMs }) => {
      if (atMs < 2_000) throw failureAs('transient');
    });
    const ended = await Promise.allSettled(idsUpTo(3).map((id) => observe(id, 1_000)));
    expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect((await observe('i-1', 2_000)).instance.id).toBe('i-1');
  });

  test('a disk that cannot be read fails only the one whose disk is wanted', async () => {
    const { observe } = newScene(({ name, ids }) => {
      if (name === 'getSystemDisk' && ids.includes('i-2')) throw failureAs('denied');
    });
    const ended = await Promise.allSettled([
      observe('i-1', 1_000, { withDisk: true }),
      observe('i-2', 1_000, { withDisk: true }),
      observe('i-3', 1_000)
    ]);
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('many disks are one list', async () => {
    const script: CallScript = ({ name }) => {
      if (name === 'getInstance') throw new Error('not asked for');
    };
    const { observe, idsOf } = newScene(script);
    const observations = await Promise.all(idsUpTo(6).map((id) => observe(id, 1_000, { withDisk: true })));
    expect(observations.map(({ disk }) => disk?.id)).toEqual(idsUpTo(6).map((id) => `v-${id}`));
    expect(idsOf('listSystemDisks')).toHaveLength(1);
    expect(idsOf('getSystemDisk')).toEqual([]);
  });

  test('no disk is read where none is wanted', async () => {
    const { observe, told } = newScene();
    await Promise.all([observe('i-1', 1_000), observe('i-2', 1_000)]);
    expect(told()).toEqual(['1000 listInstances i-1 i-2']);
  });

  test('a single read that fails rejects that observation', async () => {
    const { observe } = newScene(() => {
      throw failureAs('denied');
    });
    expect(await kindOf(observe('i-1', 1_000))).toBe('denied');
  });

  test('a bug reaches all that were in it', async () => {
    const { observe } = newScene(() => {
      throw new TypeError('a bug');
    });
    const ended = await Promise.all([rejectionOf(observe('i-1', 1_000)), rejectionOf(observe('i-2', 1_000))]);
    expect(ended.every((error) => error instanceof TypeError)).toBe(true);
  });
});

describe('the end', () => {
  test('disposing gives up pending requests, and leaves no timer', async () => {
    const { observe, watch, told, sleeping } = newScene();
    const wanted = Promise.all([rejectionOf(observe('i-1', 5_000)), rejectionOf(observe('i-2', 6_000))]);
    watch.dispose();
    expect((await wanted).every((error) => error instanceof CancelledError)).toBe(true);
    expect(sleeping()).toBe(0);
    expect(told()).toEqual([]);
    expect(await rejectionOf(observe('i-3', 1_000))).toBeInstanceOf(CancelledError);
  });

  test('an abort does the same', async () => {
    const { observe, abort, told, sleeping, clock } = newScene();
    const wanted = rejectionOf(observe('i-1', 5_000));
    await clock.sleep(1_000, never);
    abort();
    expect(await wanted).toBeInstanceOf(CancelledError);
    await clock.sleep(10_000, never);
    expect(sleeping()).toBe(0);
    expect(told()).toEqual([]);
    expect(await rejectionOf(observe('i-2', 1_000))).toBeInstanceOf(CancelledError);
  });

  test('an abort before anything is wanted', async () => {
    const { observe, abort } = newScene();
    abort();
    expect(await rejectionOf(observe('i-1', 5_000))).toBeInstanceOf(CancelledError);
  });

  test('an abort ends the read under way', async () => {
    const scene: ReturnType<typeof newScene> = newScene((_call, signal) => scene.clock.sleep(60_000, signal));
    const { observe, abort, clock } = scene;
    const wanted = Promise.all([rejectionOf(observe('i-1', 1_000)), rejectionOf(observe('i-2', 1_000))]);
    await clock.sleep(2_000, never);
    abort();
    expect((await wanted).every((error) => error instanceof CancelledError)).toBe(true);
    expect(clock.nowMs()).toBe(2_000);
  });

  test('an idle watch has no timer, and disposing it twice does no harm', async () => {
    const { observe, watch, sleeping } = newScene();
    await observe('i-1', 1_000);
    expect(sleeping()).toBe(0);
    watch.dispose();
    watch.dispose();
  });
});
