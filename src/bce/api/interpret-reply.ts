import type { FailureKind } from '../../core/model/failure.ts';
import { withoutUndefined } from '../../core/without-undefined.ts';
import type { WireReply } from '../http/request-and-reply.ts';
import type { TransportError } from '../http/transport-error.ts';
import { classify } from './error-codes.ts';
import { DecodeError, type Fields } from './json-fields.ts';
import type { Attempt, FailedAttempt, Operation } from './operation.ts';
import { type ReplyFacts, redirectHost } from './reply-facts.ts';

/** What an answer means for the operation. */
export function interpretReply<T>(
  operation: Operation<T>,
  reply: WireReply,
  facts: ReplyFacts,
  endpoint: URL
): Attempt<T> {
  const { status, body } = reply;
  const fail = (kind: FailureKind, message: string, cause?: Error) =>
    failed(operation, kind, message, cause, { status, facts });
  if (body.kind === 'cut' && operation.kind === 'read') {
    return fail('transient', body.error.message, body.error);
  }
  if (status >= 200 && status < 300 && !deniesSuccess(facts)) {
    // The status line alone says that a write was taken; sending it again because its body broke would be wrong.
    const problem = body.kind === 'tooLong' ? 'the answer is too long' : facts.problem;
    if (problem !== '' && operation.kind === 'read') return fail('malformed', problem);
    try {
      return { ok: true, value: operation.decode(facts.json, facts.requestId) };
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return fail('malformed', `the answer cannot be understood: ${error.message}`);
    }
  }
  if (status >= 300 && status < 400) {
    const host = redirectHost(reply, endpoint);
    // A redirect may be the answer to a write that was carried out (RFC 9110, 15.4.4).
    const kind = operation.kind === 'read' ? 'invalid' : 'ambiguous';
    return fail(kind, `the service sent us on to ${host}, and a signed request does not follow`);
  }
  const message = facts.message === '' ? 'the service gave no reason' : facts.message;
  // Of Cloud Assistant's refusals the code alone tells what they are. No page says what such an answer of another
  // service means, so it tells neither a state nor that nothing was done.
  if (status < 300 && operation.service !== 'ca') {
    const kind = operation.kind === 'read' ? 'malformed' : 'ambiguous';
    return fail(kind, `the status is one of success, but the answer is an error: ${message}`);
  }
  const kind = classify(Math.max(status, 400), facts.code, operation.kind);
  return fail(
    kind,
    kind === 'skewed'
      ? `${message} (the clock here differs from the service's, or a session has ended)`
      : message
  );
}

/** Whether an answer with a status of success says that it is none: by `success`, or by a code that is an error's. */
function deniesSuccess({ json, code }: ReplyFacts): boolean {
  const { success }: Fields = Object(json);
  return success === false || !/^(?:success|ok|\d*)$/i.test(code);
}

/** What it means for the operation that no answer came. */
export function interpretLoss(operation: Operation<unknown>, error: TransportError): FailedAttempt {
  const { reach, barrier, message } = error;
  const loss = operation.kind === 'read' ? 'transient' : 'ambiguous';
  const attempt = failed(operation, reach === 'lost' ? loss : reach, message, error);
  return { ...attempt, failure: { ...attempt.failure, ...withoutUndefined({ barrier }) } };
}

function failed(
  operation: Operation<unknown>,
  kind: FailureKind,
  message: string,
  cause?: Error,
  answer?: { readonly status: number; readonly facts: ReplyFacts }
): FailedAttempt {
  const { code, requestId, retryAfterMs, serverMs } = answer?.facts ?? {};
  return {
    ok: false,
    failure: {
      kind,
      operation: operation.name,
      target: operation.target,
      message,
      ...withoutUndefined({
        httpStatus: answer?.status,
        code: code || undefined,
        requestId: requestId || undefined,
        retryAfterMs
      })
    },
    ...withoutUndefined({ cause, serverMs })
  };
}
