import { describe, expect, test } from '@jest/globals';
import { CallError, CancelledError, type FailureKind } from '../../../src/core/model/failure.ts';
import { type Read, readDisks, readInstances } from '../../../src/deploy/calls/read-many.ts';
import { onBriefStage } from '../../support/brief.ts';
import {
  bothDemos,
  type CallScript,
  diskOf,
  failureAs,
  maxUnavailable,
  playBcc,
  rejectionOf
} from '../../support/ports.ts';
import { VirtualClock } from '../../support/virtual.ts';

const never = new AbortController().signal;

function idsUpTo(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `i-${index + 1}`);
}

function newScene(script?: CallScript, unknown?: readonly string[]) {
  const clock = new VirtualClock();
  return { clock, ...playBcc(clock, script, unknown) };
}

/** What was read, in a word: the kind of the failure, or the id. */
function wordOf(read: Read<{ readonly id: string } | undefined> | undefined): string {
  return read instanceof CallError ? read.failure.kind : (read?.id ?? 'none');
}

describe('instances', () => {
  test('one is read alone', async () => {
    const { bcc, calls } = newScene();
    const read = await readInstances(['i-1'], bcc, never);
    expect([...read].map(([id, one]) => [id, wordOf(one)])).toEqual([['i-1', 'i-1']]);
    expect(calls.map(({ name }) => name)).toEqual(['getInstance']);
  });

  test.each([
    [0, []],
    [2, [2]],
    [100, [100]],
    [101, [100]],
    [200, [100, 100]],
    [250, [100, 100, 50]]
  ])('%i take lists of %j', async (count, lists) => {
    const { bcc, idsOf } = newScene();
    const ids = idsUpTo(count);
    const read = await readInstances(ids, bcc, never);
    expect(idsOf('listInstances').map((page) => page.length)).toEqual(lists);
    expect(idsOf('getInstance')).toHaveLength(count === 101 ? 1 : 0);
    expect([...read.keys()]).toEqual(ids);
    expect([...read].every(([id, one]) => wordOf(one) === id)).toBe(true);
  });

  test('one that the list does not have is asked for alone, and the others are there', async () => {
    const { bcc, idsOf, calls } = newScene(undefined, ['i-2']);
    const read = await readInstances(idsUpTo(3), bcc, never);
    expect([...read.values()].map(wordOf)).toEqual(['i-1', 'notFound', 'i-3']);
    // In the service's own words.
    expect(read.get('i-2')).toMatchObject({ failure: { target: 'i-2', operation: 'GetInstance' } });
    expect(idsOf('getInstance')).toEqual([['i-2']]);
    expect(calls).toHaveLength(2);
  });

  test('one that is new to the list is found by the single read', async () => {
    const { bcc } = newScene();
    const lagging = {
      ...bcc,
      listInstances: async (ids: readonly string[], signal: AbortSignal) => {
        const all = await bcc.listInstances(ids, signal);
        return new Map([...all].filter(([id]) => id !== 'i-2'));
      }
    };
    const read = await readInstances(idsUpTo(3), lagging, never);
    expect([...read].map(([id, one]) => [id, wordOf(one)])).toEqual(idsUpTo(3).map((id) => [id, id]));
  });

  test('those that the list does not have are read four at a time, and each fails in its own way', async () => {
    let out = 0;
    let most = 0;
    const clock = new VirtualClock();
    const unknown = idsUpTo(9);
    const { bcc } = playBcc(
      clock,
      async ({ name, ids }) => {
        if (name !== 'getInstance') return;
        out += 1;
        most = Math.max(most, out);
        await clock.sleep(100, never);
        out -= 1;
        if (ids.includes('i-3')) throw failureAs('transient');
      },
      unknown
    );
    const read = await readInstances(idsUpTo(12), bcc, never);
    expect([...read.values()].map(wordOf)).toEqual(
      idsUpTo(12).map((id) => (id === 'i-3' ? 'transient' : unknown.includes(id) ? 'notFound' : id))
    );
    expect(most).toBe(4);
  });

  test.each<FailureKind>(['notFound', 'invalid', 'conflict', 'denied'])(
    'a list that is refused as %s, perhaps for one of its ids, is followed by single reads',
    async (kind) => {
      const script: CallScript = ({ name }) => {
        if (name === 'listInstances') throw failureAs(kind);
      };
      const { bcc, idsOf } = newScene(script, ['i-2']);
      const read = await readInstances(idsUpTo(6), bcc, never);
      expect([...read.values()].map(wordOf)).toEqual(['i-1', 'notFound', 'i-3', 'i-4', 'i-5', 'i-6']);
      expect(idsOf('getInstance').flat()).toEqual(idsUpTo(6));
    }
  );

  test('at most four single reads at a time', async () => {
    let out = 0;
    let most = 0;
    const clock = new VirtualClock();
    const { bcc } = playBcc(clock, async ({ name }) => {
      if (name === 'listInstances') throw failureAs('invalid');
      out += 1;
      most = Math.max(most, out);
      await clock.sleep(100, never);
      out -= 1;
    });
    await readInstances(idsUpTo(10), bcc, never);
    expect(most).toBe(4);
  });

  test.each<FailureKind>(['transient', 'throttled', 'unreached', 'malformed', 'skewed'])(
    'a list that fails as %s fails for all of its ids',
    async (kind) => {
      const { bcc, calls } = newScene(() => {
        throw failureAs(kind);
      });
      const read = await readInstances(idsUpTo(3), bcc, never);
      expect([...read.values()].map(wordOf)).toEqual([kind, kind, kind]);
      expect(calls).toHaveLength(1);
    }
  );

  test('a list that fails leaves the other lists alone', async () => {
    const { bcc } = newScene(({ ids }) => {
      if (ids.includes('i-1')) throw failureAs('transient');
    });
    const read = await readInstances(idsUpTo(150), bcc, never);
    const words = [...read.values()].map(wordOf);
    expect(words.filter((word) => word === 'transient')).toHaveLength(100);
    expect(words.at(-1)).toBe('i-150');
  });

  test.each([new TypeError('a bug'), new CancelledError()])(
    'an error other than a failed call is thrown: %s',
    async (error) => {
      const { bcc } = newScene(() => {
        throw error;
      });
      expect(await rejectionOf(readInstances(['i-1'], bcc, never))).toBe(error);
      expect(await rejectionOf(readInstances(idsUpTo(3), bcc, never))).toBe(error);
    }
  );
});

describe('disks', () => {
  test.each([1, 4])('%i are read one by one', async (count) => {
    const { bcc, calls } = newScene();
    const read = await readDisks(idsUpTo(count), bcc, never);
    expect([...read]).toEqual(idsUpTo(count).map((id) => [id, diskOf(id)]));
    expect(calls.map(({ name }) => name)).toEqual(Array.from({ length: count }, () => 'getSystemDisk'));
  });

  test('more are taken from one list of all disks, without those of other instances', async () => {
    const { bcc, calls } = newScene((call) => {
      // The played list has the disks of those that were named in a call.
      if (call.name === 'listSystemDisks') return;
    });
    await readInstances(idsUpTo(5), bcc, never);
    const read = await readDisks(idsUpTo(5), bcc, never);
    expect([...read.keys()]).toEqual(idsUpTo(5));
    expect(calls.map(({ name }) => name)).toEqual(['listInstances', 'listSystemDisks']);
  });

  test('none requested takes no call', async () => {
    const { bcc, calls } = newScene();
    expect(await readDisks([], bcc, never)).toEqual(new Map());
    expect(calls).toEqual([]);
  });

  test('one without a system disk is there, without one', async () => {
    const { bcc } = newScene(undefined, ['i-2']);
    const few = await readDisks(idsUpTo(3), bcc, never);
    expect([...few.values()].map(wordOf)).toEqual(['v-i-1', 'none', 'v-i-3']);
    await readInstances(idsUpTo(6), bcc, never);
    const many = await readDisks(idsUpTo(6), bcc, never);
    expect(many.get('i-2')).toBeUndefined();
    expect(many.has('i-2')).toBe(true);
  });

  test('one of a few that fails leaves the others alone', async () => {
    const { bcc } = newScene(({ ids }) => {
      if (ids.includes('i-2')) throw failureAs('transient');
    });
    const read = await readDisks(idsUpTo(3), bcc, never);
    expect([...read.values()].map(wordOf)).toEqual(['v-i-1', 'transient', 'v-i-3']);
  });

  test('a list that fails fails for all', async () => {
    const { bcc } = newScene(() => {
      throw failureAs('denied');
    });
    const read = await readDisks(idsUpTo(5), bcc, never);
    expect([...read.values()].map(wordOf)).toEqual(Array.from({ length: 5 }, () => 'denied'));
  });

  test('a bug is thrown', async () => {
    const { bcc } = newScene(() => {
      throw new TypeError('a bug');
    });
    expect(await rejectionOf(readDisks(['i-1'], bcc, never))).toBeInstanceOf(TypeError);
    expect(await rejectionOf(readDisks(idsUpTo(5), bcc, never))).toBeInstanceOf(TypeError);
  });
});

test('a policy that permits single reads and no list: all are read one by one', async () => {
  const faults = [
    { on: 'ListInstanceByIds', times: Number.POSITIVE_INFINITY, play: { kind: 'accessDenied' } } as const
  ];
  await onBriefStage({ emulator: { faults } }, async (world) => {
    const report = await world.run({ selection: bothDemos, rollout: maxUnavailable(2) });
    expect(report.status).toBe('rebuilt');
    expect(world.emulator.rebuilds).toHaveLength(2);
  });
});
