import { type Call, queryOf } from './call.ts';
import { badRequest, invalidParameter, type Refusal } from './errors.ts';

/** Default and greatest number of things per page (BCC pages of the lists). */
const LIMITS = { byDefault: 1000, most: 1000 };

/** Markers that mean the first page: none, and what the SDK for Java sends where its user gave none. */
const firstPage: ReadonlySet<string> = new Set(['', '-1']);

/**
 * One page of a list as all list calls answer it. A marker is the id of the first thing of its page; nextMarker is
 * absent on the last one (BCC page Xjwvyodmx).
 */
export function page<T extends { readonly id: string }, V>(
  call: Call,
  key: string,
  all: readonly T[],
  show: (thing: T) => V,
  { byDefault, most }: { readonly byDefault: number; readonly most: number } = LIMITS
): Record<string, unknown> {
  const asked = queryOf(call, 'maxKeys');
  const maxKeys = asked === undefined ? byDefault : Number(asked);
  if (!Number.isInteger(maxKeys) || maxKeys < 1 || maxKeys > most) {
    throw refused(call, 'maxKeys', `it must be 1 to ${most}`);
  }
  const asksFrom = queryOf(call, 'marker') ?? '';
  const marker = firstPage.has(asksFrom) ? undefined : asksFrom;
  const from = marker === undefined ? 0 : all.findIndex((thing) => thing.id === marker);
  if (from < 0) throw refused(call, 'marker', 'there is no such thing');
  const next = all[from + maxKeys];
  return {
    marker: marker ?? '',
    isTruncated: next !== undefined,
    ...(next === undefined ? {} : { nextMarker: next.id }),
    maxKeys,
    [key]: all.slice(from, from + maxKeys).map(show)
  };
}

/** Load balancers have a code of their own for this (BLB page of errors Djwvxnzw6). */
function refused({ service }: Call, name: string, why: string): Refusal {
  return service === 'blb'
    ? invalidParameter(name, why)
    : badRequest(`The parameter ${name} is invalid: ${why}.`);
}
