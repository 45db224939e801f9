import { heartbeat, narrate } from '../../core/rebuild/log-lines.ts';
import type { RebuildState } from '../../core/rebuild/rebuild-state.ts';
import type { Ports } from '../../ports/ports.ts';
import { startHeartbeat } from '../calls/heartbeat.ts';
import type { RebuildObserver } from './rebuild.ts';

/**
 * Does the work with a log of it: a line for every step, and one a minute while nothing changes, also while a call
 * hangs. Backup and drain have lines of their own.
 *
 * @param keep told of every new phase
 */
export async function withRebuildLog<T>(
  { log, clock }: Pick<Ports, 'log' | 'clock'>,
  keep: (rebuild: RebuildState) => void,
  work: (observe: RebuildObserver) => Promise<T>
): Promise<T> {
  const sinceMs = clock.nowMs();
  let spokeMs = sinceMs;
  let latest: RebuildState | undefined;
  const say = (nowMs: number): void => {
    const isSilent = latest === undefined || ['backup', 'draining', 'ended'].includes(latest.phase);
    if (latest !== undefined && !isSilent) log.info(heartbeat(latest, nowMs, sinceMs));
  };
  const stop = startHeartbeat(say, () => spokeMs, clock);
  try {
    return await work((before, now) => {
      const atMs = clock.nowMs();
      const lines = narrate(before, now, atMs - sinceMs);
      for (const line of lines) log.info(line);
      if (lines.length > 0) spokeMs = atMs;
      latest = now;
      if (before.phase !== now.phase && now.phase !== 'ended') keep(now);
    });
  } finally {
    stop();
  }
}
