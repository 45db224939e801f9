import { withoutUndefined } from '../core/without-undefined.ts';
import type { ReadOptions, WriteOptions } from '../ports/bcc.ts';
import type { Clock } from '../ports/clock.ts';
import type { Credentials } from '../ports/credentials.ts';
import type { CallKind } from './api/error-codes.ts';
import { interpretLoss, interpretReply } from './api/interpret-reply.ts';
import { type Attempt, longBody, type Operation, shortBody } from './api/operation.ts';
import { type Hidden, hiding, redact, replyFacts } from './api/reply-facts.ts';
import { endpointOf } from './api/service-endpoints.ts';
import type { WireRequest } from './http/request-and-reply.ts';
import type { Transport } from './http/transport.ts';
import { TransportError } from './http/transport-error.ts';
import { signedRequest } from './signed-request.ts';

/** What an attempt needs from outside. */
export interface CallContext extends Pick<Clock, 'nowMs' | 'wallMs'> {
  readonly transport: Transport;
  /** Where BCC is; the other services are beside it. */
  readonly endpoint: URL;
  readonly credentials: Credentials;
  /** The secrets of the credentials. */
  readonly hidden: Hidden;
  /** How far this machine's clock is behind the service's; shared by all calls. */
  readonly clock: { offsetMs: number };
  /** Called with each signature and each encrypted password, before it leaves. */
  mask(secret: string): void;
  /** Takes one line for each attempt; it never holds a header, a body or a secret. */
  debug(line: string): void;
}

/** What one attempt may take, and on which connection it goes. */
export type AttemptOptions = ReadOptions & Pick<WriteOptions, 'expiresAtMs'>;

/** How long one attempt may take, in milliseconds. */
const timeoutMs: Readonly<Record<CallKind, number>> = { read: 15_000, write: 30_000 };

/** How long a write may take to be connected, in milliseconds; a later one is given up before it leaves. */
const connectLimitMs = 10_000;

/**
 * How long the body of a write's answer may take after its status line, in milliseconds. The status says already that it
 * was taken; who waits for the body does not observe meanwhile, and a short rebuild would be over unseen.
 */
const bodyLimitMs = 3_000;

/** Signs an operation, sends it once and reads the answer. Rejects only for faults of the program. */
export async function attempt<T>(
  operation: Operation<T>,
  context: CallContext,
  signal: AbortSignal,
  options: AttemptOptions = {}
): Promise<Attempt<T>> {
  const { credentials, clock } = context;
  const endpoint = endpointOf(operation.service ?? 'bcc', context.endpoint);
  const startMs = context.wallMs();
  // A signature is valid for a short time only, so each attempt makes its own.
  const signed = signedRequest(operation, endpoint, credentials, startMs + clock.offsetMs);
  context.mask(signed.signature);
  const lasting = [...hiding(operation.secrets ?? []), ...context.hidden];
  const hidden = [...hiding([signed.signature]), ...lasting];
  let outcome: Attempt<T>;
  let words: readonly string[];
  try {
    const { path, headers } = signed;
    const request = { endpoint, path, headers, ...requestOf(operation, options, context.nowMs()) };
    const reply = await context.transport.send(request, signal);
    const facts = replyFacts(reply, context.wallMs(), hidden);
    outcome = interpretReply(operation, reply, facts, endpoint);
    words = [`HTTP ${reply.status}`, facts.code, facts.requestId && `request ID ${facts.requestId}`];
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    outcome = interpretLoss(operation, error);
    words = [error.code, error.reach];
  }
  const told = words.filter((word) => word !== '').join(', ');
  const took = `${Math.max(0, context.wallMs() - startMs)} ms`;
  // The facts show no secret, and a path cannot hold the signature that was made over it.
  context.debug(redact(`${operation.method} ${signed.path}: ${told} (${took})`, lasting));
  return outcome.ok
    ? outcome
    : { ...outcome, failure: { ...outcome.failure, message: redact(outcome.failure.message, hidden) } };
}

/** What an attempt sends besides what is signed, and its limits. */
function requestOf(
  { kind, method, body, maxBodyBytes }: Operation<unknown>,
  options: AttemptOptions,
  nowMs: number
): Omit<WireRequest, 'endpoint' | 'path' | 'headers'> {
  const { deadlineMs = Number.POSITIVE_INFINITY, expiresAtMs = Number.POSITIVE_INFINITY } = options;
  const isWrite = kind === 'write';
  return {
    method,
    timeoutMs: Math.max(0, Math.min(timeoutMs[kind], deadlineMs - nowMs)),
    fresh: isWrite || options.fresh === true,
    maxBodyBytes: maxBodyBytes ?? (isWrite ? shortBody : longBody),
    ...(isWrite
      ? { connectMs: Math.max(0, Math.min(connectLimitMs, expiresAtMs - nowMs)), bodyMs: bodyLimitMs }
      : {}),
    ...withoutUndefined({ body })
  };
}
