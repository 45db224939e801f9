import { createHmac } from 'node:crypto';

/** Query parameters by name; `null` and the empty string both sign as `name=`. */
export type Query = Readonly<Record<string, string | null>>;

/** One request as far as the signature covers it. */
export interface Signable {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly method: string;
  /** As it is sent, from the first slash on and without the query. */
  readonly path: string;
  readonly query: Query;
  /** Exactly those headers that are to be signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** UTC without a fraction, as `timestamp` makes it. */
  readonly timestamp: string;
  /** How long the signature is valid, counted from `timestamp`. */
  readonly expirationSeconds: number;
}

/** How long our signatures are valid, in seconds: the default of every official SDK. */
export const defaultExpirationSeconds = 1800;

/** `YYYY-MM-DDThh:mm:ssZ` for a time in milliseconds since 1970. Throws `RangeError` where there is no such date. */
export function timestamp(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 19)}Z`;
}

/** Percent-encodes all but RFC 3986's unreserved characters, slashes too (Reference docs njwvz1yfu). */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`
  );
}

/** The path with every byte encoded that needs it; slashes stay, and so does an escape that is already there. */
export function canonicalUri(path: string): string {
  const encoded = path.replace(/%[0-9a-f]{2}|%|[^/%]+/gi, (part) =>
    /^%./.test(part) ? part.toUpperCase() : uriEncode(part)
  );
  return encoded.startsWith('/') ? encoded : `/${encoded}`;
}

/** The query in the order and spelling that is signed: the finished pairs are sorted, not the names. */
export function canonicalQuery(query: Query): string {
  return Object.entries(query)
    .filter(([name]) => name.toLowerCase() !== 'authorization')
    .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value ?? '')}`)
    .sort()
    .join('&');
}

/** One `name:value` line for each header that has a value, sorted. */
export function canonicalHeaders(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${uriEncode(name)}:${uriEncode(value)}`)
    .sort()
    .join('\n');
}

/** The text that the signature is made over; it has no line end of its own. */
export function canonicalRequest(request: Signable): string {
  return [
    request.method.toUpperCase(),
    canonicalUri(request.path),
    canonicalQuery(request.query),
    canonicalHeaders(request.headers)
  ].join('\n');
}

/** The start of the `Authorization` header, which is also what the signing key is made over. */
function authorizationPrefix(request: Signable): string {
  return `bce-auth-v1/${request.accessKeyId}/${request.timestamp}/${request.expirationSeconds}`;
}

/** The key for one prefix, as 64 lower-case hex digits. */
export function signingKey(request: Signable): string {
  return hmac(request.secretAccessKey, authorizationPrefix(request));
}

/**
 * The whole value of the `Authorization` header: the names of the signed headers in the order of their lines, and as
 * 64 lower-case hex digits the signature. Its key is the text of the signing key, not the bytes it stands for.
 */
export function authorization(request: Signable): string {
  const canonical = canonicalRequest(request);
  const [_method, _path, _query, ...lines] = canonical.split('\n');
  const names = lines.map((line) => line.replace(/:.*/, '')).join(';');
  return `${authorizationPrefix(request)}/${names}/${hmac(signingKey(request), canonical)}`;
}

function hmac(key: string, data: string): string {
  return createHmac('sha256', key).update(data).digest('hex');
}
