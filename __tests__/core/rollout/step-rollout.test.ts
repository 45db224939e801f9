import { describe, expect, test } from '@jest/globals';
import { beginRollout, stepRollout } from '../../../src/core/rollout/step-rollout.ts';
import { Game } from '../../support/fleets.ts';

const minute = 60_000;

describe('one after another', () => {
  test('a slot is filled as soon as it is free', () => {
    const game = new Game('a b c d e', { maxUnavailable: 2 });
    expect(game.first).toEqual(['begin a', 'begin b']);
    expect(game.ends('b')).toEqual(['begin c']);
    expect(game.ends('c')).toEqual(['begin d']);
    expect(game.ends('a')).toEqual(['begin e']);
    expect(game.ends('d')).toEqual([]);
    expect(game.rollout.isOver).toBe(false);
    expect(game.ends('e')).toEqual(['end']);
    expect(game.rollout).toMatchObject({ isOver: true, failures: 0, peakUnavailable: 2 });
    expect(game.states).toBe('a:succeeded b:succeeded c:succeeded d:succeeded e:succeeded');
    expect(game.rollout.stop).toBeUndefined();
  });

  test('a rollout with nothing to do ends at once', () => {
    expect(new Game('').first).toEqual(['end']);
  });

  test('what comes after the end changes nothing', () => {
    const game = new Game('a');
    game.ends('a');
    const { rollout } = game;
    expect([
      ...game.cancel(),
      ...game.ends('a', 'broken'),
      ...game.woke(9),
      ...game.rollbackEnded('a')
    ]).toEqual([]);
    expect(game.rollout).toBe(rollout);
  });

  test('one more than maxFailures stops it; what is under way is completed', () => {
    const game = new Game('a b c d e f', { maxUnavailable: 2, maxFailures: 1 });
    expect(game.ends('a', 'refused')).toEqual(['begin c']);
    expect(game.ends('b', 'refused')).toEqual([]);
    expect(game.rollout.stop).toBe('maxFailures');
    expect(game.ends('c')).toEqual(['end']);
    expect(game.states).toBe('a:failed b:failed c:succeeded d:waiting e:waiting f:waiting');
  });

  test('one that is withdrawn after the stop was not started: it does not count, and nothing of it is rolled back', () => {
    const game = new Game('a b c d', { maxUnavailable: 2, rollback: true });
    game.ends('a');
    expect(game.ends('b', 'broken')).toEqual(['back b']);
    expect(game.ends('c', 'withdrawn')).toEqual(['back a']);
    expect(game.rollbackEnded('b')).toEqual([]);
    expect(game.rollbackEnded('a')).toEqual(['end']);
    expect(game.states).toBe('a:rolledBack b:rolledBack c:waiting d:waiting');
    expect(game.rollout.failures).toBe(1);
  });

  test('a failure within maxFailures that stays unavailable takes its slot for good', () => {
    const game = new Game('a b c d', { maxUnavailable: 2, maxFailures: 2 });
    expect(game.ends('a', 'lost')).toEqual([]);
    expect(game.ends('b')).toEqual(['begin c']);
    expect(game.ends('c')).toEqual(['begin d']);
    expect(game.ends('d')).toEqual(['end']);
    expect(game.rollout.stop).toBeUndefined();
  });

  test('where as many stay unavailable as there are slots, it stops and says so', () => {
    const game = new Game('a b c d', { maxUnavailable: 2, maxFailures: 4 });
    game.ends('a', 'lost');
    expect(game.ends('b', 'broken')).toEqual(['end']);
    expect(game.rollout).toMatchObject({ stop: 'noCapacity', failures: 2, peakUnavailable: 2 });
    expect(game.states).toBe('a:failed b:failed c:waiting d:waiting');
  });

  test('the last one that fails leaves nothing that could be stopped', () => {
    const game = new Game('a b', { maxUnavailable: 2, maxFailures: 1 });
    game.ends('a');
    expect(game.ends('b', 'lost')).toEqual(['end']);
    expect(game.rollout.stop).toBeUndefined();
  });
});

describe('those that are unavailable before', () => {
  test('take slots, and go before the others', () => {
    const game = new Game('-x -y a b', { maxUnavailable: 2 });
    expect(game.first).toEqual(['begin x', 'begin y']);
    expect(game.ends('y')).toEqual(['begin a']);
    expect(game.ends('a')).toEqual(['begin b']);
    expect(game.ends('x b')).toEqual(['end']);
  });

  test('leave no slot for others while there are too many of them', () => {
    const game = new Game('-x -y -z a', { maxUnavailable: 2 });
    expect(game.first).toEqual(['begin x', 'begin y']);
    // With y and z two are unavailable, so a would be the third.
    expect(game.ends('x')).toEqual(['begin z']);
    expect(game.ends('y')).toEqual(['begin a']);
    expect(game.rollout.peakUnavailable).toBe(3);
  });

  test('still do not exceed maxUnavailable at a time, even if none is healthy', () => {
    const game = new Game('-a -b -c -d -e', { maxUnavailable: 2 });
    expect(game.first).toEqual(['begin a', 'begin b']);
    expect(game.ends('a')).toEqual(['begin c']);
    expect(game.rollout.peakUnavailable).toBe(5);
  });

  test('and stay so, leave no slot for the rest', () => {
    const game = new Game('-x a', { maxUnavailable: 1, maxFailures: 9 });
    expect(game.ends('x', 'lost')).toEqual(['end']);
    expect(game.rollout.stop).toBe('noCapacity');
  });
});

describe('canaries', () => {
  test('go alone, and all of them must succeed before the rest', () => {
    const game = new Game('a b c d e', { maxUnavailable: 3, canary: 2 });
    expect(game.first).toEqual(['begin a', 'begin b']);
    expect(game.ends('a')).toEqual([]);
    expect(game.ends('b')).toEqual(['begin c', 'begin d', 'begin e']);
  });

  test('keep to the slots', () => {
    const game = new Game('a b c d', { maxUnavailable: 1, canary: 3 });
    expect([game.first, game.ends('a'), game.ends('b'), game.ends('c')].flat()).toEqual([
      'begin a',
      'begin b',
      'begin c',
      'begin d'
    ]);
  });

  test.each(['refused', 'lost', 'broken'] as const)(
    'one that ended as %s stops it, whatever maxFailures is',
    (how) => {
      const game = new Game('a b c', { maxUnavailable: 2, canary: 2, maxFailures: 99 });
      expect(game.ends('a', how)).toEqual([]);
      expect(game.rollout.stop).toBe('canary');
      expect(game.ends('b')).toEqual(['end']);
      expect(game.states).toBe('a:failed b:succeeded c:waiting');
    }
  );

  test('are those to be worked on, and may be more than there are', () => {
    expect(new Game('?s a b', { maxUnavailable: 2, canary: 1 }).ends('s')).toEqual(['begin a']);
    const game = new Game('a b', { maxUnavailable: 2, canary: 9 });
    expect(game.ends('a b')).toEqual(['end']);
  });

  test('a later one that fails counts for maxFailures alone', () => {
    const game = new Game('a b c', { canary: 1, maxFailures: 1 });
    game.ends('a');
    expect(game.ends('b', 'refused')).toEqual(['begin c']);
  });
});

describe('batches', () => {
  test('are waited for as a whole, and then comes the pause', () => {
    const game = new Game('a b c d e', { maxUnavailable: 2, pauseMs: minute });
    expect(game.first).toEqual(['begin a', 'begin b']);
    game.nowMs = 1000;
    expect(game.ends('b')).toEqual([]);
    game.nowMs = 5000;
    expect(game.ends('a')).toEqual(['pause 65000']);
    expect(game.rollout.pausedUntilMs).toBe(65_000);
    expect(game.woke(65_000)).toEqual(['begin c', 'begin d']);
    expect(game.rollout.pausedUntilMs).toBeUndefined();
    expect(game.ends('c d')).toEqual(['pause 125000']);
    expect(game.woke(125_000)).toEqual(['begin e']);
    expect(game.ends('e')).toEqual(['end']);
  });

  test('come after the canaries too', () => {
    const game = new Game('a b c d', { maxUnavailable: 2, canary: 1, pauseMs: minute });
    expect(game.first).toEqual(['begin a']);
    expect(game.ends('a')).toEqual([`pause ${minute}`]);
    expect(game.woke(minute)).toEqual(['begin b', 'begin c']);
  });

  test('after waking too early it sleeps again, until the same moment', () => {
    const game = new Game('a b', { pauseMs: minute });
    expect(game.ends('a')).toEqual([`pause ${minute}`]);
    expect(game.woke(minute - 1)).toEqual([`pause ${minute}`]);
    expect(game.woke(minute - 0.5)).toEqual([`pause ${minute}`]);
    expect(game.woke(minute)).toEqual(['begin b']);
  });

  test('have no pause after the checks, for nothing was done', () => {
    expect(new Game('?s a', { pauseMs: minute }).ends('s')).toEqual(['begin a']);
  });

  test('stop without a pause where they have to', () => {
    const game = new Game('a b c', { maxUnavailable: 2, pauseMs: minute });
    expect(game.ends('a', 'lost')).toEqual([]);
    expect(game.ends('b')).toEqual(['end']);
    const stays = new Game('a b', { pauseMs: minute, maxFailures: 5 });
    expect(stays.ends('a', 'lost')).toEqual([`pause ${minute}`]);
    expect(stays.woke(minute)).toEqual(['end']);
    expect(stays.rollout.stop).toBe('noCapacity');
  });
});

describe('checks', () => {
  test('come before all else, fifty at a time', () => {
    const names = Array.from({ length: 60 }, (_, index) => `s${index}`);
    const game = new Game(`-x ${names.map((name) => `?${name}`).join(' ')} a`, {
      maxUnavailable: 2,
      canary: 1
    });
    expect(game.first).toEqual(names.slice(0, 50).map((name) => `begin ${name}`));
    expect(game.ends('s0', 'skipped')).toEqual(['begin s50']);
    expect(game.ends(names.slice(1, 59).join(' '), 'skipped')).toHaveLength(9);
    expect(game.ends('s59', 'skipped')).toEqual(['begin x']);
    expect(game.rollout.peakUnavailable).toBe(1);
  });

  test('that fail count, and nothing is erased then', () => {
    const game = new Game('?s ?t a', { maxUnavailable: 1 });
    expect(game.ends('s', 'lost')).toEqual([]);
    expect(game.rollout.stop).toBe('maxFailures');
    expect(game.ends('t', 'skipped')).toEqual(['end']);
    expect(game.states).toBe('s:failed t:succeeded a:waiting');
  });

  test('that fail within maxFailures take slots', () => {
    const game = new Game('?s a b', { maxUnavailable: 2, maxFailures: 1 });
    expect(game.ends('s', 'lost')).toEqual(['begin a']);
    expect(game.rollout.peakUnavailable).toBe(2);
  });
});

describe('one that was unavailable at first and has recovered', () => {
  test('waits for its turn, and is no longer unavailable', () => {
    const members = [
      { id: 'a', kind: 'work', isUnavailable: true },
      { id: 'b', kind: 'work', isUnavailable: true },
      { id: 'c', kind: 'work', isUnavailable: false }
    ] as const;
    const task = { members, maxUnavailable: 1, canary: 0, pauseMs: 0, maxFailures: 0, rollback: false };
    const well = { result: 'succeeded', isUnavailable: false, canRollBack: false } as const;
    let [rollout, commands] = beginRollout(task, 0);
    expect(commands).toEqual([{ type: 'begin', id: 'a' }]);
    [rollout, commands] = stepRollout(rollout, { type: 'recovered', id: 'a', atMs: 1 });
    // While b is unavailable there is no slot for a, which serves.
    expect(commands).toEqual([{ type: 'begin', id: 'b' }]);
    expect(rollout.members.get('a')).toMatchObject({ state: 'waiting', isUnavailable: false });
    [rollout, commands] = stepRollout(rollout, { type: 'ended', id: 'b', outcome: well, atMs: 2 });
    expect(commands).toEqual([{ type: 'begin', id: 'a' }]);
  });
});
