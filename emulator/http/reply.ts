import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is put on the wire. */
export interface Reply {
  /** HTTP status; 0 when nothing is sent. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How it is delivered: whole, cut in the middle of the body, not at all, or with the connection reset. */
  readonly delivery: 'whole' | 'cut' | 'cutChunked' | 'hang' | 'reset';
  /** Waits so long first, in real ms. */
  readonly delayMs: number;
}

const JSON_TYPE = 'application/json;charset=UTF-8';

/** Headers of every answer, as the examples of the BCC pages show them; the date is the emulator's. */
export function commonHeaders(requestId: string, nowMs: number): Record<string, string> {
  return { 'x-bce-request-id': requestId, Date: new Date(nowMs).toUTCString(), Server: 'BWS' };
}

/** The Content-Type header of JSON answers. */
export function jsonType(): Record<string, string> {
  return { 'Content-Type': JSON_TYPE };
}

/** Sends a reply, or spoils it as it says. Settles when there is nothing more to do. */
export async function deliver(response: ServerResponse, reply: Reply): Promise<void> {
  if (reply.delayMs > 0) await sleep(reply.delayMs, undefined, { ref: false });
  if (reply.delivery === 'hang') return;
  if (reply.delivery === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  response.sendDate = false;
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value);
  const bytes = Buffer.from(reply.body);
  if (reply.delivery === 'whole') {
    response.setHeader('Content-Length', bytes.length);
    response.end(bytes);
    return;
  }
  // An empty answer cannot be cut in half, so it promises two bytes and breaks the promise.
  if (reply.delivery === 'cut') response.setHeader('Content-Length', Math.max(bytes.length, 2));
  response.flushHeaders();
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  if (half.length > 0) await new Promise<void>((resolve) => response.write(half, () => resolve()));
  response.socket?.destroy();
}
