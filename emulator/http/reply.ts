import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** A reply to send. */
export interface Reply {
  /** HTTP status; 0 if nothing is sent. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whole, cut in the middle of the body, never, or with a reset of the connection. */
  readonly delivery: 'whole' | 'cut' | 'cutChunked' | 'hang' | 'reset';
  /** Real time to wait before sending, in ms. */
  readonly delayMs: number;
}

const JSON_TYPE = 'application/json;charset=UTF-8';

/** Headers of every reply, as in the examples of the BCC pages; the date is the emulator's. */
export function commonHeaders(requestId: string, nowMs: number): Record<string, string> {
  return { 'x-bce-request-id': requestId, Date: new Date(nowMs).toUTCString(), Server: 'BWS' };
}

/** The Content-Type header of JSON replies. */
export function jsonType(): Record<string, string> {
  return { 'Content-Type': JSON_TYPE };
}

/** Sends a reply as `delivery` says. Resolves when there is nothing more to do. */
export async function deliver(response: ServerResponse, reply: Reply): Promise<void> {
  if (reply.delayMs > 0) await sleep(reply.delayMs, undefined, { ref: false });
  if (reply.delivery === 'hang') return;
  if (reply.delivery === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  response.sendDate = false;
  const { status, headers, body, delivery } = reply;
  if (delivery === 'whole') {
    // As a text the body leaves together with the headers, in one write.
    response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body);
    return;
  }
  const bytes = Buffer.from(body);
  // An empty body cannot be cut, so the reply announces two bytes that it never sends.
  const length = delivery === 'cut' ? { 'Content-Length': Math.max(bytes.length, 2) } : {};
  response.writeHead(status, { ...headers, ...length }).flushHeaders();
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  if (half.length > 0) await new Promise<void>((resolve) => response.write(half, () => resolve()));
  response.socket?.destroy();
}
