import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledError } from '../core/model/failure.ts';
import type { Clock } from '../ports/clock.ts';

/** The clock of this machine. A sleep never ends before its moment, as timers alone do by up to two milliseconds. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  async sleep(ms, signal) {
    const untilMs = performance.now() + ms;
    let restMs = Math.max(0, ms);
    try {
      do {
        await sleep(Math.ceil(restMs), undefined, { signal });
        restMs = untilMs - performance.now();
      } while (restMs > 0);
    } catch (cause) {
      throw new CancelledError('cancelled while waiting', { cause });
    }
  }
};
