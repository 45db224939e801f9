import type { QueryPair } from './canonical.ts';
import { invalidUri, invalidVersion, notEmulated } from './errors.ts';
import { isFixedPath, nameOfNotEmulated } from './not-emulated.ts';
import { type Operation, versionsOf } from './operation.ts';
import { operations } from './operations.ts';

/** The operation that a request line matches. */
export interface Route {
  readonly operation: Operation;
  /** The `{id}` of the path; '' if it has none. */
  readonly id: string;
}

const everyVersion = new Set(Object.values(versionsOf).flat());

/** Finds the operation of a request line. Throws InvalidVersion, NotImplemented or InvalidURI. */
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
    // A fixed path such as `/instance/noCharge` is not an instance with the id `noCharge`.
    if (id === undefined || (id !== '' && isReserved(rest))) continue;
    if (versionsOf[operation.service].includes(version)) return { operation, id };
    elsewhere = true;
  }
  const name = nameOfNotEmulated(method, rest, names);
  if (name !== undefined) throw notEmulated(name);
  if (elsewhere) throw invalidVersion();
  throw isReserved(rest) && rest.split('/').length > 2 ? notEmulated(`${method} ${rest}`) : invalidUri();
}

/** Whether a path that could contain an id is the fixed path of another operation. */
function isReserved(path: string): boolean {
  return isFixedPath(path) || operations.some((each) => each.path === path);
}

/** The `{id}` of a path that matches a pattern; '' if the pattern has none, undefined if it does not match. */
function idIn(path: string, pattern: string): string | undefined {
  const at = pattern.indexOf('{id}');
  if (at < 0) return path === pattern ? '' : undefined;
  const tail = pattern.slice(at + '{id}'.length);
  if (!path.startsWith(pattern.slice(0, at)) || !path.endsWith(tail)) return undefined;
  const id = path.slice(at, path.length - tail.length);
  return id === '' || id.includes('/') ? undefined : id;
}
