/** The loop of a rollout with scripted work; nothing is called. */
import { describe, expect, test } from '@jest/globals';
import type { Outcome } from '../../../src/core/rollout/rollout-state.ts';
import { type FleetWork, rollOut } from '../../../src/deploy/rollout/roll-out.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { membersOf, outcomes } from '../../support/fleets.ts';
import { newCancel } from '../../support/stage.ts';
import { noCancel, VirtualClock } from '../../support/virtual.ts';

const usual = { maxUnavailable: 2, canary: 0, pauseMs: 0, maxFailures: 0, rollback: true };

/** Work that takes 1 s a time; `ends` says how. Notes what is begun. */
function scripted(clock: Clock, ends: (id: string) => Outcome = () => outcomes.succeeded) {
  const begun: string[] = [];
  const second = (): Promise<void> => clock.sleep(1_000, noCancel.signal);
  const work: FleetWork = {
    async rollForward(id) {
      begun.push(`rollForward ${id}`);
      await second();
      return ends(id);
    },
    async rollBack(id) {
      begun.push(`back ${id}`);
      await second();
      return { result: 'rolledBack', isUnavailable: false };
    }
  };
  return { work, begun };
}

describe('the loop of a rollout', () => {
  test('carries out every command, and reports every step', async () => {
    const clock = new VirtualClock();
    const { work, begun } = scripted(clock, (id) => (id === 'd' ? outcomes.refused : outcomes.succeeded));
    const seen: boolean[] = [];
    const task = { ...usual, members: membersOf('a b c d e f') };
    const rollout = await rollOut(task, work, { clock, cancel: noCancel }, ({ isOver }) => seen.push(isOver));
    // c makes room for e in the moment before d fails.
    const rollForward = ['rollForward a', 'rollForward b', 'rollForward c', 'rollForward d', 'rollForward e'];
    expect(begun).toEqual([...rollForward, 'back e', 'back c', 'back b', 'back a']);
    expect(rollout).toMatchObject({ stop: 'maxFailures', isOver: true });
    expect(seen.at(-1)).toBe(true);
    expect(seen.filter(Boolean)).toHaveLength(1);
    expect(clock.nowMs()).toBe(5_000);
  });

  test('aborts the signal of all that is under way at the stop, and not of a rollback', async () => {
    const clock = new VirtualClock();
    const { work } = scripted(clock, (id) => (id === 'a' ? outcomes.broken : outcomes.succeeded));
    const told: string[] = [];
    const listening: FleetWork = {
      async rollForward(id, stop) {
        stop.addEventListener('abort', () => told.push(`${id} at ${clock.nowMs()}`));
        // The second is begun with the first, and takes longer.
        if (id === 'b') await clock.sleep(500, stop).catch(() => undefined);
        return work.rollForward(id, stop);
      },
      rollBack: (id) => work.rollBack(id)
    };
    const task = { ...usual, members: membersOf('a b c') };
    const rollout = await rollOut(task, listening, { clock, cancel: noCancel }, () => undefined);
    expect(told).toEqual(['a at 1000', 'b at 1000']);
    expect(rollout.members.get('b')?.state).toBe('rolledBack');
  });

  test('sleeps through the pauses', async () => {
    const clock = new VirtualClock();
    const { work } = scripted(clock);
    const task = { ...usual, pauseMs: 60_000, members: membersOf('a b c d e') };
    await rollOut(task, work, { clock, cancel: noCancel }, () => undefined);
    expect(clock.nowMs()).toBe(3_000 + 120_000);
  });

  // A timer counts in whole milliseconds, so it may fire before its moment, and there is no second one.
  test('wakes from a pause on a clock whose timers cut off parts of a millisecond', async () => {
    const virtual = new VirtualClock();
    let passed = 0;
    const clock: Clock = {
      // Some time passes between two readings of the clock.
      nowMs: () => {
        passed = (passed + 0.01) % 0.5;
        return virtual.nowMs() + passed;
      },
      wallMs: () => virtual.wallMs(),
      sleep: (ms, signal) => virtual.sleep(Math.floor(ms), signal)
    };
    const { work, begun } = scripted(clock);
    const task = { ...usual, pauseMs: 60_000, members: membersOf('a b c') };
    await rollOut(task, work, { clock, cancel: noCancel }, () => undefined);
    expect(begun).toEqual(['rollForward a', 'rollForward b', 'rollForward c']);
  }, 500);

  test('that is cancelled before it begins does not begin', async () => {
    const clock = new VirtualClock();
    const { cancel, pull } = newCancel();
    pull();
    const { work, begun } = scripted(clock, () => outcomes.cut);
    const task = { ...usual, members: membersOf('a b c') };
    const rollout = await rollOut(task, work, { clock, cancel }, () => undefined);
    expect(rollout.stop).toBe('cancelled');
    // What starts in the same moment ends by itself, because its own observations are aborted.
    expect(begun.length).toBeLessThanOrEqual(2);
  });

  test('lets go of the signal when it ends', async () => {
    const clock = new VirtualClock();
    const { cancel, pull } = newCancel();
    const { work } = scripted(clock);
    const steps: unknown[] = [];
    await rollOut({ ...usual, members: membersOf('a') }, work, { clock, cancel }, (now) => steps.push(now));
    const count = steps.length;
    pull();
    await clock.sleep(1_000, noCancel.signal);
    expect(steps).toHaveLength(count);
  });

  test.each(['rollForward', 'rolledBack'] as const)(
    'a bug in %s starts nothing new, and is thrown at the end',
    async (way) => {
      const clock = new VirtualClock();
      const { work, begun } = scripted(clock, (id) => (id === 'b' ? outcomes.broken : outcomes.succeeded));
      const broken: FleetWork = {
        rollForward: (id, stop) =>
          way === 'rollForward' && id === 'a' ? fault() : work.rollForward(id, stop),
        rollBack: (id) => (way === 'rolledBack' ? fault() : work.rollBack(id))
      };
      let ended = 0;
      const task = { ...usual, maxFailures: 5, members: membersOf('a b c d e f') };
      const run = rollOut(task, broken, { clock, cancel: noCancel }, (now) => {
        ended = now.members.values().filter(({ completionOrder }) => completionOrder > 0).length;
      });
      await expect(run).rejects.toThrow('a fault of the program');
      expect(begun).toEqual(
        way === 'rollForward' ? ['rollForward b'] : ['rollForward a', 'rollForward b', 'rollForward c']
      );
      // All that was under way has ended.
      expect(ended).toBe(way === 'rollForward' ? 2 : 3);
    }
  );
});

async function fault(): Promise<never> {
  throw new TypeError('a fault of the program');
}
