import { invalidUri } from './errors.ts';

/** Name and value of a query parameter, decoded; a name without `=` has the value ''. */
export type QueryPair = readonly [string, string];

/** UriEncode of bce-auth-v1: all bytes except `A-Z a-z 0-9 - . _ ~` become `%XX` in upper-case hex. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  );
}

/**
 * Parses the query of a request line. `?rebuild` and `?rebuild=` are the same; `+` is a plus sign, not a space; the
 * hex of an escape may be in either case (the JavaScript SDK sends lower case). Throws a Refusal.
 */
export function parseQuery(raw: string): QueryPair[] {
  return raw
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      const key = at < 0 ? part : part.slice(0, at);
      return [decode(key), decode(at < 0 ? '' : part.slice(at + 1))] as const;
    });
}

/** Decodes percent escapes; throws InvalidURI if they are malformed. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidUri();
  }
}

/** The path with each segment decoded and encoded again. Slashes stay, double ones too. */
export function canonicalUri(path: string): string {
  return path
    .split('/')
    .map((segment) => uriEncode(decode(segment)))
    .join('/');
}

/** `name=value` pairs, sorted after encoding, without the parameter authorization (in any case). */
export function canonicalQuery(query: readonly QueryPair[]): string {
  return query
    .filter(([key]) => key.toLowerCase() !== 'authorization')
    .map(([key, value]) => `${uriEncode(key)}=${uriEncode(value)}`)
    .sort(byCode)
    .join('&');
}

/** Sorted lines `name:value` of those named headers that are present. Header names must be in lower case. */
export function canonicalHeaders(
  headers: Readonly<Record<string, string | undefined>>,
  names: readonly string[]
): string[] {
  const lines: string[] = [];
  for (const name of new Set(names.map((each) => each.toLowerCase()))) {
    const value = headers[name]?.trim();
    if (value !== undefined) lines.push(`${uriEncode(name)}:${uriEncode(value)}`);
  }
  return lines.sort(byCode);
}

/** Whether a header belongs to the default set, which applies if no signed headers are listed. */
export function isDefaultSigned(name: string): boolean {
  return /^(?:host|content-length|content-type|content-md5|x-bce-.*)$/.test(name);
}

/** Compares by code units, which is byte order, because all strings here are ASCII. */
function byCode(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
