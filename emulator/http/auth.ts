import { createHmac } from 'node:crypto';
import type { Behaviour } from '../world/behaviour.ts';
import {
  canonicalHeaders,
  canonicalQuery,
  canonicalUri,
  isDefaultSigned,
  type QueryPair
} from './canonical.ts';
import { Refusal } from './errors.ts';
import { tokenRefused } from './session.ts';

/** The credentials that the emulator accepts; with a session token they are temporary (STS) ones. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The parts of a request that its signature covers. */
export interface SignedRequest {
  readonly method: string;
  /** As received, not decoded. */
  readonly path: string;
  /** Decoded, in the order received. */
  readonly query: readonly QueryPair[];
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** A parsed Authorization header. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly prefix: string;
  readonly timestampMs: number;
  readonly expirationSeconds: number;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const SHAPE = /^bce-auth-v1\/([^/]+)\/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\/(\d+)\/([^/]*)\/([0-9a-f]{64})$/;

/** Parses an Authorization header of bce-auth-v1 (Reference page njwvz1yfu); undefined if it is malformed. */
export function parseAuthorization(value: string): Authorization | undefined {
  const parts = SHAPE.exec(value);
  if (parts === null) return undefined;
  const [, accessKeyId = '', timestamp = '', expiration = '', names = '', signature = ''] = parts;
  const timestampMs = Date.parse(timestamp);
  if (Number.isNaN(timestampMs)) return undefined;
  return {
    accessKeyId,
    prefix: `bce-auth-v1/${accessKeyId}/${timestamp}/${expiration}`,
    timestampMs,
    expirationSeconds: Number(expiration),
    signedHeaders: names === '' ? [] : names.split(';'),
    signature
  };
}

/** HMAC in lower-case hex. The signing key is the 64 hex characters, not their 32 bytes. */
function hmacHex(key: string, data: string): string {
  return createHmac('sha256', key).update(data).digest('hex');
}

/** The key made last; the calls of one second have the same. */
let last = { secretKey: '', prefix: '', signingKey: '' };

function signingKeyOf(secretKey: string, prefix: string): string {
  if (last.secretKey !== secretKey || last.prefix !== prefix) {
    last = { secretKey, prefix, signingKey: hmacHex(secretKey, prefix) };
  }
  return last.signingKey;
}

/**
 * All valid signatures of a request: one, or two if a signed header is empty, because older SDKs omit such a header
 * from the canonical form and the newest ones keep it.
 */
export function expectedSignatures(
  request: SignedRequest,
  authorization: Authorization,
  secretKey: string
): string[] {
  const names =
    authorization.signedHeaders.length > 0
      ? authorization.signedHeaders
      : Object.keys(request.headers).filter(isDefaultSigned);
  const signingKey = signingKeyOf(secretKey, authorization.prefix);
  const head = `${request.method.toUpperCase()}\n${canonicalUri(request.path)}\n${canonicalQuery(request.query)}\n`;
  const lines = canonicalHeaders(request.headers, names);
  const filled = lines.filter((line) => !line.endsWith(':'));
  const forms = filled.length === lines.length ? [lines] : [filled, lines];
  return forms.map((form) => hmacHex(signingKey, head + form.join('\n')));
}

/**
 * Verifies a request as the service does, or throws a Refusal. An empty list of signed headers means the default set;
 * otherwise it must contain `host`, in any order. The session token may be a header or a query parameter.
 */
export function authenticate(
  request: SignedRequest,
  credentials: Credentials,
  behaviour: Pick<Behaviour, 'clockToleranceMs' | 'skewReply' | 'unsignedToken' | 'tokenRefusal'>,
  nowMs: number
): void {
  const value = request.headers['authorization'] ?? pick(request.query, 'authorization');
  const authorization = value === undefined ? undefined : parseAuthorization(value);
  if (authorization === undefined) {
    throw new Refusal(
      400,
      'InvalidHTTPAuthHeader',
      'The HTTP authorization header is invalid. Consult the service documentation.'
    );
  }
  if (authorization.accessKeyId !== credentials.accessKeyId) {
    throw new Refusal(
      403,
      'InvalidAccessKeyId',
      'The Access Key ID you provided does not exist in our records.'
    );
  }
  checkClock(request, authorization, behaviour, nowMs);
  const hostSigned = authorization.signedHeaders.length === 0 || authorization.signedHeaders.includes('host');
  const good = expectedSignatures(request, authorization, credentials.secretAccessKey);
  if (!hostSigned || !good.includes(authorization.signature)) throw signatureDoesNotMatch();
  checkToken(request, authorization, credentials, behaviour);
}

function checkClock(
  request: SignedRequest,
  authorization: Authorization,
  behaviour: Pick<Behaviour, 'clockToleranceMs' | 'skewReply'>,
  nowMs: number
): void {
  const dates = [authorization.timestampMs, Date.parse(request.headers['x-bce-date'] ?? '')];
  for (const date of dates.filter((each) => !Number.isNaN(each))) {
    const tooOld = nowMs > date + authorization.expirationSeconds * 1000;
    const tooEarly = date > nowMs + behaviour.clockToleranceMs;
    if (!tooOld && !tooEarly) continue;
    const shown = new Date(date).toISOString();
    if (behaviour.skewReply === 'RequestExpired400') {
      throw new Refusal(400, 'RequestExpired', `Request has expired. Timestamp date is ${shown}.`);
    }
    throw new Refusal(
      403,
      'RequestTimeTooSkewed',
      `The request time ${shown} is too far from the server's time.`
    );
  }
}

function checkToken(
  request: SignedRequest,
  authorization: Authorization,
  credentials: Credentials,
  behaviour: Pick<Behaviour, 'unsignedToken' | 'tokenRefusal'>
): void {
  const name = 'x-bce-security-token';
  const inHeader = request.headers[name] === '' ? undefined : request.headers[name];
  const token = inHeader ?? pick(request.query, name);
  // Reference page njwvz1wck: a missing token causes SignatureDoesNotMatch. It says nothing about a wrong token.
  if (token === undefined && credentials.sessionToken !== undefined) throw signatureDoesNotMatch();
  if (token !== credentials.sessionToken) throw tokenRefused(behaviour);
  const signed = authorization.signedHeaders.length === 0 || authorization.signedHeaders.includes(name);
  if (inHeader !== undefined && !signed && behaviour.unsignedToken === 'refused')
    throw signatureDoesNotMatch();
}

function signatureDoesNotMatch(): Refusal {
  return new Refusal(
    400,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your Secret Access Key and signing method.'
  );
}

function pick(query: readonly QueryPair[], name: string): string | undefined {
  return query.find(([key]) => key.toLowerCase() === name)?.[1];
}
