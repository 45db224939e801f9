import type { Observation } from '../../core/rebuild/rebuild-state.ts';
import type { Bcc } from '../../ports/bcc.ts';
import type { Clock } from '../../ports/clock.ts';
import { allDone } from '../calls/all-done.ts';

/**
 * One look at an instance, with its system disk where that is asked for. Both reads go out together; the time
 * of the sight is when the later of them was answered.
 *
 * @throws CallError when either read fails for good, CancelledError on abort
 */
export async function look(
  instanceId: string,
  withDisk: boolean,
  ports: { readonly bcc: Bcc; readonly clock: Clock },
  signal: AbortSignal
): Promise<Observation> {
  const { bcc, clock } = ports;
  if (!withDisk) {
    const instance = await bcc.getInstance(instanceId, signal);
    return { atMs: clock.nowMs(), instance };
  }
  const [instance, disk] = await allDone([
    bcc.getInstance(instanceId, signal),
    bcc.getSystemDisk(instanceId, signal)
  ]);
  return { atMs: clock.nowMs(), instance, disk: disk ?? null };
}
