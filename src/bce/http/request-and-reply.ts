import type { IncomingHttpHeaders } from 'node:http';
import type { TransportError } from './transport-error.ts';

/** One request, ready to be sent. */
export interface WireRequest {
  readonly method: string;
  readonly endpoint: URL;
  /** Path and query, encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for the whole attempt, from the first look-up to the last byte. */
  readonly timeoutMs: number;
  /**
   * Milliseconds until the connection has to stand, with name, proxy and TLS; a later one is closed before the first
   * byte of the request leaves. No limit unless set.
   */
  readonly connectMs?: number;
  /**
   * Whether to open a connection for this request alone. A kept one may be closed by the server in the moment
   * it is used, which would leave a write's outcome unknown for no reason.
   */
  readonly fresh: boolean;
  /** Milliseconds for the body alone, from the status line on. No limit of its own unless set. */
  readonly bodyMs?: number;
  /** The longest body of an answer that is read, in bytes. */
  readonly maxBodyBytes: number;
}

/** An answer: a status line came, whatever became of the body. */
export interface WireReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: WireBody;
}

/** What came of the body; what had come of one that broke off is dropped. */
export type WireBody =
  | { readonly kind: 'whole'; readonly text: string }
  | { readonly kind: 'cut'; readonly error: TransportError }
  | { readonly kind: 'tooLong' };
