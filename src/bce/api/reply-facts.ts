import type { WireReply } from '../http/transport.ts';

/** What an answer says about itself, whether it is a success or not; nothing in it is trusted to be well-formed. */
export interface ReplyFacts {
  /** The body as JSON; `undefined` where it is none. */
  readonly json: unknown;
  /** Empty where the answer has none. */
  readonly requestId: string;
  /** Empty where the answer has none. */
  readonly code: string;
  /** One line, shortened; empty where the answer has none. */
  readonly message: string;
  /** The service's clock, from the `Date` header, in milliseconds since 1970. */
  readonly serverMs?: number;
  /** What the service asks to wait. */
  readonly retryAfterMs?: number;
}

/**
 * Reads the facts off an answer. Errors bear `requestId`, `code` and `message` (BCC page Ojwvyo6nc); the request ID
 * is also in the `x-bce-request-id` header. `wallMs` stands in for the service's clock where `Date` is missing.
 */
export function replyFacts(reply: WireReply, wallMs: number): ReplyFacts {
  const json = reply.body.kind === 'whole' ? parseJson(reply.body.text) : undefined;
  const fields: Readonly<Record<string, unknown>> = { ...Object(json) };
  const serverMs = dateMs(reply.headers.date);
  const retryAfterMs = parseRetryAfter(reply.headers['retry-after'], serverMs ?? wallMs);
  return {
    json,
    requestId: word(fields['requestId']) || word(reply.headers['x-bce-request-id']),
    code: word(fields['code']),
    message: oneLine(fields['message']),
    ...(serverMs === undefined ? {} : { serverMs }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs })
  };
}

/** `Retry-After` in milliseconds: seconds, or an HTTP date (RFC 9110, 10.2.3). `undefined` where it is neither. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value !== undefined && /^\s*\d{1,9}(\.\d*)?\s*$/.test(value)) {
    return Number(value) * 1000;
  }
  const atMs = dateMs(value);
  return atMs === undefined ? undefined : Math.max(0, atMs - nowMs);
}

/** Where a redirect leads, as a host alone: the rest of the address could hold anything. */
export function redirectHost(reply: WireReply, endpoint: URL): string {
  const location = reply.headers.location ?? '';
  return URL.canParse(location, endpoint.href) ? new URL(location, endpoint).host : 'an unreadable address';
}

/** Replaces every occurrence of a secret, for services may echo what they were sent. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function dateMs(value: string | undefined): number | undefined {
  // Only what begins with a day's name: Date.parse would take a bare number for a year.
  const ms = value !== undefined && /^\s*[a-z]{3,9},/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** A token that can stand in a log line; anything else is dropped, lest a foreign text break the line. */
function word(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/-]{1,128}$/.test(value) ? value : '';
}

function oneLine(value: unknown): string {
  return typeof value === 'string'
    ? value
        .replace(/[\s\p{Cc}]+/gu, ' ')
        .trim()
        .slice(0, 500)
    : '';
}
