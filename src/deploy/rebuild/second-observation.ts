import { CallError } from '../../core/model/failure.ts';
import type { Observation } from '../../core/rebuild/rebuild-state.ts';
import { agreeMs } from '../../core/rebuild/stable-streak.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Read } from '../calls/read-many.ts';
import { observe } from './observe.ts';

/**
 * The second observation of all instances that the plan skips, made for all of them at once: a few lists, however
 * many they are. It is made when it is first asked for, on a fresh connection, and an interval after the plan's.
 *
 * @param planned the observations of the plan, by instance ID
 * @returns a function that gives the observation of one of them; `undefined` where there is only one of them, or where
 *   a read failed, so that it is then observed alone. That function throws CancelledError on abort.
 */
export function createSecondObservation(
  ids: readonly string[],
  planned: ReadonlyMap<string, Observation>,
  pollIntervalMs: number,
  ports: Pick<Ports, 'bcc' | 'clock' | 'cancel'>
): (instanceId: string) => Promise<Observation | undefined> {
  const { clock, cancel } = ports;
  const observeAll = async (): Promise<ReadonlyMap<string, Read<Observation>>> => {
    const firstMs = Math.max(...ids.map((id) => planned.get(id)?.atMs ?? 0));
    const waitMs = firstMs + agreeMs(pollIntervalMs) - clock.nowMs();
    if (waitMs > 0) await clock.sleep(waitMs, cancel.signal);
    return observe(ids, ids, ports, { fresh: true });
  };
  let asked: Promise<ReadonlyMap<string, Read<Observation>>> | undefined;
  return async (instanceId) => {
    if (ids.length < 2) return undefined;
    asked ??= observeAll();
    const seen = (await asked).get(instanceId);
    return seen instanceof CallError ? undefined : seen;
  };
}
