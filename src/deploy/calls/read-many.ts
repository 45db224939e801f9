/** Reads of many instances in few calls. What goes wrong with one of them does not hide the others. */
import { CallError } from '../../core/model/failure.ts';
import type { Instance, SystemDisk } from '../../core/model/instance.ts';
import { pagesOf } from '../../core/model/limits.ts';
import type { Bcc, ReadOptions } from '../../ports/bcc.ts';
import { mapWithConcurrency } from './map-with-concurrency.ts';
import { orCallError } from './or-call-error.ts';

/** How many single reads go out side by side where a list cannot do it. */
const sideBySide = 4;

/** Beyond so many disks, one list of all disks of the account costs fewer calls than one call for each. */
const fewDisks = 4;

/** What one read gave, or how it failed. */
export type Read<T> = T | CallError;

/**
 * Reads instances, by id. A list that is refused, perhaps because of one of its ids, is followed by single reads.
 *
 * @throws what is no failure of a call; CancelledError on abort
 */
export async function readInstances(
  ids: readonly string[],
  bcc: Bcc,
  signal: AbortSignal,
  options: ReadOptions = {}
): Promise<ReadonlyMap<string, Read<Instance>>> {
  const read = await Promise.all(pagesOf(ids).map((page) => readPage(page, bcc, signal, options)));
  return new Map(read.flat());
}

/** Reads the system disks of instances, by instance id; `undefined` where the API shows none. */
export async function readDisks(
  ids: readonly string[],
  bcc: Bcc,
  signal: AbortSignal,
  options: ReadOptions = {}
): Promise<ReadonlyMap<string, Read<SystemDisk | undefined>>> {
  if (ids.length <= fewDisks) {
    const disks = await Promise.all(ids.map((id) => orCallError(bcc.getSystemDisk(id, signal, options))));
    return new Map(ids.map((id, place) => [id, disks[place]]));
  }
  const all = await orCallError(bcc.listSystemDisks(signal, options));
  return new Map(ids.map((id) => [id, all instanceof CallError ? all : all.get(id)]));
}

async function readPage(
  ids: readonly string[],
  bcc: Bcc,
  signal: AbortSignal,
  options: ReadOptions
): Promise<readonly (readonly [string, Read<Instance>])[]> {
  const single = async (id: string) => [id, await orCallError(bcc.getInstance(id, signal, options))] as const;
  if (ids.length < 2) return Promise.all(ids.map(single));
  const found = await orCallError(bcc.listInstances(ids, signal, options));
  if (!(found instanceof CallError)) {
    return mapWithConcurrency(ids, sideBySide, async (id) => {
      const instance = found.get(id);
      // What a list leaves out may be unknown, or new to it; the single read says which, in the service's own words.
      return instance === undefined ? single(id) : ([id, instance] as const);
    });
  }
  const mayBeOfOne = ['notFound', 'invalid', 'conflict', 'denied'].includes(found.failure.kind);
  return mayBeOfOne ? mapWithConcurrency(ids, sideBySide, single) : ids.map((id) => [id, found]);
}
