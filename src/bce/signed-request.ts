import type { Credentials } from '../ports/credentials.ts';
import type { Operation } from './api/operation.ts';
import {
  authorization,
  canonicalQuery,
  defaultExpirationSeconds,
  type Query,
  timestamp,
  uriEncode
} from './sign.ts';

/** An operation with its signature, good for one attempt. */
export interface SignedRequest {
  /** Path and query as they are sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A secret while it is valid: with it, anybody can send this request again. */
  readonly signature: string;
}

/**
 * Signs an operation for the time `atMs`. Signed are `host`, `x-bce-date` and the session token: the first two are
 * what BCC asks for, and of the third the vendor's newest SDK does the same.
 */
export function signedRequest(
  operation: Operation<unknown>,
  endpoint: URL,
  credentials: Credentials,
  atMs: number
): SignedRequest {
  const { sessionToken = '' } = credentials;
  const time = timestamp(atMs);
  const headers = {
    // `URL.host` leaves out the port where it is the protocol's own, as the vendor's SDKs do.
    host: endpoint.host,
    'x-bce-date': time,
    ...(sessionToken === '' ? {} : { 'x-bce-security-token': sessionToken })
  };
  const expirationSeconds = defaultExpirationSeconds;
  const signed = authorization({ ...credentials, ...operation, headers, timestamp: time, expirationSeconds });
  const contentType =
    operation.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
  return {
    path: operation.path + wireQuery(operation.query),
    headers: { ...headers, ...contentType, authorization: signed },
    signature: signed.slice(signed.lastIndexOf('/') + 1)
  };
}

/** A path of the API from its parts, each encoded on its own, so that an id stays one part whatever it holds. */
export function pathOf(...parts: readonly string[]): string {
  return `/${parts.map(uriEncode).join('/')}`;
}

/** The query of those parameters that have a value. */
export function queryOf(parameters: Readonly<Record<string, string | undefined>>): Query {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, value = '']) => (value === '' ? [] : [[name, value]]))
  );
}

/** The canonical query, but with names that have no value left bare, as BCC's pages show them (`?rebuild`). */
function wireQuery(query: Query): string {
  const text = canonicalQuery(query).replace(/=(?=&|$)/g, '');
  return text === '' ? '' : `?${text}`;
}
