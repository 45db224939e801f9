import type { Clock } from '../../ports/clock.ts';

/** A person should not wait longer than this for a line of the log, in milliseconds. */
export const heartbeatMs = 60_000;

/** Does the work, and calls `say` with the milliseconds since it began, once a minute, until it ends. */
export async function withHeartbeat<T>(
  work: () => Promise<T>,
  say: (elapsedMs: number) => void,
  clock: Clock
): Promise<T> {
  const off = new AbortController();
  const fromMs = clock.nowMs();
  const beat = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(heartbeatMs, off.signal);
      say(clock.nowMs() - fromMs);
    }
  };
  // It ends only by the abort, with a rejection that says nothing.
  beat().catch(() => undefined);
  try {
    return await work();
  } finally {
    off.abort('over');
  }
}
