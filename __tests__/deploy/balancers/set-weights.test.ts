import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Pool } from '../../../src/core/model/backend-server.ts';
import { CancelledError, type FailureKind } from '../../../src/core/model/failure.ts';
import { createSetWeight } from '../../../src/deploy/balancers/set-weights.ts';
import type { Cancel } from '../../../src/ports/cancel.ts';
import {
  type ChangeScript,
  failureAs,
  kindOf,
  playBalancers,
  rejectionOf,
  twoSteps
} from '../../support/ports.ts';
import { noCancel, VirtualClock } from '../../support/virtual.ts';

const ordinary: Pool = { kind: 'blb', blbId: 'lb-1' };
const group: Pool = { kind: 'appblb', blbId: 'lb-2', groupId: 'sg-1' };
const never = new AbortController().signal;

function newScene(script?: ChangeScript, cancel: Cancel = noCancel) {
  const clock = new VirtualClock();
  const played = playBalancers(clock, script);
  const setWeight = createSetWeight({ balancers: played.balancers, clock, cancel });
  const set = (instanceId: string, weight: number, pool = ordinary): Promise<void> =>
    setWeight(pool, { instanceId, weight });
  /** What went out: `i-1:0 i-2:0` for each call. */
  const told = (): readonly string[] =>
    played.changes.map((change) => change.weights.map((one) => `${one.instanceId}:${one.weight}`).join(' '));
  return { clock, set, told, changes: played.changes, weights: played.weights };
}

describe('changes of one moment', () => {
  test('go out as one call for a pool', async () => {
    const { set, told } = newScene();
    await Promise.all([set('i-1', 0), set('i-2', 0), set('i-3', 0)]);
    expect(told()).toEqual(['i-1:0 i-2:0 i-3:0']);
  });

  test('take one call for each pool, side by side', async () => {
    const { set, changes } = newScene();
    const other: Pool = { ...group, groupId: 'sg-2' };
    await Promise.all([set('i-1', 0), set('i-1', 0, group), set('i-2', 0, group), set('i-1', 0, other)]);
    expect(changes.map(({ pool, weights }) => [pool.blbId, pool.groupId, weights.length])).toEqual([
      ['lb-1', undefined, 1],
      ['lb-2', 'sg-1', 2],
      ['lb-2', 'sg-2', 1]
    ]);
    expect(new Set(changes.map(({ atMs }) => atMs)).size).toBe(1);
  });

  test('that come one after another are one call after another', async () => {
    const { set, told } = newScene();
    await set('i-1', 0);
    await set('i-1', 30);
    expect(told()).toEqual(['i-1:0', 'i-1:30']);
  });
});

describe('during a call', () => {
  const slow =
    (clock: () => VirtualClock): ChangeScript =>
    () =>
      clock().sleep(1_000, never);

  test('new changes wait for its end, and are sent together', async () => {
    const scene: ReturnType<typeof newScene> = newScene(slow(() => scene.clock));
    const { set, told, changes, clock } = scene;
    const first = set('i-1', 0);
    await clock.sleep(100, never);
    await Promise.all([first, set('i-2', 0), set('i-3', 0)]);
    expect(told()).toEqual(['i-1:0', 'i-2:0 i-3:0']);
    expect(changes.map(({ atMs }) => atMs)).toEqual([0, 1_000]);
  });

  test('the other pools do not wait', async () => {
    const scene: ReturnType<typeof newScene> = newScene(slow(() => scene.clock));
    const { set, changes, clock } = scene;
    const first = set('i-1', 0);
    await clock.sleep(100, never);
    await Promise.all([first, set('i-1', 0, group)]);
    expect(changes.map(({ atMs }) => atMs)).toEqual([0, 100]);
  });

  test('the weight that was requested last counts', async () => {
    const scene: ReturnType<typeof newScene> = newScene(slow(() => scene.clock));
    const { set, told, clock, weights } = scene;
    const first = set('i-1', 0);
    await clock.sleep(100, never);
    await Promise.all([first, set('i-1', 30)]);
    expect(told()).toEqual(['i-1:0', 'i-1:30']);
    expect(weights.get('i-1')).toBe(30);
  });
});

test('in whatever order changes come and fail, each instance ends at its last one, and no two are swapped', async () => {
  const change = fc.record({
    atMs: fc.integer({ min: 0, max: 3_000 }),
    id: fc.constantFrom('i-1', 'i-2', 'i-3')
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 12 }),
      fc.array(fc.constantFrom(0, 0, 1, 2), { minLength: 30, maxLength: 30 }),
      async (wanted, outcomes) => {
        const scene: ReturnType<typeof newScene> = newScene(async (_, count) => {
          const outcome = outcomes[count % outcomes.length] ?? 0;
          await scene.clock.sleep(outcome * 300, never);
          if (outcome === 2) throw failureAs('conflict');
        });
        const refused = new Set<number>();
        const { clock, set, weights, told } = scene;
        // The number of a change is its weight, so that the order can be read from the weights.
        const sorted = wanted.toSorted((one, other) => one.atMs - other.atMs);
        await Promise.all(
          sorted.map(async ({ atMs, id }, index) => {
            await clock.sleep(atMs, never);
            await set(id, index).catch(() => refused.add(index));
          })
        );
        for (const id of ['i-1', 'i-2', 'i-3']) {
          const asked = sorted.flatMap((one, index) => (one.id === id ? [index] : []));
          const sent = told().flatMap((call) =>
            call.split(' ').flatMap((one) => (one.startsWith(`${id}:`) ? [Number(one.split(':')[1])] : []))
          );
          expect(sent).toEqual(sent.toSorted((one, other) => one - other));
          expect(asked).toEqual(expect.arrayContaining(sent));
          expect(weights.get(id)).toBe(asked.findLast((index) => !refused.has(index)));
        }
      }
    ),
    { numRuns: 60, seed: 11 }
  );
});

describe('a call for several that is refused', () => {
  const refusing =
    (kind: FailureKind): ChangeScript =>
    ({ weights }) => {
      if (weights.some(({ instanceId }) => instanceId === 'i-gone')) throw failureAs(kind);
    };

  test.each<FailureKind>(['notFound', 'invalid'])(
    'as %s is repeated for each: only the culprit fails',
    async (kind) => {
      const { set, told, weights } = newScene(refusing(kind));
      const [one, gone, two] = await Promise.allSettled([set('i-1', 0), set('i-gone', 0), set('i-2', 0)]);
      expect([one.status, gone.status, two.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(gone).toMatchObject({ reason: { failure: { kind } } });
      expect(told()).toEqual(['i-1:0 i-gone:0 i-2:0', 'i-1:0', 'i-gone:0', 'i-2:0']);
      expect([...weights]).toEqual([
        ['i-1', 0],
        ['i-2', 0]
      ]);
    }
  );

  test.each<FailureKind>([
    'conflict',
    'denied',
    'ambiguous',
    'malformed',
    'throttled',
    'unreached',
    'skewed',
    'transient'
  ])('as %s fails for all, because single calls would fail too', async (kind) => {
    const { set, told } = newScene(refusing(kind));
    const ended = await Promise.allSettled([set('i-1', 0), set('i-gone', 0)]);
    expect(ended).toMatchObject([{ reason: { failure: { kind } } }, { reason: { failure: { kind } } }]);
    expect(told()).toHaveLength(1);
  });

  test('does not delay later changes', async () => {
    const { set, told } = newScene(refusing('denied'));
    expect(await kindOf(set('i-gone', 0))).toBe('denied');
    await set('i-1', 0);
    expect(told()).toEqual(['i-gone:0', 'i-1:0']);
  });

  test('by a bug is reported as such, and the pool goes on', async () => {
    const { set, told } = newScene((_, count) => {
      if (count === 1) throw new TypeError('a bug');
    });
    expect(await rejectionOf(set('i-1', 0))).toBeInstanceOf(TypeError);
    await set('i-2', 0);
    expect(told()).toEqual(['i-1:0', 'i-2:0']);
  });
});

// The client retries while a balancer is busy (`bce/retry`), so its final result counts.
describe('a balancer that is busy for long', () => {
  test('is reported at once, without another call', async () => {
    const { set, changes, clock } = newScene(() => {
      throw failureAs('conflict');
    });
    expect(await kindOf(set('i-1', 0))).toBe('conflict');
    expect(changes).toHaveLength(1);
    expect(clock.nowMs()).toBe(0);
  });

  test('while the client waits for it, others join the call that comes next', async () => {
    const scene: ReturnType<typeof newScene> = newScene(async (_, count) => {
      if (count > 1) return;
      await scene.clock.sleep(6_000, never);
      throw failureAs('conflict');
    });
    const { set, told, clock } = scene;
    const first = kindOf(set('i-1', 0));
    await clock.sleep(1_000, never);
    await Promise.all([set('i-2', 0), set('i-3', 0)]);
    expect(await first).toBe('conflict');
    expect(told()).toEqual(['i-1:0', 'i-2:0 i-3:0']);
  });
});

describe('a cancel', () => {
  test('that has given up on writes sends nothing', async () => {
    const { cancel, stop, giveUp } = twoSteps();
    const { set, told } = newScene(undefined, cancel);
    stop();
    giveUp();
    expect(await rejectionOf(set('i-1', 0))).toBeInstanceOf(CancelledError);
    expect(told()).toEqual([]);
  });

  test('still sends a requested call while writes are permitted, so that the held weights are known', async () => {
    const { cancel, stop } = twoSteps();
    const { set, told } = newScene(undefined, cancel);
    stop();
    await set('i-1', 0);
    expect(told()).toEqual(['i-1:0']);
  });

  test('ends the call under way only in its second step', async () => {
    const { cancel, stop, giveUp } = twoSteps();
    const scene: ReturnType<typeof newScene> = newScene(
      (_change, _count, signal) => scene.clock.sleep(60_000, signal),
      cancel
    );
    const { clock, set } = scene;
    const asked = rejectionOf(Promise.all([set('i-1', 0), set('i-2', 0)]));
    await clock.sleep(1_000, never);
    stop();
    await clock.sleep(1_000, never);
    giveUp();
    expect(await asked).toBeInstanceOf(CancelledError);
    expect(clock.nowMs()).toBe(2_000);
  });
});
