import { nextBeat } from '../../core/schedule.ts';
import type { Ports } from '../../ports/ports.ts';

/**
 * Reads on a steady beat until a read gives something, and once more at the limit. The first read goes out at once.
 *
 * @returns what the read gave; `undefined` where none gave anything up to the limit
 * @throws what the read throws; CancelledError on abort
 */
export async function poll<T>(
  read: () => Promise<T | undefined>,
  beat: { readonly intervalMs: number; readonly limitMs: number },
  { clock, cancel }: Pick<Ports, 'clock' | 'cancel'>
): Promise<T | undefined> {
  const untilMs = clock.nowMs() + beat.limitMs;
  let dueMs = clock.nowMs();
  for (;;) {
    const found = await read();
    const nowMs = clock.nowMs();
    if (found !== undefined || nowMs >= untilMs) return found;
    dueMs = nextBeat(dueMs, beat.intervalMs, nowMs);
    await clock.sleep(Math.min(dueMs, untilMs) - nowMs, cancel.signal);
  }
}
