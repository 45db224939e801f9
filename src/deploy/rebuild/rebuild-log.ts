import { heartbeat, narrate } from '../../core/rebuild/log-lines.ts';
import type { RebuildState } from '../../core/rebuild/rebuild-state.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { heartbeatMs } from '../calls/heartbeat.ts';
import type { RebuildObserver } from './rebuild.ts';

/** Tells the log of every step of a life, and `keep` of every new phase. */
export function logRebuild(
  { log, clock }: { readonly log: Log; readonly clock: Clock },
  keep: (rebuild: RebuildState) => void
): RebuildObserver {
  const sinceMs = clock.nowMs();
  let spokeMs = sinceMs;
  return (before, now) => {
    const atMs = clock.nowMs();
    const lines = narrate(before, now, sinceMs);
    const isQuiet = now.phase !== 'ended' && lines.length === 0 && atMs - spokeMs >= heartbeatMs;
    for (const line of isQuiet ? [heartbeat(now, atMs, sinceMs)] : lines) log.info(line);
    if (isQuiet || lines.length > 0) spokeMs = atMs;
    if (before.phase !== now.phase && now.phase !== 'ended') keep(now);
  };
}
