import type { QueryPair } from './canonical.ts';
import { invalidUri, invalidVersion, notEmulated } from './errors.ts';
import { isFixedPath, unplayed } from './not-emulated.ts';
import { type Operation, versionsOf } from './operation.ts';
import { operations } from './operations.ts';

/** A request line matched with the operation it means. */
export interface Route {
  readonly operation: Operation;
  /** The `{id}` of the path; '' when there is none. */
  readonly id: string;
}

const everyVersion = new Set(Object.values(versionsOf).flat());

/** Finds the operation that a request line means, or throws: a path of another version is told from no path at all. */
export function route(method: string, path: string, query: readonly QueryPair[]): Route {
  const parts = /^\/v([0-9]+)(\/.*)$/.exec(path);
  if (parts === null) throw invalidUri();
  const [, version = '', rest = ''] = parts;
  if (!everyVersion.has(version)) throw invalidVersion();
  const names = query.map(([key]) => key);
  let elsewhere = false;
  for (const operation of operations) {
    if (operation.method !== method) continue;
    if (operation.action !== undefined && !names.includes(operation.action)) continue;
    const id = idIn(rest, operation.path);
    // The word beside the IDs of an operation that is not played must not be taken for an ID.
    if (id === undefined || (id !== '' && isReserved(rest))) continue;
    if (versionsOf[operation.service].includes(version)) return { operation, id };
    elsewhere = true;
  }
  const name = unplayed(method, rest, names);
  if (name !== undefined) throw notEmulated(name);
  if (elsewhere) throw invalidVersion();
  throw isReserved(rest) && rest.split('/').length > 2 ? notEmulated(`${method} ${rest}`) : invalidUri();
}

/** Whether a path that looks like that of a thing is really that of another operation. */
function isReserved(path: string): boolean {
  return isFixedPath(path) || operations.some((each) => each.path === path);
}

/** The `{id}` of a path that fits a pattern, '' where the pattern has none, undefined where it does not fit. */
function idIn(path: string, pattern: string): string | undefined {
  const [head = '', tail] = pattern.split('{id}');
  if (tail === undefined) return path === head ? '' : undefined;
  const id = path.slice(head.length, path.length - tail.length);
  return path === head + id + tail && /^[^/]+$/.test(id) ? id : undefined;
}
