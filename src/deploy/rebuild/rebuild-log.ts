import { heartbeat, narrate } from '../../core/rebuild/log-lines.ts';
import type { RebuildState } from '../../core/rebuild/rebuild-state.ts';
import type { Ports } from '../../ports/ports.ts';
import { heartbeatMs } from '../calls/heartbeat.ts';
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
  const off = new AbortController();
  let spokeMs = sinceMs;
  let latest: RebuildState | undefined;
  const beat = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(Math.max(1, spokeMs + heartbeatMs - clock.nowMs()), off.signal);
      const nowMs = clock.nowMs();
      if (nowMs - spokeMs < heartbeatMs) continue;
      spokeMs = nowMs;
      const isSilent = latest === undefined || ['backup', 'draining', 'ended'].includes(latest.phase);
      if (latest !== undefined && !isSilent) log.info(heartbeat(latest, nowMs, sinceMs));
    }
  };
  // It ends only by the abort, with a rejection that says nothing.
  beat().catch(() => undefined);
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
    off.abort('over');
  }
}
