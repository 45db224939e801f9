import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledError } from '../core/model/failure.ts';
import type { Clock } from '../ports/clock.ts';

/** The clock of this machine. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await sleep(Math.max(0, ms), undefined, { signal });
    } catch (cause) {
      throw new CancelledError('cancelled while waiting', { cause });
    }
  }
};
