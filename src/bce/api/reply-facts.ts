import { repeatsSecret, secretForms } from '../../core/secret-forms.ts';
import type { WireReply } from '../http/request-and-reply.ts';
import { parseBounded } from './bounded-json.ts';
import { shorten } from './json-fields.ts';

/** What an answer says about itself, whether it is a success or not; nothing in it is trusted to be well-formed. */
export interface ReplyFacts {
  /** The body as JSON; `undefined` where it is none. */
  readonly json: unknown;
  /** Why the body was not read although it may be JSON; empty otherwise. */
  readonly problem: string;
  /** Empty where the answer has none. */
  readonly requestId: string;
  /** Empty where the answer has none. */
  readonly code: string;
  /** One line, shortened and without secrets; empty where the answer has none. */
  readonly message: string;
  /** The service's clock, from the `Date` header, in milliseconds since 1970. */
  readonly serverMs: number | undefined;
  /** What the service asks to wait. */
  readonly retryAfterMs: number | undefined;
}

/**
 * Reads the facts of an answer. Errors have `requestId`, `code` and `message` (BCC page Ojwvyo6nc); the request ID
 * is also in the `x-bce-request-id` header. `wallMs` stands in for the service's clock where `Date` is missing.
 *
 * @param hidden what the message may not show
 */
export function replyFacts(reply: WireReply, wallMs: number, hidden: Hidden): ReplyFacts {
  const { json, problem } = parseBounded(reply.body.kind === 'whole' ? reply.body.text : '');
  const fields: Readonly<Record<string, unknown>> = Object(json);
  const serverMs = dateMs(reply.headers.date);
  return {
    json,
    problem,
    requestId: token(fields['requestId'], hidden) || token(reply.headers['x-bce-request-id'], hidden),
    code: token(fields['code'], hidden),
    message: oneLine(fields['message'], hidden),
    serverMs,
    retryAfterMs: parseRetryAfter(reply.headers['retry-after'], serverMs ?? wallMs)
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

/** A secret, with all of its forms: these take longer to make than to search for, so they are made when first needed. */
class HiddenText {
  readonly text: string;
  /** No form is shorter. */
  readonly shortest: number;
  #forms: readonly string[] | undefined;

  constructor(text: string) {
    this.text = text;
    this.shortest = text.trim().length;
  }

  get forms(): readonly string[] {
    this.#forms ??= secretForms(this.text);
    return this.#forms;
  }
}

/** What nothing may show. */
export type Hidden = readonly HiddenText[];

/** Texts that nothing may show. */
export function hiding(secrets: readonly string[]): Hidden {
  return secrets.map((text) => new HiddenText(text));
}

/** Replaces every occurrence of a secret in any of its forms: services may echo what they were sent. */
export function redact(text: string, hidden: Hidden): string {
  let rest = text;
  for (const secret of hidden) {
    if (rest.length < secret.shortest) continue;
    for (const form of secret.forms) rest = rest.replaceAll(form, '***');
  }
  return rest;
}

function dateMs(value: string | undefined): number | undefined {
  // Only what begins with a day's name: Date.parse would take a bare number for a year.
  const ms = value !== undefined && /^\s*[a-z]{3,9},/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** A token that can stand in a log line; anything else is dropped, because it could break the line. */
function token(value: unknown, hidden: Hidden): string {
  return typeof value === 'string' && /^[\w.:/-]{1,128}$/.test(value) && redact(value, hidden) === value
    ? value
    : '';
}

/** Secrets are taken out before the text is cut: half of one that is cut in two would not be recognized. */
function oneLine(value: unknown, hidden: Hidden): string {
  if (typeof value !== 'string') return '';
  const whole = redact(shorten(value, maxRawMessage), hidden);
  // The end of what is looked at may be the first half of a secret.
  const doubtful =
    value.length > maxRawMessage
      ? Math.max(0, ...hidden.flatMap(({ forms }) => forms).map(({ length }) => length))
      : 0;
  const known = whole.slice(0, whole.length - Math.min(doubtful, whole.length));
  if (
    repeatsSecret(
      known,
      hidden.map(({ text }) => text)
    )
  )
    return 'the message repeats a secret, and is left out';
  return shorten(known.replace(/[\s\p{Cc}]+/gu, ' ').trim(), maxMessage);
}

/** How much of a message is searched for secrets, in characters: a canonical request with a long session token fits in. */
const maxRawMessage = 65_536;

/** How much of a message is shown, in characters. */
const maxMessage = 500;
