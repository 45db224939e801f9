/** The rules about stability, age and agreement of observations, each with observations made by hand. */
import { describe, expect, test } from '@jest/globals';
import type { RebuildEvent } from '../../../src/core/rebuild/rebuild-state.ts';
import {
  failureOf,
  observationOf,
  plannedOf,
  playRebuild,
  reasonOf,
  type Shown,
  stretches,
  taskOf
} from './rebuilds.ts';

const always = Number.POSITIVE_INFINITY;
const onNew: Shown = { imageId: 'm-new' };
const starting: Shown = { status: 'Starting', imageId: 'm-new' };
const done: Shown = { ...onNew, disk: { id: 'v-new' } };

const lost = (atMs: number): RebuildEvent => ({ type: 'sendFailed', atMs, failure: failureOf('ambiguous') });
const failing =
  (fromMs: number, toMs: number) =>
  (atMs: number): RebuildEvent | undefined =>
    atMs >= fromMs && atMs < toMs
      ? { type: 'observeFailed', atMs, failure: failureOf('transient') }
      : undefined;

describe('time in which nothing could be observed', () => {
  test('is not time in which nothing started: an outage restarts the search', () => {
    const played = playRebuild(taskOf(), { show: () => ({}), send: lost, observe: failing(1_000, 400_000) });
    expect(played.sends[1]).toBeGreaterThanOrEqual(400_000 + 300_000);
  });

  test('nor is a suspension: the time between two observations is far longer than the interval', () => {
    let shiftMs = 0;
    const played = playRebuild(taskOf(), {
      show: () => ({}),
      send: lost,
      delay: (atMs) => {
        if (atMs < 20_000 || shiftMs > 0) return 0;
        shiftMs = 400_000;
        return shiftMs;
      }
    });
    expect(played.sends[1]).toBeGreaterThanOrEqual(420_000 + 300_000);
  });

  test('is not stable time before erasing: Stopped must be observed for a quarter of timeout without a gap', () => {
    const played = playRebuild(taskOf(), {
      show: () => ({ status: 'Stopped' }),
      observe: failing(50_000, 350_000)
    });
    expect(played.sends[0]).toBeGreaterThanOrEqual(350_000 + 300_000);
  });

  test('is not stable time after a change of somebody else', () => {
    const script = stretches([30_000, starting], [always, {}]);
    const played = playRebuild(taskOf(), { ...script, observe: failing(40_000, 200_000) });
    expect(played.sends[0]).toBeGreaterThanOrEqual(200_000 + 120_000);
  });
});

describe('at the end of a rebuild', () => {
  const course = stretches([20_000, {}], [80_000, starting], [always, done]);
  /** Every observation has the disk, as a list for several instances gives it. */
  const observing = (show: (atMs: number) => Shown, isFresh: (atMs: number) => boolean) =>
    playRebuild(taskOf(), {
      ...course,
      observe: (atMs) => ({
        type: 'observed',
        observation: observationOf(atMs, show(atMs), true, isFresh(atMs))
      })
    });

  test('one observation that shows it done is not enough, and the second is a second later', () => {
    const { observedMs, rebuild } = observing(course.show, () => true);
    expect(rebuild.ending).toEqual({ kind: 'rebuilt' });
    const back = observedMs.filter((atMs) => atMs >= 80_000);
    expect(back).toHaveLength(2);
    expect((back[1] ?? 0) - (back[0] ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  test('a flap that only one observation shows proves nothing', () => {
    let flapMs: number | undefined;
    const show = (atMs: number): Shown => {
      if (atMs >= 40_000) flapMs ??= atMs;
      return atMs === flapMs ? done : course.show(atMs);
    };
    const { observedMs, rebuild } = observing(show, () => true);
    expect(rebuild.ending).toEqual({ kind: 'rebuilt' });
    expect(observedMs.at(-1)).toBeGreaterThan(80_000);
  });

  test('one on a kept connection does not count as the second', () => {
    let seen = 0;
    const isFresh = (atMs: number): boolean => atMs < 80_000 || ++seen >= 4;
    const { observedMs, rebuild } = observing(course.show, isFresh);
    expect(rebuild.ending).toEqual({ kind: 'rebuilt' });
    expect(observedMs.filter((atMs) => atMs >= 80_000)).toHaveLength(4);
  });
});

describe('before an erasing', () => {
  test('two observations agree, an interval apart, the second on a fresh connection', () => {
    const played = playRebuild(taskOf(), stretches([20_000, {}], [80_000, starting], [always, done]), null);
    expect(played.sends).toEqual([5_000]);
    expect(played.commands.slice(0, 3)).toMatchObject([
      { type: 'observe', withDisk: true },
      { type: 'observe', withDisk: true, fresh: true },
      { type: 'send' }
    ]);
  });

  test('one that agrees with the plan is enough, however old the plan is', () => {
    const planned = { ...plannedOf(), atMs: -7_200_000, answeredAtMs: -7_200_000 };
    const played = playRebuild(
      taskOf(),
      stretches([20_000, {}], [80_000, starting], [always, done]),
      planned
    );
    expect(played.sends).toEqual([0]);
  });

  test('a first one from a replica with a lag erases nothing', () => {
    const played = playRebuild(taskOf(), stretches([1_500, {}], [90_000, starting], [always, done]), null);
    expect(played.sends).toEqual([]);
    expect(reasonOf(played)).toBe('rebuilt');
  });

  test.each<[string, Shown]>([
    ['the image', onNew],
    ['the disk', { disk: { id: 'v-other' } }]
  ])('two that differ in %s alone: nothing is decided until the whole timeout has passed', (_, shown) => {
    const played = playRebuild(taskOf(), { show: () => shown }, plannedOf());
    const decidedMs = played.sends[0] ?? played.observedMs.at(-1);
    expect(decidedMs).toBeGreaterThanOrEqual(taskOf().timeoutMs);
  });

  test('two that differ in their status: nothing is decided until it has been stable for a tenth of timeout', () => {
    const played = playRebuild(taskOf(), { show: () => ({}) }, plannedOf({ status: 'Stopped' }));
    expect(played.sends[0]).toBeGreaterThanOrEqual(120_000);
    expect(played.sends[0]).toBeLessThan(130_000);
  });

  test('a disk that changes while only a snapshot shows is not stable before erasing', () => {
    const played = playRebuild(taskOf(), {
      show: (atMs) => {
        if (atMs < 20_000) return { status: 'SnapshotProcessing' };
        return atMs < 700_000 ? { disk: { id: 'v-new' } } : done;
      }
    });
    expect(played.sends).toEqual([]);
  });

  test('a rebuild of a killed run that shows in no status, and whose image changes early, is not skipped too soon', () => {
    const played = playRebuild(
      taskOf(),
      stretches([3_000, {}], [700_000, onNew], [always, { ...onNew, status: 'Error' }]),
      null
    );
    expect(reasonOf(played)).not.toBe('skipped');
  });
});

describe('before a skip', () => {
  test('two observations agree', () => {
    const played = playRebuild(taskOf(), { show: () => done }, null);
    expect(reasonOf(played)).toBe('skipped');
    expect(played.observedMs).toEqual([0, 5_000]);
  });

  test('an image that was written on acceptance is no skip when the second shows the work', () => {
    const played = playRebuild(
      taskOf(),
      stretches([4_000, onNew], [90_000, starting], [always, { status: 'Error' }]),
      null
    );
    expect(reasonOf(played)).not.toBe('skipped');
  });
});

describe('a snapshot or an image that is made meanwhile', () => {
  const snapshot = (shown: Shown): Shown => ({ ...shown, status: 'SnapshotProcessing' });

  test.each<[string, boolean, Shown]>([
    ['with force', true, onNew],
    ['with an image record that is written on acceptance', false, {}]
  ])('%s proves nothing: the rebuild begins and fails only after it', (_, force, before) => {
    const played = playRebuild(taskOf({ force }), {
      show: (atMs) => {
        if (atMs <= 0) return before;
        if (atMs < 3_000) return onNew;
        if (atMs < 20_000) return snapshot(onNew);
        if (atMs < 400_000) return onNew;
        return atMs < 500_000 ? starting : { ...onNew, status: 'Error' };
      }
    });
    expect(reasonOf(played)).toBe('status');
  });

  test('proves nothing by a change that comes after it: the rebuild shows in no status, and fails', () => {
    const played = playRebuild(taskOf(), {
      show: (atMs) => {
        if (atMs <= 0) return {};
        if (atMs >= 600_000) return { ...done, status: 'Error' };
        const disk = { id: atMs < 60_000 ? 'v-old' : 'v-new' };
        return atMs >= 20_000 && atMs < 40_000 ? snapshot({ ...onNew, disk }) : { ...onNew, disk };
      }
    });
    expect(reasonOf(played)).toBe('status');
  });

  test('proves nothing at once by a change at its end: the rebuild that shows in no status may have begun then', () => {
    const played = playRebuild(taskOf(), {
      show: (atMs) => {
        if (atMs <= 9_000) return {};
        if (atMs < 40_000) return snapshot({});
        return atMs < 700_000 ? done : { ...done, status: 'Error' };
      }
    });
    expect(reasonOf(played)).toBe('status');
  });

  test('with wait: false it is no start', () => {
    const played = playRebuild(taskOf({ force: true, wait: false }), {
      show: (atMs) => (atMs > 3_000 && atMs < 20_000 ? snapshot(onNew) : onNew)
    });
    expect(reasonOf(played)).toBe('unproven');
  });

  test('of an instance that is on the image already is waited out, and then it is skipped', () => {
    const played = playRebuild(taskOf(), stretches([60_000, snapshot(onNew)], [always, onNew]));
    expect(reasonOf(played)).toBe('skipped');
    expect(played.observedMs.at(-1)).toBeGreaterThanOrEqual(60_000 + 120_000);
  });
});

describe('observations that contradict each other', () => {
  test('a state that was observed before the change must be stable: a replica 8 s behind shows it again', () => {
    const played = playRebuild(taskOf(), {
      show: (atMs) => {
        if (atMs <= 0) return {};
        if (atMs < 9_000) return onNew;
        if (atMs < 11_000) return starting;
        if (atMs < 16_000) return onNew;
        return atMs < 200_000 ? starting : { ...onNew, status: 'Error' };
      }
    });
    expect(reasonOf(played)).toBe('status');
  });

  test('a return within the maximum lag of a replica does not count', () => {
    const played = playRebuild(taskOf(), {
      show: (atMs) => {
        if (atMs < 9_000) return {};
        if (atMs < 10_000) return starting;
        if (atMs < 20_000) return onNew;
        return atMs < 200_000 ? starting : { ...onNew, status: 'Error' };
      }
    });
    expect(reasonOf(played)).toBe('status');
  });

  test('back, and unavailable again: from then on it must be stable', () => {
    let flapMs: number | undefined;
    const played = playRebuild(taskOf(), {
      show: (atMs) => {
        if (atMs < 9_000) return {};
        if (atMs < 60_000) return starting;
        flapMs ??= atMs;
        return atMs > flapMs && atMs < 90_000 ? starting : done;
      }
    });
    expect(reasonOf(played)).toBe('rebuilt');
    expect(played.observedMs.at(-1)).toBeGreaterThanOrEqual(90_000 + 120_000);
  });

  test('a flap of half a second is no end', () => {
    const played = playRebuild(taskOf(), {
      show: (atMs) => {
        if (atMs < 9_000) return {};
        if (atMs >= 62_000 && atMs < 62_500) return done;
        return atMs < 200_000 ? { ...starting, status: 'Rebuilding' } : { ...onNew, status: 'Error' };
      }
    });
    expect(reasonOf(played)).toBe('status');
  });
});

describe('a status that ends the wait', () => {
  test.each(['Error', 'Expired', 'Deleted', 'Recycled'])(
    '%s that is no longer shown a second later ends nothing',
    (status) => {
      let seenMs: number | undefined;
      const played = playRebuild(taskOf(), {
        show: (atMs) => {
          if (atMs < 9_000) return {};
          if (atMs < 60_000) return starting;
          seenMs ??= atMs;
          if (atMs === seenMs) return { status };
          return atMs < 90_000 ? starting : done;
        }
      });
      expect(reasonOf(played)).toBe('rebuilt');
    }
  );

  test('Error may come from a replica with a lag if it was shown before the rebuild too', () => {
    const played = playRebuild(taskOf(), {
      show: (atMs) => {
        if (atMs < 9_000 || (atMs >= 12_000 && atMs < 18_000)) return { status: 'Error' };
        return atMs < 90_000 ? starting : done;
      }
    });
    expect(reasonOf(played)).toBe('rebuilt');
  });
});

describe('with wait: false', () => {
  test('two observations show the start, a second apart, the second on a fresh connection', () => {
    const played = playRebuild(taskOf({ wait: false }), stretches([9_000, {}], [always, starting]));
    expect(reasonOf(played)).toBe('started');
    const [before = 0, last = 0] = played.observedMs.slice(-2);
    expect(last - before).toBeGreaterThanOrEqual(1_000);
    expect(played.commands.at(-1)).toMatchObject({ fresh: true });
  });

  test('a flap is no start', () => {
    const played = playRebuild(taskOf({ wait: false }), {
      show: (atMs) => (atMs >= 9_000 && atMs < 10_000 ? { status: 'Starting' } : {})
    });
    expect(reasonOf(played)).toBe('unproven');
  });
});

describe('how often it is observed', () => {
  /** The longest time between two observations of the stretch. */
  const longestIn = (observedMs: readonly number[], fromMs: number, toMs: number): number => {
    const within = observedMs.filter((atMs) => atMs >= fromMs && atMs < toMs);
    return Math.max(...within.slice(1).map((atMs, at) => atMs - (within[at] ?? atMs)));
  };
  const observedAt = (...parts: readonly (readonly [number, Shown])[]): readonly number[] => {
    const { observedMs, rebuild } = playRebuild(taskOf(), stretches([9_000, {}], ...parts, [always, done]));
    expect(rebuild.ending?.kind).toBe('rebuilt');
    return observedMs;
  };

  test.each(['Stopping', 'ImageProcessing', 'Rebuilding'])(
    'every second for a minute, once Starting comes after %s',
    (status) => {
      const observedMs = observedAt([100_000, { ...onNew, status }], [300_000, starting]);
      expect(longestIn(observedMs, 105_000, 160_000)).toBeLessThanOrEqual(1_000);
      expect(longestIn(observedMs, 170_000, 300_000)).toBeGreaterThan(3_000);
    }
  );

  test('and if Starting is the first status, half a minute after the acceptance', () => {
    const { observedMs } = playRebuild(taskOf(), stretches([45_000, {}], [90_000, starting], [always, done]));
    expect(longestIn(observedMs, 50_000, 90_000)).toBeLessThanOrEqual(1_000);
  });

  test('and after it was told to start, whatever came before', () => {
    const stopped = { ...done, status: 'Stopped' };
    let startedAtMs = always;
    const { observedMs, rebuild } = playRebuild(taskOf(), {
      show: (atMs) => {
        if (atMs < 9_000) return {};
        if (atMs < 60_000) return starting;
        if (atMs < startedAtMs) return stopped;
        return atMs < startedAtMs + 30_000 ? starting : done;
      },
      start: (atMs) => {
        startedAtMs = atMs;
        return { type: 'startAccepted', atMs, requestId: 'r-2' };
      }
    });
    expect(rebuild.ending?.kind).toBe('rebuilt');
    expect(longestIn(observedMs, startedAtMs + 6_000, startedAtMs + 30_000)).toBeLessThanOrEqual(1_000);
  });

  test('not if Starting comes first and soon, because it may last for minutes', () => {
    const observedMs = observedAt([300_000, starting]);
    expect(observedMs.length).toBeLessThanOrEqual(82);
  });

  test.each(['Starting', 'Rebuilding'])(
    'with %s before the end, so that the proof ends within pollInterval of the end',
    (status) => {
      const lags = Array.from({ length: 50 }, (_, at) => {
        const endsAtMs = 120_000 + at * 173;
        return (observedAt([endsAtMs, { ...onNew, status }]).at(-1) ?? 0) - endsAtMs;
      });
      expect(Math.max(...lags)).toBeLessThanOrEqual(5_000);
    }
  );

  test.each(['Stopping', 'ImageProcessing'])('with %s, which Starting follows, at pollInterval', (status) => {
    const observedMs = observedAt([200_000, { ...onNew, status }], [220_000, starting]);
    expect(longestIn(observedMs, 20_000, 200_000)).toBeGreaterThan(4_500);
  });

  test.each([
    [1_000, 1_000],
    [2_000, 2_000],
    [30_000, 30_000]
  ])('a pollInterval of %d ms is never exceeded', (pollIntervalMs, mostMs) => {
    const script = stretches([9_000, {}], [400_000, starting], [always, done]);
    const { observedMs } = playRebuild(taskOf({ pollIntervalMs }), script, null);
    const gap = longestIn(observedMs, 50_000, 400_000);
    expect(gap).toBeLessThanOrEqual(mostMs);
    expect(gap).toBeGreaterThanOrEqual(mostMs * 0.7);
  });
});

describe('a system disk without a status', () => {
  const bare = (shown: Shown): Shown => ({ ...shown, disk: { ...shown.disk, status: '' } });

  test('is tolerated if it had none before either', () => {
    const played = playRebuild(
      taskOf(),
      stretches([20_000, bare({})], [80_000, bare(starting)], [always, bare(done)]),
      null
    );
    expect(played.sends).toHaveLength(1);
    expect(reasonOf(played)).toBe('rebuilt');
  });

  test('proves nothing if it had one before', () => {
    const played = playRebuild(
      taskOf(),
      stretches([20_000, {}], [80_000, starting], [always, bare(done)]),
      null
    );
    expect(played.sends).toHaveLength(1);
    expect(reasonOf(played)).toBe('timedOut');
  });
});
