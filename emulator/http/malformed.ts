import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { invalidHttpRequest, type Refusal } from './errors.ts';
import { commonHeaders, jsonType } from './reply.ts';

/** Replies to a malformed request with an ordinary error, and closes the connection. */
export function refuseMalformed(error: Error, socket: Duplex, nowMs: number): void {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  // The caller has disconnected or has already got a reply.
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code: name, message } = refusalOf(code);
  const requestId = randomUUID();
  const body = JSON.stringify({ requestId, code: name, message });
  const headers = {
    ...commonHeaders(requestId, nowMs),
    ...jsonType(),
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close'
  };
  const lines = Object.entries(headers).map(([key, value]) => `${key}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}

function refusalOf(code: string): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW') return invalidHttpRequest('the headers have more than 16 KB', 431);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return invalidHttpRequest('it did not come to its end in time', 408);
  return invalidHttpRequest('it is malformed');
}
