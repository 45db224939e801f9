import { describe, expect, test } from '@jest/globals';
import { createSystemClock, systemClock } from '../../src/action/system-clock.ts';
import { CancelledError } from '../../src/core/model/failure.ts';

const never = new AbortController().signal;

test('no sleep ends before its moment: an observation that comes early has to be made again', async () => {
  const early = await Promise.all(
    Array.from({ length: 200 }, async (_, at) => {
      await systemClock.sleep(at / 3, never);
      const ms = 5 + (at % 7) * 0.3;
      const fromMs = systemClock.nowMs();
      await systemClock.sleep(ms, never);
      return Math.min(0, systemClock.nowMs() - fromMs - ms);
    })
  );
  expect(Math.min(...early)).toBe(0);
});

test('a sleep ends with the signal, before or while it lasts', async () => {
  const off = new AbortController();
  const sleeping = systemClock.sleep(60_000, off.signal);
  off.abort();
  await expect(sleeping).rejects.toThrow(CancelledError);
  await expect(systemClock.sleep(0, off.signal)).rejects.toThrow(CancelledError);
});

describe('a machine that sleeps, and a clock that is set', () => {
  /** A machine after 10 s, whose times then move on by so much. */
  function moveOn({ monotonic = 0, wall = 0, uptime = 0 }) {
    const times = { monotonic: 10_000, wall: 1_000_000, uptime: 50_000 };
    const clock = createSystemClock({
      monotonicMs: () => times.monotonic,
      wallMs: () => times.wall,
      uptimeMs: () => times.uptime
    });
    const fromMs = clock.nowMs();
    times.monotonic += monotonic;
    times.wall += wall;
    times.uptime += uptime;
    return { clock, times, passedMs: clock.nowMs() - fromMs };
  }

  test('time goes on while the machine sleeps', () => {
    const { clock, times, passedMs } = moveOn({ monotonic: 5, wall: 600_005, uptime: 600_000 });
    expect(passedMs).toBe(600_000);
    times.wall += 90_000;
    times.uptime += 90_010;
    expect(clock.nowMs()).toBe(10_005 + 690_005);
    // Set back by the network's time, which ends no sleep that was.
    times.wall -= 700_000;
    expect(clock.nowMs()).toBe(10_005 + 690_005);
  });

  test.each([3_600_000, -3_600_000])('a wall clock that is set by %d ms changes nothing', (wall) => {
    expect(moveOn({ monotonic: 2_000, wall, uptime: 2_010 }).passedMs).toBe(2_000);
  });

  test('a clock that is corrected little by little changes nothing', () => {
    expect(moveOn({ monotonic: 60_000, wall: 60_900, uptime: 60_000 }).passedMs).toBe(60_000);
  });
});
