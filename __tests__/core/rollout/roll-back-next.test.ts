import { describe, expect, test } from '@jest/globals';
import { Game } from '../../support/fleets.ts';

describe('the rollback of one that failed', () => {
  test('is started at once, in its own slot', () => {
    const game = new Game('a b c d', { maxUnavailable: 2, maxFailures: 1, rollback: true });
    expect(game.ends('a', 'broken')).toEqual(['back a']);
    expect(game.states).toBe('a:rollingBack b:working c:waiting d:waiting');
    expect(game.ends('b')).toEqual(['begin c']);
    expect(game.rollbackEnded('a')).toEqual(['begin d']);
    expect(game.ends('c d')).toEqual(['end']);
    expect(game.rollout).toMatchObject({ failures: 1, peakUnavailable: 2 });
    expect(game.states).toBe('a:rolledBack b:succeeded c:succeeded d:succeeded');
  });

  test('counts as a failure all the same', () => {
    const game = new Game('a b', { rollback: true });
    expect(game.ends('a', 'broken')).toEqual(['back a']);
    expect(game.rollout).toMatchObject({ stop: 'maxFailures', failures: 1 });
    expect(game.rollbackEnded('a')).toEqual(['end']);
    expect(game.states).toBe('a:rolledBack b:waiting');
  });

  test('that fails as well keeps the slot for good', () => {
    const game = new Game('a b c', { maxUnavailable: 2, maxFailures: 5, rollback: true });
    game.ends('a', 'broken');
    expect(game.rollbackEnded('a', 'rollbackFailed')).toEqual([]);
    expect(game.ends('b')).toEqual(['begin c']);
    expect(game.ends('c', 'lost')).toEqual(['end']);
    expect(game.states).toBe('a:rollbackFailed b:succeeded c:failed');
  });

  test.each(['lost', 'refused'] as const)('does not happen if it ended as %s', (how) => {
    const game = new Game('a b', { rollback: true });
    expect(game.ends('a', how)).toEqual(['end']);
    expect(game.states).toBe('a:failed b:waiting');
  });

  test('does not happen unless asked for', () => {
    expect(new Game('a b').ends('a', 'broken')).toEqual(['end']);
  });

  test('belongs to the batch', () => {
    const game = new Game('a b c', { maxUnavailable: 2, pauseMs: 1000, maxFailures: 1, rollback: true });
    expect(game.ends('a', 'broken')).toEqual(['back a']);
    expect(game.ends('b')).toEqual([]);
    expect(game.rollbackEnded('a')).toEqual(['pause 1000']);
  });

  test('of a canary stops the rollout before it is over', () => {
    const game = new Game('a b c', { maxUnavailable: 2, canary: 2, maxFailures: 9, rollback: true });
    expect(game.ends('a', 'broken')).toEqual(['back a']);
    expect(game.rollout.stop).toBe('canary');
    // The other canary succeeded, and is rolled back in the free slot.
    expect(game.ends('b')).toEqual(['back b']);
    expect(game.rollbackEnded('b')).toEqual([]);
    expect(game.rollbackEnded('a')).toEqual(['end']);
  });
});

describe('after a stop', () => {
  test('all that this run erased is rolled back, newest first, once everything under way has ended', () => {
    const game = new Game('a b c d e f', { maxUnavailable: 2, rollback: true });
    game.ends('a');
    game.ends('b');
    game.ends('d');
    expect(game.states).toBe('a:succeeded b:succeeded c:working d:succeeded e:working f:waiting');
    expect(game.ends('e', 'broken')).toEqual(['back e']);
    // c is still under way: only e is rolled back meanwhile.
    expect(game.rollbackEnded('e')).toEqual([]);
    expect(game.ends('c')).toEqual(['back c', 'back d']);
    expect(game.rollbackEnded('c')).toEqual(['back b']);
    expect(game.rollbackEnded('d')).toEqual(['back a']);
    expect(game.rollbackEnded('a b')).toEqual(['end']);
    expect(game.states).toBe('a:rolledBack b:rolledBack c:rolledBack d:rolledBack e:rolledBack f:waiting');
    expect(game.rollout.peakUnavailable).toBe(2);
  });

  test('one that is still being rolled back holds its slot', () => {
    const game = new Game('a b c d', { maxUnavailable: 2, rollback: true });
    game.ends('a');
    expect(game.ends('b', 'broken')).toEqual(['back b']);
    expect(game.ends('c')).toEqual(['back c']);
    expect(game.rollbackEnded('b')).toEqual(['back a']);
  });

  test('what this run did not erase stays', () => {
    const game = new Game('?s a b c', { maxUnavailable: 3, rollback: true });
    game.ends('s', 'skipped');
    game.ends('a');
    game.ends('b', 'skipped');
    expect(game.ends('c', 'refused')).toEqual(['back a']);
    expect(game.rollbackEnded('a')).toEqual(['end']);
    expect(game.states).toBe('s:succeeded a:rolledBack b:succeeded c:failed');
  });

  test('those without a free slot stay on the new image', () => {
    const game = new Game('a b c', { maxUnavailable: 1, maxFailures: 0, rollback: true });
    game.ends('a b');
    expect(game.ends('c', 'lost')).toEqual(['end']);
    expect(game.states).toBe('a:succeeded b:succeeded c:failed');
  });

  test('a rollback that fails leaves fewer slots for the others, or none', () => {
    const game = new Game('a b c d', { maxUnavailable: 2, rollback: true });
    game.ends('a');
    game.ends('b c');
    expect(game.ends('d', 'refused')).toEqual(['back c', 'back b']);
    expect(game.rollbackEnded('c', 'rollbackFailed')).toEqual([]);
    expect(game.rollbackEnded('b')).toEqual(['back a']);
    expect(game.rollbackEnded('a', 'rollbackFailed')).toEqual(['end']);
    expect(game.states).toBe('a:rollbackFailed b:rolledBack c:rollbackFailed d:failed');

    const full = new Game('a b c', { rollback: true });
    full.ends('a b');
    expect(full.ends('c', 'broken')).toEqual(['back c']);
    expect(full.rollbackEnded('c', 'rollbackFailed')).toEqual(['end']);
    expect(full.states).toBe('a:succeeded b:succeeded c:rollbackFailed');
  });

  test('for lack of slots none is rolled back, because that would be one more', () => {
    const game = new Game('a b c', { maxFailures: 5, rollback: true });
    game.ends('a');
    expect(game.ends('b', 'lost')).toEqual(['end']);
    expect(game.rollout.stop).toBe('noCapacity');
    expect(game.states).toBe('a:succeeded b:failed c:waiting');
  });

  test('without rollback all stays as it is', () => {
    const game = new Game('a b c', {});
    game.ends('a');
    expect(game.ends('b', 'broken')).toEqual(['end']);
    expect(game.states).toBe('a:succeeded b:failed c:waiting');
  });
});

describe('a cancel', () => {
  test('starts nothing new and waits for what is cut off', () => {
    const game = new Game('a b c d', { maxUnavailable: 2, rollback: true });
    game.ends('a');
    expect(game.cancel()).toEqual([]);
    expect(game.rollout).toMatchObject({ stop: 'cancelled', isCancelled: true, isOver: false });
    expect(game.ends('b', 'cut')).toEqual([]);
    expect(game.ends('c', 'cut')).toEqual(['end']);
    expect(game.states).toBe('a:succeeded b:cancelled c:cancelled d:waiting');
    expect(game.rollout.failures).toBe(0);
  });

  test('rolls nothing back, not even what fails then', () => {
    const game = new Game('a b', { maxUnavailable: 2, rollback: true });
    game.cancel();
    expect(game.ends('a', 'broken')).toEqual([]);
    expect(game.ends('b')).toEqual(['end']);
    expect(game.states).toBe('a:failed b:succeeded');
  });

  test('during the checks', () => {
    const game = new Game('?s ?t a', {});
    game.cancel();
    expect(game.ends('s', 'cut')).toEqual([]);
    expect(game.ends('t', 'cut')).toEqual(['end']);
  });

  test('during the canaries is not a failure of them', () => {
    const game = new Game('a b', { canary: 1 });
    game.cancel();
    expect(game.ends('a', 'cut')).toEqual(['end']);
    expect(game.rollout.stop).toBe('cancelled');
  });

  test('during a pause ends it at once', () => {
    const game = new Game('a b', { pauseMs: 60_000 });
    expect(game.ends('a')).toEqual(['pause 60000']);
    expect(game.cancel()).toEqual(['end']);
    expect(game.woke(60_000)).toEqual([]);
  });

  test('during the rollback ends it: no other is rolled back', () => {
    const game = new Game('a b c', { maxUnavailable: 1, rollback: true });
    game.ends('a b');
    expect(game.ends('c', 'refused')).toEqual(['back b']);
    expect(game.cancel()).toEqual([]);
    expect(game.rollbackEnded('b', 'cancelled')).toEqual(['end']);
    // The reason of the earlier stop stays.
    expect(game.rollout).toMatchObject({ stop: 'maxFailures', isCancelled: true });
    expect(game.states).toBe('a:succeeded b:cancelled c:failed');
  });

  test('after a stop: what fails under way is not rolled back', () => {
    const game = new Game('a b c', { maxUnavailable: 3, rollback: true });
    expect(game.ends('a', 'refused')).toEqual([]);
    expect(game.cancel()).toEqual([]);
    expect(game.ends('b', 'broken')).toEqual([]);
    expect(game.ends('c')).toEqual(['end']);
    expect(game.rollout).toMatchObject({ stop: 'maxFailures', isCancelled: true });
    expect(game.states).toBe('a:failed b:failed c:succeeded');
  });

  test('after the canary has failed does not hide that failure', () => {
    const game = new Game('a b', { canary: 1, rollback: true });
    expect(game.ends('a', 'broken')).toEqual(['back a']);
    game.cancel();
    expect(game.rollbackEnded('a', 'cancelled')).toEqual(['end']);
    expect(game.rollout).toMatchObject({ stop: 'canary', isCancelled: true });
  });

  test('twice is the same as once', () => {
    const game = new Game('a b', {});
    expect([...game.cancel(), ...game.cancel()]).toEqual([]);
    expect(game.ends('a')).toEqual(['end']);
  });
});
