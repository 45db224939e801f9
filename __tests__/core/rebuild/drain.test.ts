/** The leaving of the load balancers in the life of a rebuild: a life by hand, event by event. */
import { describe, expect, test } from '@jest/globals';
import type { Task } from '../../../src/core/plan/decide.ts';
import { fateOf } from '../../../src/core/rebuild/disk-state.ts';
import type { Life, LifeCommand, LifeEvent, Step } from '../../../src/core/rebuild/rebuild-state.ts';
import { begin, step } from '../../../src/core/rebuild/step-rebuild.ts';
import { explain } from '../../../src/core/report/explain.ts';
import { failureOf, type Shown, sightOf, taskOf } from './rebuilds.ts';

const problem = { cause: 'It is locked.', remedy: 'Unlock it.' };

/** A life that is fed by hand; `commands` has all that it asked for. */
function newLife(patch: Partial<Task> = {}) {
  let [life, command]: Step = begin(taskOf({ drain: true, ...patch }), 0);
  const commands: LifeCommand['type'][] = [command.type];
  const feed = (event: LifeEvent): LifeCommand => {
    [life, command] = step(life, event);
    commands.push(command.type);
    return command;
  };
  return {
    feed,
    /** A look that comes when it is due, or later. */
    look(shown: Shown = {}, atMs?: number): LifeCommand {
      const dueMs = command.type === 'look' ? command.dueMs : life.dueMs;
      const withDisk = command.type === 'look' && command.withDisk;
      return feed({ type: 'looked', sight: sightOf(atMs ?? dueMs, shown, withDisk) });
    },
    life: (): Life => life,
    commands
  };
}

function count(commands: readonly LifeCommand['type'][], type: LifeCommand['type']): number {
  return commands.filter((one) => one === type).length;
}

describe('it comes', () => {
  test('before the send, with a fresh look in between that has the disk', () => {
    const one = newLife();
    expect(one.look()).toEqual({ type: 'drain' });
    expect(one.life().phase).toBe('draining');
    expect(one.feed({ type: 'drained', atMs: 40_000 })).toEqual({
      type: 'look',
      dueMs: 40_000,
      spreadMs: 0,
      withDisk: true
    });
    expect(one.look({}, 40_100)).toEqual({ type: 'send' });
    expect(one.life().phases.map(({ phase, fromMs }) => [phase, fromMs])).toEqual([
      ['settling', 0],
      ['draining', 0],
      ['settling', 40_000],
      ['sending', 40_100]
    ]);
    // What the rebuild is measured against is what was seen after the drain.
    expect(one.life().reference?.atMs).toBe(40_100);
  });

  test('after the backup', () => {
    const one = newLife({ backup: true });
    expect(one.look().type).toBe('backup');
    one.feed({ type: 'backedUp', atMs: 120_000 });
    expect(one.look().type).toBe('drain');
    one.feed({ type: 'drained', atMs: 150_000 });
    expect(one.look().type).toBe('send');
  });

  test('not where it is not asked for', () => {
    expect(newLife({ drain: false }).look().type).toBe('send');
  });

  test.each<[string, Shown, Partial<Task>]>([
    ['is skipped', { imageId: 'm-new' }, {}],
    ['is refused', {}, { image: { ...taskOf().image, status: 'Error' } }],
    ['is gone', { status: 'Expired' }, {}],
    ['only has to be started', { status: 'Stopped', imageId: 'm-new' }, {}],
    ['is changing', { status: 'Starting' }, {}]
  ])('not where the instance %s', (_, shown, patch) => {
    const one = newLife(patch);
    one.look(shown);
    for (let looks = 0; looks < 200 && one.life().phase === 'settling'; looks += 1) one.look(shown);
    expect(one.commands).not.toContain('drain');
  });

  test('only once: not again for a rebuild that is sent twice', () => {
    const one = newLife();
    one.look();
    one.feed({ type: 'drained', atMs: 30_000 });
    one.look();
    one.feed({ type: 'sendFailed', atMs: 31_000, failure: failureOf('ambiguous') });
    for (let looks = 0; looks < 500 && one.commands.at(-1) === 'look'; looks += 1) one.look();
    expect(one.commands.at(-1)).toBe('send');
    expect(count(one.commands, 'send')).toBe(2);
    expect(count(one.commands, 'drain')).toBe(1);
  });

  test('only once: not again after a conflict', () => {
    const one = newLife();
    one.look();
    one.feed({ type: 'drained', atMs: 30_000 });
    one.look();
    one.feed({ type: 'sendFailed', atMs: 31_000, failure: failureOf('conflict') });
    for (let looks = 0; looks < 500 && one.commands.at(-1) === 'look'; looks += 1) one.look();
    expect(one.commands.at(-1)).toBe('send');
    expect(count(one.commands, 'drain')).toBe(1);
  });

  test('with the whole timeout ahead of the rebuild', () => {
    const one = newLife({ timeoutMs: 100_000 });
    one.look();
    one.feed({ type: 'drained', atMs: 900_000 });
    expect(one.life().deadlineMs).toBe(1_000_000);
    expect(one.look().type).toBe('send');
  });
});

describe('when it fails', () => {
  test('the life ends as `drain`, and nothing was erased', () => {
    const one = newLife();
    one.look();
    expect(one.feed({ type: 'drainFailed', atMs: 5_000, problem })).toEqual({ type: 'end' });
    const life = one.life();
    expect(life.ending).toEqual({ kind: 'failed', reason: { kind: 'drain', problem } });
    expect(fateOf(life)).toBe('untouched');
    expect(life.phases.at(-1)).toEqual({ phase: 'ended', fromMs: 5_000 });
    expect(explain(life, { kind: 'drain', problem })).toEqual({
      cause: 'i-1: the load balancers could not be left, so nothing was erased. It is locked.',
      disk: 'The system disk was not touched by this run.',
      remedy: 'Unlock it.'
    });
  });

  test('nothing that comes later changes that', () => {
    const one = newLife();
    one.look();
    one.feed({ type: 'drainFailed', atMs: 5_000, problem });
    const ended = one.life();
    one.feed({ type: 'drained', atMs: 6_000 });
    one.look();
    expect(one.life()).toBe(ended);
  });
});

describe('the fresh look after it', () => {
  const drained = (patch: Partial<Task> = {}) => {
    const one = newLife(patch);
    one.look();
    one.feed({ type: 'drained', atMs: 30_000 });
    return one;
  };

  test('shows the image: skipped, for somebody has rebuilt it', () => {
    const one = drained();
    expect(one.look({ imageId: 'm-new' }).type).toBe('end');
    expect(one.life().ending).toEqual({ kind: 'skipped' });
  });

  test('shows it gone: refused', () => {
    const one = drained();
    one.look({ status: 'Recycled' });
    expect(one.life().ending).toMatchObject({ kind: 'failed', reason: { kind: 'refused' } });
    expect(fateOf(one.life())).toBe('untouched');
  });

  test('shows it changing: it is waited for, and not erased when the image comes of it', () => {
    const one = drained();
    one.look({ status: 'Starting' });
    expect(one.life().adopted).toBe(true);
    for (let looks = 0; looks < 20; looks += 1) one.look({ status: 'Starting' });
    for (let looks = 0; looks < 200 && one.commands.at(-1) === 'look'; looks += 1) {
      one.look({ imageId: 'm-new', disk: { id: 'v-new' } });
    }
    expect(one.life().ending?.kind).toBe('rebuilt');
    expect(one.commands).not.toContain('send');
  });

  test('shows it changing, and nothing comes of it: sent after a long rest, without another drain', () => {
    const one = drained();
    one.look({ status: 'Scaling' });
    for (let looks = 0; looks < 500 && one.commands.at(-1) === 'look'; looks += 1) one.look();
    expect(one.commands.at(-1)).toBe('send');
    expect(count(one.commands, 'drain')).toBe(1);
  });

  test('shows a change that does not end: busy', () => {
    const one = drained();
    for (let looks = 0; looks < 1_000 && one.life().ending === undefined; looks += 1) {
      one.look({ status: 'Scaling' });
    }
    expect(one.life().ending).toMatchObject({ reason: { kind: 'busy', status: 'Scaling' } });
  });

  test('shows it stopped: it rests for long before it is erased', () => {
    const one = drained();
    expect(one.look({ status: 'Stopped' }).type).toBe('look');
    let atMs = 0;
    for (let looks = 0; looks < 500 && one.commands.at(-1) === 'look'; looks += 1) {
      one.look({ status: 'Stopped' });
      atMs = one.life().last?.atMs ?? 0;
    }
    expect(one.commands.at(-1)).toBe('send');
    expect(atMs - 30_000).toBeGreaterThanOrEqual(300_000);
  });

  test('fails once: another one comes', () => {
    const one = drained();
    const failure = failureOf('transient', { operation: 'GetInstance' });
    expect(one.feed({ type: 'lookFailed', atMs: 31_000, failure }).type).toBe('look');
    expect(one.look().type).toBe('send');
  });

  test('is denied: the end, untouched', () => {
    const one = drained();
    one.feed({
      type: 'lookFailed',
      atMs: 31_000,
      failure: failureOf('denied', { operation: 'GetInstance' })
    });
    expect(one.life().ending).toMatchObject({ reason: { kind: 'call', failure: { kind: 'denied' } } });
    expect(fateOf(one.life())).toBe('untouched');
  });
});

describe('a cancel', () => {
  test('during it: nothing was sent', () => {
    const one = newLife();
    one.look();
    expect(one.feed({ type: 'cancelled', atMs: 10_000 }).type).toBe('end');
    expect(one.life().ending).toEqual({ kind: 'cancelled' });
    expect(fateOf(one.life())).toBe('untouched');
  });

  test('at the look after it: nothing was sent', () => {
    const one = newLife();
    one.look();
    one.feed({ type: 'drained', atMs: 30_000 });
    one.feed({ type: 'cancelled', atMs: 30_001 });
    expect(one.life().ending).toEqual({ kind: 'cancelled' });
    expect(fateOf(one.life())).toBe('untouched');
    expect(one.commands).not.toContain('send');
  });
});
