import * as http from 'node:http';
import * as https from 'node:https';
import { TLSSocket } from 'node:tls';
import type { HttpClient } from '@actions/http-client';
import type { WireBody, WireReply, WireRequest } from './request-and-reply.ts';
import { AttemptEndedError, type ExchangePhase, transportError } from './transport-error.ts';

/** A request that is under way. */
export interface Exchange {
  /** Settles whatever becomes of the connection; rejects with a `TransportError` where no status line came. */
  readonly reply: Promise<WireReply>;
  /** Ends it for a reason of our own, unless it is over. */
  end(reason: AttemptEndedError): void;
}

/**
 * Sends a request once. The client gives its agent and its name alone: its own requests never settle where the
 * connection breaks in the midst of an answer, and the process would then end with exit code 0.
 *
 * @param nowMs milliseconds on a monotonic scale
 */
export function startExchange(request: WireRequest, client: HttpClient, nowMs: () => number): Exchange {
  const { endpoint, timeoutMs, connectMs, bodyMs } = request;
  const startMs = nowMs();
  const timers: NodeJS.Timeout[] = [];
  let phase: ExchangePhase = 'connecting';
  let sent: http.ClientRequest | undefined;
  let tunnel: AbortController | undefined;
  let fail: (error: unknown) => void = () => undefined;

  const end = (reason: AttemptEndedError): void => {
    fail(reason);
    tunnel?.abort(reason);
    sent?.destroy(reason);
  };
  const endLate = (what: string, ms: number, result = ''): void =>
    end(new AttemptEndedError('ETIMEDOUT', `no ${what} within ${Math.round(ms) / 1000} s${result}`));
  const endUnconnected = (ms: number): void => endLate('connection', ms, ', so nothing was sent');

  const reply = new Promise<WireReply>((resolve, reject) => {
    fail = (error) => reject(transportError(error, endpoint.host, phase));
    timers.push(setTimeout(endLate, timeoutMs, 'whole answer', timeoutMs));
    if (connectMs !== undefined) {
      timers.push(setTimeout(() => phase === 'connecting' && endUnconnected(connectMs), connectMs));
    }
    try {
      const agent = client.getAgent(endpoint.href);
      tunnel = boundTunnel(agent);
      sent = openRequest(request, agent, client.userAgent);
    } catch (error) {
      fail(error);
      return;
    }
    whenConnected(sent, () => {
      // After a suspension of the process or the machine the connection's event can come before the timer's.
      if (connectMs !== undefined && nowMs() > startMs + connectMs) endUnconnected(connectMs);
      else phase = 'waiting';
    });
    sent.once('response', (message) => {
      phase = 'reading';
      const { statusCode: status = 0, headers } = message;
      const take = (body: WireBody): void => resolve({ status, headers, body });
      fail = (error) => take({ kind: 'cut', error: transportError(error, endpoint.host, phase) });
      if (bodyMs !== undefined) timers.push(setTimeout(endLate, bodyMs, 'whole answer', bodyMs));
      readBody(message, request.maxBodyBytes, take, (error) => fail(error));
    });
    sent.on('error', (error) => fail(error));
    // Also after a switch of protocols, for which Node closes the connection where nobody listens.
    sent.once('close', () => {
      if (phase !== 'reading') fail({ code: 'NO_ANSWER' });
    });
    sent.end(request.body);
  });
  return { reply: reply.finally(() => timers.forEach(clearTimeout)), end };
}

function openRequest(
  { endpoint, method, path, headers }: WireRequest,
  agent: http.Agent,
  userAgent: string | undefined
): http.ClientRequest {
  const isSecure = endpoint.protocol === 'https:';
  return (isSecure ? https : http).request({
    method,
    path,
    agent,
    // Node wants an IPv6 address bare.
    host: endpoint.hostname.replace(/^\[|\]$/g, ''),
    port: endpoint.port === '' ? (isSecure ? 443 : 80) : Number(endpoint.port),
    headers: { ...headers, 'user-agent': userAgent }
  });
}

/**
 * Calls `onConnected` once the first byte of a request can leave: when TCP stands, with TLS when the certificate has
 * been checked, at once on a connection that is used again.
 */
function whenConnected(sent: http.ClientRequest, onConnected: () => void): void {
  sent.once('socket', (socket) => {
    const isSecure = socket instanceof TLSSocket;
    if (sent.reusedSocket || (!isSecure && !socket.connecting)) {
      onConnected();
    } else {
      socket.once(isSecure ? 'secureConnect' : 'connect', onConnected);
    }
  });
}

/**
 * What also ends the exchange with a proxy. The tunnel that the client's agent puts in front of one makes a request of
 * its own (CONNECT), which outlives the request that it is for, and a silent proxy would hold the process open.
 */
function boundTunnel(agent: http.Agent): AbortController | undefined {
  if (!('proxyOptions' in agent)) return undefined;
  const controller = new AbortController();
  Object.assign(agent, { proxyOptions: { ...Object(agent.proxyOptions), signal: controller.signal } });
  return controller;
}

/** Reads a body of at most `maxBytes` to its end. */
function readBody(
  message: http.IncomingMessage,
  maxBytes: number,
  take: (body: WireBody) => void,
  fail: (error: unknown) => void
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  message.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) {
      chunks.push(chunk);
      return;
    }
    take({ kind: 'tooLong' });
    message.destroy();
  });
  message.once('end', () => take({ kind: 'whole', text: Buffer.concat(chunks).toString('utf8') }));
  message.on('error', fail);
}
