import type { ReadOptions, WriteOptions } from '../ports/bcc.ts';
import type { Clock } from '../ports/clock.ts';
import type { Credentials } from '../ports/credentials.ts';
import type { CallKind } from './api/error-codes.ts';
import { interpretLoss, interpretReply } from './api/interpret-reply.ts';
import { type Attempt, longBody, type Operation, shortBody } from './api/operation.ts';
import { type Hidden, hiding, redact, replyFacts } from './api/reply-facts.ts';
import { endpointOf } from './api/service-endpoints.ts';
import type { Transport } from './http/transport.ts';
import { TransportError } from './http/transport-error.ts';
import { type SignedRequest, signedRequest } from './signed-request.ts';

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
  const [outcome, facts] = await exchange(operation, signed, endpoint, context, signal, options, hidden);
  const took = `${Math.max(0, context.wallMs() - startMs)} ms`;
  // The facts show no secret, and a path cannot hold the signature that was made over it.
  context.debug(redact(`${operation.method} ${signed.path}: ${facts.join(', ')} (${took})`, lasting));
  return outcome.ok
    ? outcome
    : { ...outcome, failure: { ...outcome.failure, message: redact(outcome.failure.message, hidden) } };
}

/** The outcome, and the words that a log has for it. */
async function exchange<T>(
  operation: Operation<T>,
  signed: SignedRequest,
  endpoint: URL,
  context: CallContext,
  signal: AbortSignal,
  options: AttemptOptions,
  hidden: Hidden
): Promise<readonly [Attempt<T>, readonly string[]]> {
  const { deadlineMs = Number.POSITIVE_INFINITY, expiresAtMs = Number.POSITIVE_INFINITY } = options;
  const nowMs = context.nowMs();
  const isWrite = operation.kind === 'write';
  const request = {
    method: operation.method,
    endpoint,
    path: signed.path,
    headers: signed.headers,
    timeoutMs: Math.max(0, Math.min(timeoutMs[operation.kind], deadlineMs - nowMs)),
    fresh: isWrite || options.fresh === true,
    maxBodyBytes: operation.maxBodyBytes ?? (isWrite ? shortBody : longBody),
    ...(isWrite
      ? { connectMs: Math.max(0, Math.min(connectLimitMs, expiresAtMs - nowMs)), bodyMs: bodyLimitMs }
      : {}),
    ...(operation.body === undefined ? {} : { body: operation.body })
  };
  try {
    const reply = await context.transport.send(request, signal);
    const facts = replyFacts(reply, context.wallMs(), hidden);
    const words = [`HTTP ${reply.status}`, facts.code, facts.requestId && `request ID ${facts.requestId}`];
    return [interpretReply(operation, reply, facts, endpoint), words.filter((word) => word !== '')];
  } catch (error) {
    if (error instanceof TransportError) {
      return [interpretLoss(operation, error), [error.code, error.reach]];
    }
    throw error;
  }
}
