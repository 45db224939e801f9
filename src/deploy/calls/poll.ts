import { nextBeat } from '../../core/rebuild/schedule.ts';
import type { Clock } from '../../ports/clock.ts';

/**
 * Looks on a steady beat until a look gives something, and once more at the limit. The first look is taken at
 * once.
 *
 * @returns what the look gave; `undefined` where it gave nothing up to the limit
 * @throws what the look throws; CancelledError on abort
 */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  beat: { readonly intervalMs: number; readonly limitMs: number },
  clock: Clock,
  signal: AbortSignal
): Promise<T | undefined> {
  const untilMs = clock.nowMs() + beat.limitMs;
  let dueMs = clock.nowMs();
  for (;;) {
    const found = await look();
    const nowMs = clock.nowMs();
    if (found !== undefined || nowMs >= untilMs) return found;
    dueMs = nextBeat(dueMs, beat.intervalMs, nowMs);
    await clock.sleep(Math.min(dueMs, untilMs) - nowMs, signal);
  }
}
