import type { CallFailure, FailureKind } from '../../core/model/failure.ts';
import type { Query } from '../sign.ts';
import type { CallKind } from './error-codes.ts';

/** The services whose operations are called; each has a host of its own. */
export type Service = 'bcc' | 'blb' | 'ca';

/** One operation of the API, as a value. */
export interface Operation<T> {
  /** The vendor's name. */
  readonly name: string;
  /** Whose it is; BCC's unless set. */
  readonly service?: Service;
  /** By what it does, not by its HTTP method: some reads are POSTs. */
  readonly kind: CallKind;
  /** The id that the operation is about; empty for lists. */
  readonly target: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Encoded. */
  readonly path: string;
  readonly query: Query;
  /** JSON. */
  readonly body?: string;
  /** The longest answer that is read, in bytes; `longBody` for a read and `shortBody` for a write unless set. */
  readonly maxBodyBytes?: number;
  /** What must not be seen in an error although a service might echo it. */
  readonly secrets?: readonly string[];
  /** Whether a cancelled caller still learns that the request may have been carried out. */
  readonly tellsLoss?: boolean;
  /** Whether a write may be sent again when its answer is lost: twice does no more than once. */
  readonly repeatable?: boolean;
  /** Whether it is about several instances. A refusal may have come after it was carried out for some of them. */
  readonly isBatch?: boolean;
  /** The failure that tells, after a lost answer, that the request was carried out: the call has then succeeded. */
  readonly doneAfterLoss?: FailureKind;
  /** Turns a success into a value. `json` is `undefined` where the body is none. Throws `DecodeError`. */
  decode(json: unknown, requestId: string): T;
}

/** The longest list that is read, in bytes: more than ten times a full page of instances. */
export const longBody = 8 * 1024 * 1024;

/** The longest answer about one thing that is read, in bytes. */
export const shortBody = 1024 * 1024;

/** What most reads have in common. */
export const read = { kind: 'read', method: 'GET', target: '', query: {} } as const;

/** A failed attempt; how many there were is known only to the loop that repeats them. */
export type AttemptFailure = Omit<CallFailure, 'attempts'>;

/** What came of one attempt. */
export type Attempt<T> = { readonly ok: true; readonly value: T } | FailedAttempt;

/** An attempt that came to nothing, or to an answer that is no success. */
export interface FailedAttempt {
  readonly ok: false;
  readonly failure: AttemptFailure;
  readonly cause?: Error;
  /** The service's clock at its answer, in milliseconds since 1970. */
  readonly serverMs?: number;
}
