import type { QueryPair } from './canonical.ts';
import { invalidUri, invalidVersion } from './errors.ts';
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
  let elsewhere = false;
  for (const operation of operations) {
    if (operation.method !== method) continue;
    if (operation.action !== undefined && !query.some(([key]) => key === operation.action)) continue;
    const id = idIn(rest, operation.path);
    if (id === undefined) continue;
    if (versionsOf[operation.service].includes(version)) return { operation, id };
    elsewhere = true;
  }
  throw elsewhere ? invalidVersion() : invalidUri();
}

/** The `{id}` of a path that fits a pattern, '' where the pattern has none, undefined where it does not fit. */
function idIn(path: string, pattern: string): string | undefined {
  const [head = '', tail] = pattern.split('{id}');
  if (tail === undefined) return path === head ? '' : undefined;
  const id = path.slice(head.length, path.length - tail.length);
  return path === head + id + tail && /^[^/]+$/.test(id) ? id : undefined;
}
