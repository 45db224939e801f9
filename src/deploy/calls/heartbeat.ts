import type { Clock } from '../../ports/clock.ts';

/** A person should not wait longer than this for a line of the log, in milliseconds. */
const heartbeatMs = 60_000;

/**
 * Calls `say` whenever the log has been silent for a minute.
 *
 * @param spokeMs when the last line came that is not from here, in milliseconds on the monotonic clock
 * @returns what ends it
 */
export function startHeartbeat(
  say: (nowMs: number) => void,
  spokeMs: () => number,
  clock: Clock
): () => void {
  const off = new AbortController();
  const beat = async (): Promise<void> => {
    for (let saidMs = spokeMs(); ; saidMs = Math.max(saidMs, spokeMs())) {
      await clock.sleep(Math.max(1, saidMs + heartbeatMs - clock.nowMs()), off.signal);
      const nowMs = clock.nowMs();
      if (nowMs - Math.max(saidMs, spokeMs()) < heartbeatMs) continue;
      saidMs = nowMs;
      say(nowMs);
    }
  };
  // It ends only by the abort, with a rejection that says nothing.
  beat().catch(() => undefined);
  return () => off.abort('over');
}

/** Does the work, and calls `say` with the milliseconds since it began, once a minute, until it ends. */
export async function withHeartbeat<T>(
  work: () => Promise<T>,
  say: (elapsedMs: number) => void,
  clock: Clock
): Promise<T> {
  const fromMs = clock.nowMs();
  const stop = startHeartbeat(
    (nowMs) => say(nowMs - fromMs),
    () => fromMs,
    clock
  );
  try {
    return await work();
  } finally {
    stop();
  }
}
