import { type Call, queryOf } from './call.ts';
import { badRequest, invalidParameter, type Refusal } from './errors.ts';

/** Default and maximum page size (BCC pages of the lists). */
const LIMITS = { usual: 1000, max: 1000 };

/** Markers that mean the first page: none, and what the Java SDK sends by default. */
const firstPage: ReadonlySet<string> = new Set(['', '-1']);

/**
 * One page of a list, in the format of all list calls. A marker is the id of the first item of its page; the last page
 * has no nextMarker (BCC page Xjwvyodmx).
 */
export function page<T extends { readonly id: string }, V>(
  call: Call,
  key: string,
  all: readonly T[],
  show: (thing: T) => V,
  { usual, max }: { readonly usual: number; readonly max: number } = LIMITS
): Record<string, unknown> {
  const asked = queryOf(call, 'maxKeys');
  const maxKeys = asked === undefined ? usual : Number(asked);
  if (!Number.isInteger(maxKeys) || maxKeys < 1 || maxKeys > max) {
    throw refused(call, 'maxKeys', `it must be 1 to ${max}`);
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

/** Load balancers have their own error code for this (BLB page of errors Djwvxnzw6). */
function refused({ service }: Call, name: string, why: string): Refusal {
  return service === 'blb'
    ? invalidParameter(name, why)
    : badRequest(`The parameter ${name} is invalid: ${why}.`);
}
