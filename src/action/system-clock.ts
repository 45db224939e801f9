import { uptime } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledError } from '../core/model/failure.ts';
import type { Clock } from '../ports/clock.ts';

/** The times that a machine tells, in milliseconds. */
export interface TimeSources {
  /** Never set, but on Linux and macOS it stands still while the machine sleeps. */
  monotonicMs(): number;
  /** May be set at any time. */
  wallMs(): number;
  /** Since the machine started, its sleep included. */
  uptimeMs(): number;
}

/** The clock of this machine. */
export const systemClock: Clock = createSystemClock({
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  uptimeMs: () => uptime() * 1000
});

/** By how much two sources may disagree, in milliseconds, before the machine counts as having slept. */
const toleranceMs = 1_000;

/**
 * A clock whose time goes on while the machine sleeps: what was observed before has aged by then. A sleep never ends
 * before its moment, as timers alone do by up to two milliseconds.
 */
export function createSystemClock({ monotonicMs, wallMs, uptimeMs }: TimeSources): Clock {
  // How far uptime and wall clock are ahead of the monotonic one: at the beginning, and when it was looked at last.
  let awake: number | undefined;
  let ahead = 0;
  let sleptMs = 0;
  const nowMs = (): number => {
    const ms = monotonicMs();
    const aheadMs = wallMs() - ms;
    // The wall clock costs little, and tells when it is worth asking; it may have been set instead.
    if (awake === undefined || Math.abs(aheadMs - ahead) > toleranceMs) {
      ahead = aheadMs;
      awake ??= uptimeMs() - ms;
      const allMs = uptimeMs() - ms - awake;
      if (allMs - sleptMs > toleranceMs) sleptMs = allMs;
    }
    return ms + sleptMs;
  };
  return {
    nowMs,
    wallMs,
    async sleep(ms, signal) {
      const untilMs = nowMs() + ms;
      let restMs = Math.max(0, ms);
      try {
        do {
          await sleep(Math.ceil(restMs), undefined, { signal });
          restMs = untilMs - nowMs();
        } while (restMs > 0);
      } catch (cause) {
        throw new CancelledError('cancelled while waiting', { cause });
      }
    }
  };
}
