import { describe, expect, test } from '@jest/globals';
import { stopWords } from '../../../src/core/report/rollout-report.ts';
import { Game } from '../../support/fleets.ts';

describe('the way back of one that failed', () => {
  test('is begun at once, in its own slot', () => {
    const game = new Game('a b c d', { slots: 2, maxFailures: 1, rollback: true });
    expect(game.ends('a', 'broken')).toEqual(['back a']);
    expect(game.states).toBe('a:goingBack b:working c:waiting d:waiting');
    expect(game.ends('b')).toEqual(['begin c']);
    expect(game.wentBack('a')).toEqual(['begin d']);
    expect(game.ends('c d')).toEqual(['end']);
    expect(game.rollout).toMatchObject({ failures: 1, mostAway: 2 });
    expect(game.states).toBe('a:back b:well c:well d:well');
  });

  test('counts as a failure all the same', () => {
    const game = new Game('a b', { rollback: true });
    expect(game.ends('a', 'broken')).toEqual(['back a']);
    expect(game.rollout).toMatchObject({ stop: 'maxFailures', failures: 1 });
    expect(game.wentBack('a')).toEqual(['end']);
    expect(game.states).toBe('a:back b:waiting');
  });

  test('that fails as well keeps the slot for good', () => {
    const game = new Game('a b c', { slots: 2, maxFailures: 5, rollback: true });
    game.ends('a', 'broken');
    expect(game.wentBack('a', 'notBack')).toEqual([]);
    expect(game.ends('b')).toEqual(['begin c']);
    expect(game.ends('c', 'lost')).toEqual(['end']);
    expect(game.states).toBe('a:notBack b:well c:failed');
  });

  test.each(['lost', 'refused'] as const)('is not taken where it ended as %s', (how) => {
    const game = new Game('a b', { rollback: true });
    expect(game.ends('a', how)).toEqual(['end']);
    expect(game.states).toBe('a:failed b:waiting');
  });

  test('is not taken without being asked for', () => {
    expect(new Game('a b').ends('a', 'broken')).toEqual(['end']);
  });

  test('belongs to the batch', () => {
    const game = new Game('a b c', { slots: 2, pauseMs: 1000, maxFailures: 1, rollback: true });
    expect(game.ends('a', 'broken')).toEqual(['back a']);
    expect(game.ends('b')).toEqual([]);
    expect(game.wentBack('a')).toEqual(['pause 1000']);
  });

  test('of a canary stops the rollout before it is over', () => {
    const game = new Game('a b c', { slots: 2, canary: 2, maxFailures: 9, rollback: true });
    expect(game.ends('a', 'broken')).toEqual(['back a']);
    expect(game.rollout.stop).toBe('canary');
    // The other canary was well, and is put back in the free slot.
    expect(game.ends('b')).toEqual(['back b']);
    expect(game.wentBack('b')).toEqual([]);
    expect(game.wentBack('a')).toEqual(['end']);
  });
});

describe('after a stop', () => {
  test('all that this run erased goes back, the newest first, once everything is seen through', () => {
    const game = new Game('a b c d e f', { slots: 2, rollback: true });
    game.ends('a');
    game.ends('b');
    game.ends('d');
    expect(game.states).toBe('a:well b:well c:working d:well e:working f:waiting');
    expect(game.ends('e', 'broken')).toEqual(['back e']);
    // c is still under way: nobody but e goes back meanwhile.
    expect(game.wentBack('e')).toEqual([]);
    expect(game.ends('c')).toEqual(['back c', 'back d']);
    expect(game.wentBack('c')).toEqual(['back b']);
    expect(game.wentBack('d')).toEqual(['back a']);
    expect(game.wentBack('a b')).toEqual(['end']);
    expect(game.states).toBe('a:back b:back c:back d:back e:back f:waiting');
    expect(game.rollout.mostAway).toBe(2);
  });

  test('one that is still on its way back holds its slot', () => {
    const game = new Game('a b c d', { slots: 2, rollback: true });
    game.ends('a');
    expect(game.ends('b', 'broken')).toEqual(['back b']);
    expect(game.ends('c')).toEqual(['back c']);
    expect(game.wentBack('b')).toEqual(['back a']);
  });

  test('what this run did not erase stays', () => {
    const game = new Game('?s a b c', { slots: 3, rollback: true });
    game.ends('s', 'skipped');
    game.ends('a');
    game.ends('b', 'skipped');
    expect(game.ends('c', 'refused')).toEqual(['back a']);
    expect(game.wentBack('a')).toEqual(['end']);
    expect(game.states).toBe('s:well a:back b:well c:failed');
  });

  test('those that have no room stay on the new image', () => {
    const game = new Game('a b c', { slots: 1, maxFailures: 0, rollback: true });
    game.ends('a b');
    expect(game.ends('c', 'lost')).toEqual(['end']);
    expect(game.states).toBe('a:well b:well c:failed');
  });

  test('a way back that fails leaves less room for the others, or none', () => {
    const game = new Game('a b c d', { slots: 2, rollback: true });
    game.ends('a');
    game.ends('b c');
    expect(game.ends('d', 'refused')).toEqual(['back c', 'back b']);
    expect(game.wentBack('c', 'notBack')).toEqual([]);
    expect(game.wentBack('b')).toEqual(['back a']);
    expect(game.wentBack('a', 'notBack')).toEqual(['end']);
    expect(game.states).toBe('a:notBack b:back c:notBack d:failed');

    const full = new Game('a b c', { rollback: true });
    full.ends('a b');
    expect(full.ends('c', 'broken')).toEqual(['back c']);
    expect(full.wentBack('c', 'notBack')).toEqual(['end']);
    expect(full.states).toBe('a:well b:well c:notBack');
  });

  test('for want of room nobody goes back, for that would be one more', () => {
    const game = new Game('a b c', { maxFailures: 5, rollback: true });
    game.ends('a');
    expect(game.ends('b', 'lost')).toEqual(['end']);
    expect(game.rollout.stop).toBe('noRoom');
    expect(game.states).toBe('a:well b:failed c:waiting');
  });

  test('without rollback all stays as it is', () => {
    const game = new Game('a b c', {});
    game.ends('a');
    expect(game.ends('b', 'broken')).toEqual(['end']);
    expect(game.states).toBe('a:well b:failed c:waiting');
  });
});

describe('a cancel', () => {
  test('begins nothing new and waits for what is cut off', () => {
    const game = new Game('a b c d', { slots: 2, rollback: true });
    game.ends('a');
    expect(game.cancel()).toEqual([]);
    expect(game.rollout).toMatchObject({ stop: 'cancelled', isCancelled: true, isOver: false });
    expect(game.ends('b', 'cut')).toEqual([]);
    expect(game.ends('c', 'cut')).toEqual(['end']);
    expect(game.states).toBe('a:well b:cancelled c:cancelled d:waiting');
    expect(game.rollout.failures).toBe(0);
  });

  test('puts nothing back, not even what fails then', () => {
    const game = new Game('a b', { slots: 2, rollback: true });
    game.cancel();
    expect(game.ends('a', 'broken')).toEqual([]);
    expect(game.ends('b')).toEqual(['end']);
    expect(game.states).toBe('a:failed b:well');
  });

  test('during the checks', () => {
    const game = new Game('?s ?t a', {});
    game.cancel();
    expect(game.ends('s', 'cut')).toEqual([]);
    expect(game.ends('t', 'cut')).toEqual(['end']);
  });

  test('during the canaries is no failure of theirs', () => {
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

  test('during the way back ends it: no other goes back', () => {
    const game = new Game('a b c', { slots: 1, rollback: true });
    game.ends('a b');
    expect(game.ends('c', 'refused')).toEqual(['back b']);
    expect(game.cancel()).toEqual([]);
    expect(game.wentBack('b', 'cancelled')).toEqual(['end']);
    // Why it had stopped before stays the reason.
    expect(game.rollout).toMatchObject({ stop: 'maxFailures', isCancelled: true });
    expect(game.states).toBe('a:well b:cancelled c:failed');
  });

  test('after a stop lets what fails under way not go back', () => {
    const game = new Game('a b c', { slots: 3, rollback: true });
    expect(game.ends('a', 'refused')).toEqual([]);
    expect(game.cancel()).toEqual([]);
    expect(game.ends('b', 'broken')).toEqual([]);
    expect(game.ends('c')).toEqual(['end']);
    expect(game.rollout).toMatchObject({ stop: 'maxFailures', isCancelled: true });
    expect(game.states).toBe('a:failed b:failed c:well');
  });

  test('after the canary has failed hides that no more than another', () => {
    const game = new Game('a b', { canary: 1, rollback: true });
    expect(game.ends('a', 'broken')).toEqual(['back a']);
    game.cancel();
    expect(game.wentBack('a', 'cancelled')).toEqual(['end']);
    expect(game.rollout).toMatchObject({ stop: 'canary', isCancelled: true });
  });

  test('twice is one', () => {
    const game = new Game('a b', {});
    expect([...game.cancel(), ...game.cancel()]).toEqual([]);
    expect(game.ends('a')).toEqual(['end']);
  });
});

describe('what is told of a stop', () => {
  test('and of a cancel after it: both, in order', () => {
    const game = new Game('a b c d', { slots: 1, rollback: true });
    game.ends('a b');
    expect(game.ends('c', 'refused')).toEqual(['back b']);
    expect(game.wentBack('b')).toEqual(['back a']);
    game.cancel();
    expect(game.wentBack('a', 'cancelled')).toEqual(['end']);
    expect(stopWords(game.rollout)).toBe(
      '1 failed, and maxFailures is 0, so the rollout stopped. 1 of 4 were not begun. 1 were put back onto the image of before. Then the run was cancelled.'
    );
  });

  test('where nobody was put back does not count none', () => {
    const game = new Game('a b', { rollback: true });
    expect(game.ends('a', 'refused')).toEqual(['end']);
    expect(stopWords(game.rollout)).toBe(
      '1 failed, and maxFailures is 0, so the rollout stopped. 1 of 2 were not begun.'
    );
  });

  test('by a cancel alone, without rollback', () => {
    const game = new Game('a b c', {});
    game.ends('a');
    game.cancel();
    game.ends('b', 'cut');
    expect(stopWords(game.rollout)).toBe(
      'The run was cancelled, so nothing new was begun. 1 of 3 were not begun.'
    );
  });
});
