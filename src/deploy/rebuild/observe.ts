import { CallError } from '../../core/model/failure.ts';
import type { Instance, SystemDisk } from '../../core/model/instance.ts';
import type { Observation } from '../../core/rebuild/rebuild-state.ts';
import type { ReadOptions } from '../../ports/bcc.ts';
import type { Ports } from '../../ports/ports.ts';
import { allDone } from '../calls/all-done.ts';
import { type Read, readDisks, readInstances } from '../calls/read-many.ts';

/**
 * Observes instances, by id, each as it is or as the call that failed. The reads of all of them go out together.
 *
 * @param withDisk those of the instances whose system disk is read as well
 * @throws CancelledError on abort
 */
export async function observe(
  instanceIds: readonly string[],
  withDisk: readonly string[],
  { bcc, clock, cancel }: Pick<Ports, 'bcc' | 'clock' | 'cancel'>,
  options: ReadOptions = {}
): Promise<ReadonlyMap<string, Read<Observation>>> {
  const atMs = clock.nowMs();
  const [instances, disks] = await allDone([
    readInstances(instanceIds, bcc, cancel.signal, options),
    readDisks(withDisk, bcc, cancel.signal, options)
  ]);
  const times = { atMs, answeredAtMs: clock.nowMs(), isFresh: options.fresh === true };
  return new Map(Array.from(instances, ([id, instance]) => [id, observationOf(instance, disks, times)]));
}

/** An observation of what was read; `disks` by instance id, without those that were not asked for. */
export function observationOf(
  instance: Read<Instance>,
  disks: ReadonlyMap<string, Read<SystemDisk | undefined>>,
  times: Pick<Observation, 'atMs' | 'answeredAtMs' | 'isFresh'>
): Read<Observation> {
  if (instance instanceof CallError) return instance;
  if (!disks.has(instance.id)) return { ...times, instance };
  const disk = disks.get(instance.id);
  return disk instanceof CallError ? disk : { ...times, instance, disk: disk ?? null };
}
