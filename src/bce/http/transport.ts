import type { IncomingHttpHeaders } from 'node:http';
import { getProxyUrl, HttpClient } from '@actions/http-client';
import { unlessAborted } from '../unless-aborted.ts';
import { readBody, type WireBody } from './body.ts';
import { bindTunnel, watchedModule } from './node-http.ts';
import { AttemptEndedError, type Phase, transportError } from './transport-error.ts';

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

/** Sends requests, each exactly once. */
export interface Transport {
  /** Throws `TransportError` where no status line came. */
  send(request: WireRequest, signal: AbortSignal): Promise<WireReply>;
  /** Ends what is under way and closes every connection. */
  dispose(): void;
}

/**
 * A transport over `@actions/http-client`, which finds its proxy in the environment.
 *
 * @param nowMs milliseconds on a monotonic scale
 */
export function createTransport(userAgent: string, nowMs = (): number => performance.now()): Transport {
  const kept = newClient(userAgent, true);
  const running = new Set<AbortController>();
  let disposed = false;

  return {
    async send(request, signal) {
      const host = request.endpoint.host;
      if (signal.aborted || disposed) {
        throw transportError(cancelled(), host, 'connecting');
      }
      // A tunnel through a proxy never keeps its connection, and is bound to one attempt.
      const alone = request.fresh || isProxied(request.endpoint);
      const client = alone ? newClient(userAgent, false) : kept;
      const attempt = new AbortController();
      running.add(attempt);
      const timer = setTimeout(() => attempt.abort(tooLate(request.timeoutMs)), request.timeoutMs);
      const connecting = limitConnecting(request.connectMs, attempt, nowMs);
      const onAbort = () => attempt.abort(cancelled());
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        return await exchange(client, request, attempt.signal, connecting.done);
      } finally {
        clearTimeout(timer);
        connecting.done();
        signal.removeEventListener('abort', onAbort);
        running.delete(attempt);
        if (alone) {
          client.dispose();
        }
      }
    },
    dispose() {
      disposed = true;
      for (const attempt of running) {
        attempt.abort(cancelled());
      }
      kept.dispose();
    }
  };
}

/** Aborts the attempt unless `done` is called within `connectMs`; called later, `done` aborts it at once. */
function limitConnecting(
  connectMs: number | undefined,
  attempt: AbortController,
  nowMs: () => number
): { done(): void } {
  if (connectMs === undefined) {
    return { done: () => undefined };
  }
  const abort = () => attempt.abort(notConnected(connectMs));
  const timer = setTimeout(abort, connectMs);
  const endMs = nowMs() + connectMs;
  let isDone = false;
  return {
    done() {
      clearTimeout(timer);
      // After a suspension of the process or the machine the connection's event can come before the timer's.
      if (!isDone && nowMs() > endMs) {
        abort();
      }
      isDone = true;
    }
  };
}

/** `onConnected` runs before the first byte of the request leaves, and may abort the signal. */
async function exchange(
  client: HttpClient,
  request: WireRequest,
  signal: AbortSignal,
  onConnected: () => void
): Promise<WireReply> {
  const { endpoint, method, path, body } = request;
  let phase: Phase = 'connecting';
  const fail = (error: unknown) =>
    transportError(signal.aborted ? signal.reason : error, endpoint.host, phase);
  try {
    const agent = client.getAgent(endpoint.href);
    bindTunnel(agent, signal);
    const options = {
      method,
      path,
      agent,
      signal,
      // Node wants an IPv6 address bare.
      host: endpoint.hostname.replace(/^\[|\]$/g, ''),
      port: endpoint.port === '' ? (endpoint.protocol === 'https:' ? 443 : 80) : Number(endpoint.port),
      headers: { ...request.headers, 'user-agent': client.userAgent }
    };
    const httpModule = watchedModule(endpoint, () => {
      onConnected();
      if (!signal.aborted) {
        phase = 'waiting';
      }
    });
    const sent = client.requestRaw({ options, parsedUrl: endpoint, httpModule }, body ?? null);
    const { message } = await unlessAborted(sent, signal);
    phase = 'reading';
    const { bodyMs } = request;
    const stop = (): unknown => message.destroy(tooLate(bodyMs ?? 0));
    const timer = bodyMs === undefined ? undefined : setTimeout(stop, bodyMs);
    const wireBody = await readBody(message, request.maxBodyBytes, fail).finally(() => clearTimeout(timer));
    return { status: message.statusCode ?? 0, headers: message.headers, body: wireBody };
  } catch (error) {
    throw fail(error);
  }
}

function newClient(userAgent: string, keepAlive: boolean): HttpClient {
  return new HttpClient(userAgent, [], { keepAlive, allowRedirects: false, allowRetries: false });
}

/** A proxy that cannot be parsed counts: it fails later, as an error of the attempt. */
function isProxied(endpoint: URL): boolean {
  try {
    return getProxyUrl(endpoint.href) !== '';
  } catch {
    return true;
  }
}

function cancelled(): AttemptEndedError {
  return new AttemptEndedError('ABORTED', 'given up on request');
}

function tooLate(timeoutMs: number): AttemptEndedError {
  return new AttemptEndedError('ETIMEDOUT', `no whole answer within ${seconds(timeoutMs)}`);
}

function notConnected(connectMs: number): AttemptEndedError {
  return new AttemptEndedError(
    'ETIMEDOUT',
    `no connection within ${seconds(connectMs)}, so nothing was sent`
  );
}

function seconds(ms: number): string {
  return `${Math.round(ms) / 1000} s`;
}
