/** Reads of many instances in few calls. What goes wrong with one of them does not hide the others. */
import { CallError } from '../../core/model/failure.ts';
import type { Instance, SystemDisk } from '../../core/model/instance.ts';
import { maxIdsPerCall } from '../../core/model/limits.ts';
import type { Bcc, ReadOptions } from '../../ports/bcc.ts';
import { mapSome } from './map-some.ts';

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
  const pages: (readonly string[])[] = [];
  for (let from = 0; from < ids.length; from += maxIdsPerCall)
    pages.push(ids.slice(from, from + maxIdsPerCall));
  const read = await Promise.all(pages.map((page) => readPage(page, bcc, signal, options)));
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
    return new Map(await Promise.all(ids.map((id) => one(id, () => bcc.getSystemDisk(id, signal, options)))));
  }
  try {
    const all = await bcc.listSystemDisks(signal, options);
    return new Map(ids.map((id) => [id, all.get(id)]));
  } catch (error) {
    const failure = asCallError(error);
    return new Map(ids.map((id) => [id, failure]));
  }
}

async function readPage(
  ids: readonly string[],
  bcc: Bcc,
  signal: AbortSignal,
  options: ReadOptions
): Promise<readonly (readonly [string, Read<Instance>])[]> {
  const [only] = ids;
  const single = (id: string) => one(id, () => bcc.getInstance(id, signal, options));
  if (only === undefined) return [];
  if (ids.length === 1) return [await single(only)];
  try {
    const found = await bcc.listInstances(ids, signal, options);
    return await mapSome(ids, sideBySide, async (id) => {
      const instance = found.get(id);
      // What a list leaves out may be unknown, or new to it; the single read says which, in the service's own words.
      return instance === undefined ? single(id) : ([id, instance] as const);
    });
  } catch (error) {
    const failure = asCallError(error);
    const { kind } = failure.failure;
    if (['notFound', 'invalid', 'conflict', 'denied'].includes(kind)) {
      return mapSome(ids, sideBySide, single);
    }
    return ids.map((id) => [id, failure]);
  }
}

async function one<T>(id: string, read: () => Promise<T>): Promise<readonly [string, Read<T>]> {
  try {
    return [id, await read()];
  } catch (error) {
    return [id, asCallError(error)];
  }
}

function asCallError(error: unknown): CallError {
  if (error instanceof CallError) return error;
  throw error;
}
