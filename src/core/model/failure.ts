/**
 * Why a call of the API failed, by what the caller does about it.
 *
 * - `throttled`: the service asks to slow down; nothing was done
 * - `unreached`: the request never left, so it may be sent again
 * - `transient`: a read that failed on the way or with a 5xx; may be repeated
 * - `ambiguous`: a write whose answer is lost, a 5xx or a redirect; it may have been carried out
 * - `denied`: credentials or permissions
 * - `skewed`: the clocks differ more than the service allows, and correcting for it once did not help
 * - `notFound`, `conflict` (the state of the thing forbids it), `invalid` (the request itself)
 * - `unsent`: nothing was sent, and trying again cannot help: a certificate that is not trusted, or a request that cannot
 *   be made
 * - `malformed`: the answer could not be understood
 */
export type FailureKind =
  | 'throttled'
  | 'unreached'
  | 'transient'
  | 'ambiguous'
  | 'denied'
  | 'skewed'
  | 'notFound'
  | 'conflict'
  | 'invalid'
  | 'unsent'
  | 'malformed';

/** What is in the way of a connection: a host name that cannot be resolved, or a proxy that refuses. */
export type Barrier = 'hostName' | 'proxy';

/** The longest `Retry-After` that a call obeys, in milliseconds; asked for a longer wait, it fails and says so. */
export const longestRetryAfterMs = 120_000;

/** What is known of a failed call; a plain value, so that pure code can decide on it and print it. */
export interface CallFailure {
  readonly kind: FailureKind;
  /** The operation by the vendor's name, such as `RebuildInstance`. */
  readonly operation: string;
  /** The id of the thing that the call was about; empty for lists. */
  readonly target: string;
  /** What came back in words: the service's message, or the error of the connection. Holds no secret. */
  readonly message: string;
  readonly httpStatus?: number;
  /** The BCE error code, such as `NoSuchObject`. */
  readonly code?: string;
  readonly requestId?: string;
  /** What the service asked to wait, in milliseconds (`Retry-After`). */
  readonly retryAfterMs?: number;
  /** What kept the connection from being made; absent where that is not known, and for other kinds. */
  readonly barrier?: Barrier;
  /** How many times the call was tried. */
  readonly attempts: number;
}

/** A call of the API failed. `failure` says how; `cause` is the error below it, if there was one. */
export class CallError extends Error {
  readonly failure: CallFailure;

  constructor(failure: CallFailure, options?: ErrorOptions) {
    super(describeFailure(failure), options);
    this.name = 'CallError';
    this.failure = failure;
  }
}

/** The work was given up because the run was cancelled. */
export class CancelledError extends Error {
  constructor(message = 'cancelled', options?: ErrorOptions) {
    super(message, options);
    this.name = 'CancelledError';
  }
}

/** One sentence: what was tried, on what, and what came back. */
export function describeFailure(failure: CallFailure): string {
  const target = failure.target === '' ? '' : ` ${failure.target}`;
  const facts = [
    failure.httpStatus === undefined ? undefined : `HTTP ${failure.httpStatus}`,
    failure.code,
    failure.requestId === undefined ? undefined : `request ID ${failure.requestId}`,
    failure.attempts > 1 ? `${failure.attempts} tries` : undefined
  ].filter((fact) => fact !== undefined);
  const after = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  return `${failure.operation}${target}: ${failure.message}${after}`;
}
