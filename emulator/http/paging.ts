import { type Call, queryOf } from './call.ts';
import { badRequest } from './errors.ts';

/** Default and greatest number of things per page (BCC pages of the lists). */
const MAX_KEYS = 1000;

/**
 * One page of a list as all list calls answer it. A marker is the id of the first thing of its page; nextMarker is
 * absent on the last one (BCC page Xjwvyodmx).
 */
export function page<T extends { readonly id: string }, V>(
  call: Call,
  key: string,
  all: readonly T[],
  show: (thing: T) => V
): Record<string, unknown> {
  const asked = queryOf(call, 'maxKeys');
  const maxKeys = asked === undefined ? MAX_KEYS : Number(asked);
  if (!Number.isInteger(maxKeys) || maxKeys < 1 || maxKeys > MAX_KEYS) {
    throw badRequest(`The parameter maxKeys must be 1 to ${MAX_KEYS}.`);
  }
  const marker = queryOf(call, 'marker');
  const from = marker === undefined ? 0 : all.findIndex((thing) => thing.id === marker);
  if (from < 0) throw badRequest('The parameter marker is invalid.');
  const next = all[from + maxKeys];
  return {
    marker: marker ?? '',
    isTruncated: next !== undefined,
    ...(next === undefined ? {} : { nextMarker: next.id }),
    maxKeys,
    [key]: all.slice(from, from + maxKeys).map(show)
  };
}
