import type { Observation } from '../../core/rebuild/rebuild-state.ts';
import type { Bcc, ReadOptions } from '../../ports/bcc.ts';
import type { Clock } from '../../ports/clock.ts';
import { allDone } from '../calls/all-done.ts';

/**
 * Observes an instance, with its system disk where that is asked for. Both reads go out together.
 *
 * @throws CallError when either read fails for good, CancelledError on abort
 */
export async function observe(
  instanceId: string,
  withDisk: boolean,
  ports: { readonly bcc: Bcc; readonly clock: Clock },
  signal: AbortSignal,
  options: ReadOptions = {}
): Promise<Observation> {
  const { bcc, clock } = ports;
  const atMs = clock.nowMs();
  const isFresh = options.fresh === true;
  if (!withDisk) {
    const instance = await bcc.getInstance(instanceId, signal, options);
    return { atMs, answeredAtMs: clock.nowMs(), isFresh, instance };
  }
  const [instance, disk] = await allDone([
    bcc.getInstance(instanceId, signal, options),
    bcc.getSystemDisk(instanceId, signal, options)
  ]);
  return { atMs, answeredAtMs: clock.nowMs(), isFresh, instance, disk: disk ?? null };
}
