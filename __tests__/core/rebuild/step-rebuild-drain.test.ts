/** The drain of a rebuild, fed with events by hand. */
import { describe, expect, test } from '@jest/globals';
import type { Task } from '../../../src/core/plan/decide.ts';
import { diskStateOf } from '../../../src/core/rebuild/disk-state.ts';
import type {
  RebuildCommand,
  RebuildEvent,
  RebuildState,
  Step
} from '../../../src/core/rebuild/rebuild-state.ts';
import { begin, step } from '../../../src/core/rebuild/step-rebuild.ts';
import { explain } from '../../../src/core/report/explain.ts';
import { failureOf, observationOf, plannedOf, type Shown, taskOf } from './rebuilds.ts';

const problem = { cause: 'It is locked.', remedy: 'Unlock it.' };

/** A rebuild that is fed with events by hand; `commands` has all that it asked for. */
function newRebuild(patch: Partial<Task> = {}) {
  let [rebuild, command]: Step = begin(taskOf({ drain: true, ...patch }), 0, plannedOf());
  const commands: RebuildCommand['type'][] = [command.type];
  const feed = (event: RebuildEvent): RebuildCommand => {
    [rebuild, command] = step(rebuild, event);
    commands.push(command.type);
    return command;
  };
  return {
    feed,
    /** An observation that comes when it is due, or later. */
    observe(shown: Shown = {}, atMs?: number): RebuildCommand {
      const dueMs = command.type === 'observe' ? command.dueMs : rebuild.dueMs;
      const [withDisk, fresh] =
        command.type === 'observe' ? [command.withDisk, command.fresh] : [false, false];
      return feed({ type: 'observed', observation: observationOf(atMs ?? dueMs, shown, withDisk, fresh) });
    },
    rebuild: (): RebuildState => rebuild,
    commands
  };
}

function count(commands: readonly RebuildCommand['type'][], type: RebuildCommand['type']): number {
  return commands.filter((one) => one === type).length;
}

describe('the drain comes', () => {
  test('before the send, with a fresh observation in between that has the disk', () => {
    const one = newRebuild();
    expect(one.observe()).toEqual({ type: 'drain' });
    expect(one.rebuild().phase).toBe('draining');
    expect(one.feed({ type: 'prepared', atMs: 40_000 })).toEqual({
      type: 'observe',
      dueMs: 40_000,
      spreadMs: 0,
      withDisk: true,
      fresh: true
    });
    expect(one.observe({}, 40_100)).toEqual({ type: 'send' });
    expect(one.rebuild().phases.map(({ phase, fromMs }) => [phase, fromMs])).toEqual([
      ['settling', 0],
      ['draining', 0],
      ['settling', 40_000],
      ['sending', 40_100]
    ]);
    // The rebuild is compared with what was observed after the drain.
    expect(one.rebuild().reference?.atMs).toBe(40_100);
  });

  test('after the backup', () => {
    const one = newRebuild({ backup: true });
    expect(one.observe().type).toBe('backup');
    one.feed({ type: 'prepared', atMs: 120_000 });
    expect(one.observe().type).toBe('drain');
    one.feed({ type: 'prepared', atMs: 150_000 });
    expect(one.observe().type).toBe('send');
  });

  test('not if it was not asked for', () => {
    expect(newRebuild({ drain: false }).observe().type).toBe('send');
  });

  test.each<[string, Shown, Partial<Task>]>([
    ['is skipped', { imageId: 'm-new' }, {}],
    ['is refused', {}, { image: { ...taskOf().image, status: 'Error' } }],
    ['is gone', { status: 'Expired' }, {}],
    ['only has to be started', { status: 'Stopped', imageId: 'm-new' }, {}],
    ['is changing', { status: 'Starting' }, {}]
  ])('not where the instance %s', (_, shown, patch) => {
    const one = newRebuild(patch);
    one.observe(shown);
    for (let times = 0; times < 200 && one.rebuild().phase === 'settling'; times += 1) one.observe(shown);
    expect(one.commands).not.toContain('drain');
  });

  test('only once: not again for a rebuild that is sent twice', () => {
    const one = newRebuild();
    one.observe();
    one.feed({ type: 'prepared', atMs: 30_000 });
    one.observe();
    one.feed({ type: 'sendFailed', atMs: 31_000, failure: failureOf('ambiguous') });
    for (let times = 0; times < 500 && one.commands.at(-1) === 'observe'; times += 1) one.observe();
    expect(one.commands.at(-1)).toBe('send');
    expect(count(one.commands, 'send')).toBe(2);
    expect(count(one.commands, 'drain')).toBe(1);
  });

  test('only once: not again after a conflict', () => {
    const one = newRebuild();
    one.observe();
    one.feed({ type: 'prepared', atMs: 30_000 });
    one.observe();
    one.feed({ type: 'sendFailed', atMs: 31_000, failure: failureOf('conflict') });
    for (let times = 0; times < 500 && one.commands.at(-1) === 'observe'; times += 1) one.observe();
    expect(one.commands.at(-1)).toBe('send');
    expect(count(one.commands, 'drain')).toBe(1);
  });

  test('with the whole timeout ahead of the rebuild', () => {
    const one = newRebuild({ timeoutMs: 100_000 });
    one.observe();
    one.feed({ type: 'prepared', atMs: 900_000 });
    expect(one.rebuild().deadlineMs).toBe(1_000_000);
    expect(one.observe().type).toBe('send');
  });
});

describe('when it fails', () => {
  test('the rebuild fails as `drain`, and nothing was erased', () => {
    const one = newRebuild();
    one.observe();
    expect(one.feed({ type: 'prepared', atMs: 5_000, problem })).toEqual({ type: 'end' });
    const rebuild = one.rebuild();
    expect(rebuild.ending).toEqual({ kind: 'failed', reason: { kind: 'drain', problem } });
    expect(diskStateOf(rebuild)).toBe('untouched');
    expect(rebuild.phases.at(-1)).toEqual({ phase: 'ended', fromMs: 5_000 });
    expect(explain(rebuild, { kind: 'drain', problem })).toEqual({
      cause: 'its weight could not be set to 0, so nothing was erased. It is locked.',
      remedy: 'Unlock it.'
    });
  });

  test('nothing that comes later changes that', () => {
    const one = newRebuild();
    one.observe();
    one.feed({ type: 'prepared', atMs: 5_000, problem });
    const ended = one.rebuild();
    one.feed({ type: 'prepared', atMs: 6_000 });
    one.observe();
    expect(one.rebuild()).toBe(ended);
  });
});

describe('the fresh observation after it', () => {
  const drained = (patch: Partial<Task> = {}) => {
    const one = newRebuild(patch);
    one.observe();
    one.feed({ type: 'prepared', atMs: 30_000 });
    return one;
  };

  test('shows the image: skipped after timeout, because somebody has rebuilt it', () => {
    const one = drained();
    let seen = 0;
    while (one.observe({ imageId: 'm-new' }).type === 'observe' && seen < 1_000) seen += 1;
    expect(one.rebuild().ending).toEqual({ kind: 'skipped' });
    expect(one.rebuild().last?.atMs).toBeGreaterThanOrEqual(30_000 + 1_200_000);
  });

  test('shows it gone: refused', () => {
    const one = drained();
    one.observe({ status: 'Recycled' });
    expect(one.rebuild().ending).toMatchObject({ kind: 'failed', reason: { kind: 'refused' } });
    expect(diskStateOf(one.rebuild())).toBe('untouched');
  });

  test('shows it changing: it is waited for, and not erased when the image comes of it', () => {
    const one = drained();
    one.observe({ status: 'Starting' });
    expect(one.rebuild().adopted).toBe(true);
    for (let times = 0; times < 20; times += 1) one.observe({ status: 'Starting' });
    for (let times = 0; times < 200 && one.commands.at(-1) === 'observe'; times += 1) {
      one.observe({ imageId: 'm-new', disk: { id: 'v-new' } });
    }
    expect(one.rebuild().ending?.kind).toBe('rebuilt');
    expect(one.commands).not.toContain('send');
  });

  test('shows a change without effect: sent after a long stable time, without another drain', () => {
    const one = drained();
    one.observe({ status: 'Scaling' });
    for (let times = 0; times < 500 && one.commands.at(-1) === 'observe'; times += 1) one.observe();
    expect(one.commands.at(-1)).toBe('send');
    expect(count(one.commands, 'drain')).toBe(1);
  });

  test('shows a change that does not end: busy', () => {
    const one = drained();
    for (let times = 0; times < 1_000 && one.rebuild().ending === undefined; times += 1) {
      one.observe({ status: 'Scaling' });
    }
    expect(one.rebuild().ending).toMatchObject({ reason: { kind: 'busy', status: 'Scaling' } });
  });

  test('shows it stopped: it must be stable for long before it is erased', () => {
    const one = drained();
    expect(one.observe({ status: 'Stopped' }).type).toBe('observe');
    let atMs = 0;
    for (let times = 0; times < 500 && one.commands.at(-1) === 'observe'; times += 1) {
      one.observe({ status: 'Stopped' });
      atMs = one.rebuild().last?.atMs ?? 0;
    }
    expect(one.commands.at(-1)).toBe('send');
    expect(atMs - 30_000).toBeGreaterThanOrEqual(300_000);
  });

  test('fails once: another one comes', () => {
    const one = drained();
    const failure = failureOf('transient', { operation: 'GetInstance' });
    expect(one.feed({ type: 'observeFailed', atMs: 31_000, failure }).type).toBe('observe');
    expect(one.observe().type).toBe('send');
  });

  test('is denied: it fails, untouched', () => {
    const one = drained();
    one.feed({
      type: 'observeFailed',
      atMs: 31_000,
      failure: failureOf('denied', { operation: 'GetInstance' })
    });
    expect(one.rebuild().ending).toMatchObject({ reason: { kind: 'call', failure: { kind: 'denied' } } });
    expect(diskStateOf(one.rebuild())).toBe('untouched');
  });
});

describe('a cancel', () => {
  test('during it: nothing was sent', () => {
    const one = newRebuild();
    one.observe();
    expect(one.feed({ type: 'cancelled', atMs: 10_000 }).type).toBe('end');
    expect(one.rebuild().ending).toEqual({ kind: 'cancelled' });
    expect(diskStateOf(one.rebuild())).toBe('untouched');
  });

  test('at the observation after it: nothing was sent', () => {
    const one = newRebuild();
    one.observe();
    one.feed({ type: 'prepared', atMs: 30_000 });
    one.feed({ type: 'cancelled', atMs: 30_001 });
    expect(one.rebuild().ending).toEqual({ kind: 'cancelled' });
    expect(diskStateOf(one.rebuild())).toBe('untouched');
    expect(one.commands).not.toContain('send');
  });
});
