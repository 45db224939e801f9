import * as http from 'node:http';
import * as https from 'node:https';
import { TLSSocket } from 'node:tls';
import type { HttpCheck } from '../core/health/check.ts';
import { printable } from '../core/health/unhealthy.ts';
import type { ProbeAttempt } from './probe-attempt.ts';
import { ProbeFailure } from './probe-failure.ts';

/** The only authorities to trust for `https`, in place of the usual ones. */
export interface TrustOptions {
  readonly ca?: string;
}

/** How much of a body is searched, in bytes. */
const maxBodyBytes = 1024 * 1024;

/**
 * Asks once, straight (no proxy), on a connection of its own, and follows no redirect.
 *
 * @throws ProbeFailure when the answer is not the expected one, or the error of the connection
 */
export async function probeHttp(
  check: HttpCheck,
  attempt: ProbeAttempt,
  trust: TrustOptions
): Promise<undefined> {
  const module = check.kind === 'https' ? https : http;
  const request = module.request({
    host: check.host,
    port: check.port,
    path: check.path,
    method: 'GET',
    // An agent of its own for this request: it keeps no connection, and knows no proxy.
    agent: false,
    signal: attempt.signal,
    headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'rebuild-bcc-instance' },
    ...trust
  });
  let closed: Promise<void> | undefined;
  request.once('socket', (socket) => {
    closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.once('connect', () => attempt.enter(check.kind === 'https' ? 'tls' : 'answer'));
    socket.once('secureConnect', () => attempt.enter('answer'));
  });
  try {
    const response = await answered(request);
    await judge(check, response, attempt);
  } finally {
    request.destroy();
    await closed;
  }
}

function answered(request: http.ClientRequest): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Stays to the end: an error that comes later must not end the process.
    request.on('error', (error) => reject(certificateFailure(request, error) ?? error));
    request.end();
  });
}

/** TLS worked, and the certificate was not accepted. */
function certificateFailure(request: http.ClientRequest, error: Error): ProbeFailure | undefined {
  const { socket } = request;
  if (!(socket instanceof TLSSocket) || !socket.authorizationError) return undefined;
  // Node's newest versions add advice about their command line, which is no use in a workflow.
  const message = printable(error.message.replace(/; if the root CA.*$/s, ''));
  return new ProbeFailure({ kind: 'certificate', message }, { cause: error });
}

async function judge(check: HttpCheck, response: http.IncomingMessage, attempt: ProbeAttempt): Promise<void> {
  response.on('error', () => undefined);
  const status = response.statusCode ?? 0;
  if (!check.statuses.some(({ from, to }) => from <= status && status <= to)) {
    throw new ProbeFailure({ kind: 'status', status, wanted: check.statuses });
  }
  if (check.body === undefined) return;
  attempt.enter('body');
  if (!(await contains(response, Buffer.from(check.body)))) {
    throw new ProbeFailure({ kind: 'body', wanted: check.body });
  }
}

/** Searches for the bytes while they come in; what spans two chunks is found too. */
async function contains(response: http.IncomingMessage, wanted: Buffer): Promise<boolean> {
  let tail: Buffer = Buffer.alloc(0);
  let read = 0;
  for await (const chunk of response) {
    const bytes: Buffer = chunk;
    const seen = Buffer.concat([tail, bytes]);
    if (seen.includes(wanted)) return true;
    read += bytes.length;
    if (read > maxBodyBytes) return false;
    tail = seen.subarray(Math.max(0, seen.length - wanted.length + 1));
  }
  return false;
}
