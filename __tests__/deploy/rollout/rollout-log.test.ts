import { describe, expect, test } from '@jest/globals';
import type { Image } from '../../../src/core/model/image.ts';
import { makePlan, type Plan, type Target } from '../../../src/core/plan/plan.ts';
import type { Outcome, Rollout, RolloutEvent } from '../../../src/core/rollout/rollout-state.ts';
import { beginRollout, stepRollout } from '../../../src/core/rollout/step-rollout.ts';
import { RolloutLog } from '../../../src/deploy/rollout/rollout-log.ts';
import type { Log } from '../../../src/ports/log.ts';
import { disk, image, instance, taskOf } from '../../core/rebuild/rebuilds.ts';
import { onBriefStage } from '../../support/brief.ts';
import { bothDemos, countSleepers, maxUnavailable } from '../../support/ports.ts';
import { health } from '../../support/stage.ts';
import { VirtualClock } from '../../support/virtual.ts';

const never = new AbortController().signal;
const succeeded: Outcome = { result: 'succeeded', isUnavailable: false, canRollBack: true };
const failed: Outcome = { result: 'failed', isUnavailable: true, canRollBack: false };
const withdrawn: Outcome = { result: 'withdrawn', isUnavailable: false, canRollBack: false };
/** Nothing was done to it. */
const refused: Outcome = { result: 'failed', isUnavailable: false, canRollBack: false };
const broken: Outcome = { result: 'failed', isUnavailable: true, canRollBack: true };

/** `onIt` of the targets run on the image already. */
function planOf(count: number, how: Parameters<typeof makePlan>[3], onIt = 0): Plan {
  const wanted: Image = image;
  const targets = Array.from({ length: count }, (_, index): Target => {
    const id = `i-${index + 1}`;
    const imageId = index < onIt ? wanted.id : 'm-old';
    return {
      task: taskOf({ instanceId: id }),
      instance: { ...instance, id, imageId },
      disk,
      snapshots: [],
      circumstances: { rollbackImage: { kind: 'notAsked' } }
    };
  });
  return makePlan(wanted, { login: { kind: 'keepImageLogin' }, script: 'kept' }, targets, how);
}

/** The log of a rollout that is driven by hand: `end` reports an end at the current time of the clock. */
function newScene(
  count: number,
  more: {
    readonly maxUnavailable?: number;
    readonly onIt?: number;
    readonly rollback?: boolean;
    readonly maxFailures?: number;
  } = {}
) {
  const virtual = new VirtualClock();
  const { clock, sleeping } = countSleepers(virtual);
  const settings = maxUnavailable(more.maxUnavailable ?? count, { maxFailures: more.maxFailures ?? 0 });
  const plan = planOf(count, { settings, rollback: more.rollback ?? false }, more.onIt);
  const lines: { readonly atMs: number; readonly text: string }[] = [];
  const put = (text: string) => lines.push({ atMs: clock.nowMs(), text });
  const log: Log = {
    info: put,
    warning: (text) => put(`warning: ${text}`),
    debug: () => undefined,
    group: (_title, work) => work()
  };
  const rolloutLog = new RolloutLog({ log, clock });
  let rollout: Rollout;
  [rollout] = beginRollout(plan.rollout, clock.nowMs());
  rolloutLog.tell(rollout);
  const feed = (event: RolloutEvent): void => {
    [rollout] = stepRollout(rollout, event);
    rolloutLog.tell(rollout);
  };
  return {
    clock: virtual,
    rolloutLog,
    lines,
    sleeping,
    texts: () => lines.map(({ text }) => text),
    progress: () => lines.filter(({ text }) => /^\d+ of \d+ done/.test(text)),
    wait: (ms: number) => virtual.sleep(ms, never),
    end: (id: string, outcome = succeeded) => feed({ type: 'ended', id, outcome, atMs: clock.nowMs() }),
    back: (id: string, result: 'rolledBack' | 'rollbackFailed') =>
      feed({
        type: 'rollbackEnded',
        id,
        result,
        isUnavailable: result !== 'rolledBack',
        atMs: clock.nowMs()
      }),
    cancel: () => feed({ type: 'cancelled', atMs: clock.nowMs() })
  };
}

describe('the end of each', () => {
  test('is a line with the time that it took', async () => {
    const { wait, end, texts, rolloutLog } = newScene(3, { maxUnavailable: 2 });
    await wait(240_000);
    end('i-1');
    await wait(5_000);
    end('i-2', failed);
    rolloutLog.dispose();
    expect(texts()).toContain('i-1: done after 4m 00s');
    expect(texts()).toContain('i-2: failed after 4m 05s');
  });

  test('has the time since it was started itself, not since the rollout was', async () => {
    const { wait, end, texts, rolloutLog } = newScene(2, { maxUnavailable: 1 });
    await wait(60_000);
    end('i-1');
    await wait(90_000);
    end('i-2');
    rolloutLog.dispose();
    expect(texts()).toContain('i-2: done after 1m 30s');
  });

  test('of one that is on the image already says so', async () => {
    const { wait, end, texts, rolloutLog } = newScene(3, { onIt: 1 });
    await wait(2_000);
    end('i-1');
    rolloutLog.dispose();
    expect(texts()).toContain('i-1: is on the image already after 2s');
  });

  test.each([
    ['rolledBack', 'rolled back'],
    ['rollbackFailed', 'rollback failed']
  ] as const)('of one that is %s has two lines', async (result, words) => {
    const { wait, end, back, texts, rolloutLog } = newScene(3, { rollback: true, maxFailures: 3 });
    await wait(60_000);
    end('i-1', broken);
    await wait(60_000);
    back('i-1', result);
    rolloutLog.dispose();
    expect(texts().some((text) => text.startsWith(`i-1: ${words} after`))).toBe(true);
  });
});

describe('the lines of progress', () => {
  test('begin with the first end, when there is an estimate', async () => {
    const { wait, end, lines, rolloutLog } = newScene(4, { maxUnavailable: 2 });
    await wait(30_000);
    expect(lines).toEqual([]);
    await wait(10_000);
    end('i-1');
    rolloutLog.dispose();
    expect(lines.map(({ text }) => text)).toEqual([
      'i-1: done after 40s',
      '1 of 4 done, 2 under way, 1 to go; about 40s left (a rebuild takes 40s)'
    ]);
  });

  test('have no estimate where nothing has been rebuilt yet', async () => {
    const { wait, end, progress, rolloutLog } = newScene(3, { maxFailures: 2 });
    await wait(20_000);
    end('i-1', failed);
    rolloutLog.dispose();
    expect(progress().map(({ text }) => text)).toEqual(['1 of 3 done (1 failed), 2 under way']);
  });

  test('take no estimate from those that were only checked', async () => {
    const { wait, end, progress, rolloutLog } = newScene(3, { onIt: 1 });
    await wait(1_000);
    end('i-1');
    rolloutLog.dispose();
    expect(progress().map(({ text }) => text)).toEqual(['1 of 3 done (1 skipped), 2 under way']);
  });

  test('come at most every 15 seconds, however many end', async () => {
    const { wait, end, progress, rolloutLog } = newScene(61, { maxUnavailable: 61 });
    for (let index = 1; index <= 60; index += 1) {
      await wait(1_000);
      end(`i-${index}`);
    }
    rolloutLog.dispose();
    const gaps = progress().map(({ atMs }, at, all) => (at === 0 ? 15_000 : atMs - (all[at - 1]?.atMs ?? 0)));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(15_000);
    expect(progress().length).toBeGreaterThanOrEqual(4);
  });

  test('the last one always comes, however soon after the one before', async () => {
    const { wait, end, texts, rolloutLog } = newScene(2);
    await wait(60_000);
    end('i-1');
    await wait(1_000);
    end('i-2');
    rolloutLog.dispose();
    expect(texts().at(-1)).toBe('2 of 2 done');
  });

  test('count everybody once', async () => {
    const { wait, end, texts, rolloutLog } = newScene(6, { maxUnavailable: 2, onIt: 1, maxFailures: 9 });
    await wait(20_000);
    end('i-1');
    await wait(20_000);
    end('i-2');
    await wait(20_000);
    end('i-3', failed);
    rolloutLog.dispose();
    expect(texts().at(-1)).toMatch(/^3 of 6 done \(1 failed, 1 skipped\), 1 under way, 2 to go; about /);
  });
});

describe('a heartbeat line', () => {
  test('comes every minute while nothing ends, before the first end too', async () => {
    const { wait, lines, rolloutLog } = newScene(3);
    await wait(200_000);
    rolloutLog.dispose();
    expect(lines).toEqual([
      // The first one sooner, for the clock is set so that a first end is reported at once.
      { atMs: 45_000, text: '0 of 3 done, 3 under way' },
      { atMs: 105_000, text: '0 of 3 done, 3 under way' },
      { atMs: 165_000, text: '0 of 3 done, 3 under way' }
    ]);
  });

  test('does not come where there was a line just now', async () => {
    const { wait, end, progress, rolloutLog } = newScene(9);
    for (let index = 1; index <= 4; index += 1) {
      await wait(20_000);
      end(`i-${index}`);
    }
    rolloutLog.dispose();
    expect(progress().map(({ atMs }) => atMs)).toEqual([20_000, 40_000, 60_000, 80_000]);
  });

  test('is never further than a minute from the line before it', async () => {
    const { wait, end, lines, rolloutLog } = newScene(3);
    await wait(20_000);
    end('i-1');
    await wait(200_000);
    rolloutLog.dispose();
    const gaps = lines.map(({ atMs }, at) => atMs - (lines[at - 1]?.atMs ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(60_000);
  });

  test('ends when it is disposed, with no timer left', async () => {
    const { wait, rolloutLog, lines, sleeping } = newScene(3);
    expect(sleeping()).toBe(1);
    rolloutLog.dispose();
    await wait(300_000);
    expect(sleeping()).toBe(0);
    expect(lines).toEqual([]);
  });
});

describe('the stop', () => {
  const why = '1 failed, and maxFailures is 0, so the rollout stopped.';

  test('has one line', async () => {
    const { wait, end, texts, rolloutLog } = newScene(5, { maxUnavailable: 2 });
    await wait(20_000);
    end('i-1', failed);
    await wait(20_000);
    end('i-2', failed);
    rolloutLog.dispose();
    expect(texts().filter((text) => text.includes('stopped'))).toEqual([
      `${why} 3 of 5 are not started. 1 is under way: a rebuild that was not sent yet is withdrawn.`
    ]);
  });

  test('leaves out what there is none of', async () => {
    const { end, texts, rolloutLog } = newScene(5, { maxUnavailable: 1 });
    end('i-1', failed);
    rolloutLog.dispose();
    expect(texts()).toContain(`${why} 4 of 5 are not started.`);
  });

  test('says what is rolled back, that included whose rollback begins at once', async () => {
    const { end, texts, rolloutLog } = newScene(5, { maxUnavailable: 1, rollback: true });
    end('i-1');
    end('i-2', refused);
    rolloutLog.dispose();
    expect(texts()).toContain(`${why} 3 of 5 are not started. 1 that was rebuilt is rolled back now.`);
  });

  test('says that what is under way is rolled back as well', async () => {
    const { end, texts, rolloutLog } = newScene(5, { maxUnavailable: 2, rollback: true });
    end('i-1');
    end('i-2', failed);
    rolloutLog.dispose();
    expect(texts()).toContain(
      `${why} 2 of 5 are not started. 1 is under way: a rebuild that was not sent yet is withdrawn, any other is rolled back. 1 that was rebuilt is rolled back now.`
    );
  });

  test('names what is under way also where nothing waits, and each that is withdrawn later', async () => {
    const { wait, end, texts, rolloutLog } = newScene(3, { maxUnavailable: 3 });
    end('i-1', failed);
    await wait(20_000);
    end('i-2', withdrawn);
    end('i-3');
    rolloutLog.dispose();
    expect(texts()).toEqual([
      'i-1: failed after 0s',
      `${why} 2 are under way: a rebuild that was not sent yet is withdrawn.`,
      '1 of 3 done (1 failed), 2 under way',
      'i-2: withdrawn after 20s',
      '1 of 3 done (1 failed), 1 under way',
      'i-3: done after 20s',
      '2 of 3 done (1 failed)'
    ]);
  });

  test('by a cancel has no line: the person who cancels knows it', async () => {
    const { wait, cancel, texts, rolloutLog } = newScene(5, { maxUnavailable: 2 });
    await wait(20_000);
    cancel();
    rolloutLog.dispose();
    expect(texts().filter((text) => text.includes('cancel'))).toEqual([]);
  });
});

test('in a run of a single target: no lines here, because its own log has them', async () => {
  await onBriefStage({}, async (world) => {
    await world.run({ health });
    expect(world.lines.filter((line) => /: done after|of 1 done/.test(line))).toEqual([]);
    expect(world.lines.some((line) => line.includes('the rebuild has started'))).toBe(true);
  });
});

test('in a run: the ends, the progress, and nothing after the last line', async () => {
  await onBriefStage({ emulator: { behaviour: { rebuildMs: 60_000 } } }, async (world) => {
    await world.run({ selection: bothDemos, health });
    const told = world.lines.filter((line) => /: done after|of 2 done/.test(line));
    expect(told.filter((line) => line.includes(': done after')).map((line) => line.split(':')[0])).toEqual([
      'i-demo0001',
      'i-demo0002'
    ]);
    expect(told.at(-1)).toBe('2 of 2 done');
    expect(told.some((line) => /^1 of 2 done, .*left/.test(line))).toBe(true);
  });
});
