import { createHash } from 'node:crypto';
import { type Answer, type Call, queryOf } from './call.ts';
import { badRequest, Refusal } from './errors.ts';

/** A clientToken is valid for 24 hours from its last receipt (Reference: idempotency). */
const VALID_MS = 24 * 60 * 60 * 1000;

/** How many are kept; the oldest are dropped first. */
const MAX_TOKENS = 10_000;

/** The first reply to a repeated call; undefined if its clientToken is new or absent. */
export function answeredBefore(call: Call, operation: string): Answer | undefined {
  const token = queryOf(call, 'clientToken');
  if (token === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,64}$/.test(token))
    throw badRequest('The parameter clientToken must be 1 to 64 ASCII characters.');
  const key = `${operation} ${token}`;
  const known = call.memory.tokens.get(key);
  if (known === undefined || call.nowMs > known.atMs + VALID_MS) return undefined;
  if (known.asked !== asked(call)) {
    throw new Refusal(
      403,
      'IdempotentParameterMismatch',
      'The request uses the same client token as a previous, but non-identical request.'
    );
  }
  call.memory.tokens.set(key, { ...known, atMs: call.nowMs });
  return known.answer as Answer;
}

/** Stores a reply under the call's clientToken, and returns it. */
export function remember(call: Call, operation: string, answer: Answer): Answer {
  const token = queryOf(call, 'clientToken');
  if (token !== undefined) {
    const { tokens } = call.memory;
    const [oldest] = tokens.keys();
    if (tokens.size >= MAX_TOKENS && oldest !== undefined) tokens.delete(oldest);
    tokens.set(`${operation} ${token}`, { asked: asked(call), atMs: call.nowMs, answer });
  }
  return answer;
}

function asked(call: Call): string {
  return createHash('sha256')
    .update(JSON.stringify([call.id, call.body]))
    .digest('hex');
}
