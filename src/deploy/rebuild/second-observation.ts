import { CallError } from '../../core/model/failure.ts';
import type { Observation } from '../../core/rebuild/rebuild-state.ts';
import { agreeMs } from '../../core/rebuild/stable-streak.ts';
import type { Bcc } from '../../ports/bcc.ts';
import type { Cancel } from '../../ports/cancel.ts';
import type { Clock } from '../../ports/clock.ts';
import { readDisks, readInstances } from '../calls/read-many.ts';

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
  ports: { readonly bcc: Bcc; readonly clock: Clock; readonly cancel: Cancel }
): (instanceId: string) => Promise<Observation | undefined> {
  const { bcc, clock, cancel } = ports;
  const observe = async (): Promise<ReadonlyMap<string, Observation>> => {
    const firstMs = Math.max(...ids.map((id) => planned.get(id)?.atMs ?? 0));
    const waitMs = firstMs + agreeMs(pollIntervalMs) - clock.nowMs();
    if (waitMs > 0) await clock.sleep(waitMs, cancel.signal);
    const atMs = clock.nowMs();
    const [instances, disks] = await Promise.all([
      readInstances(ids, bcc, cancel.signal, { fresh: true }),
      readDisks(ids, bcc, cancel.signal, { fresh: true })
    ]);
    const answeredAtMs = clock.nowMs();
    const seen = new Map<string, Observation>();
    for (const id of ids) {
      const instance = instances.get(id);
      const disk = disks.get(id);
      if (instance === undefined || instance instanceof CallError || disk instanceof CallError) continue;
      seen.set(id, { atMs, answeredAtMs, isFresh: true, instance, disk: disk ?? null });
    }
    return seen;
  };
  let asked: Promise<ReadonlyMap<string, Observation>> | undefined;
  return async (instanceId) => {
    if (ids.length < 2) return undefined;
    asked ??= observe();
    return (await asked).get(instanceId);
  };
}
