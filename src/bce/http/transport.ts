import type { IncomingHttpHeaders } from 'node:http';
import { getProxyUrl, HttpClient } from '@actions/http-client';
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
  readonly deadlineMs: number;
  /**
   * Whether to open a connection for this request alone. A kept one may be closed by the server in the moment
   * it is used, which would leave a write's outcome unknown for no reason.
   */
  readonly fresh: boolean;
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

/** A transport over `@actions/http-client`, which finds its proxy in the environment. */
export function createTransport(userAgent: string): Transport {
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
      const timer = setTimeout(() => attempt.abort(tooLate(request.deadlineMs)), request.deadlineMs);
      const onAbort = () => attempt.abort(cancelled());
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        return await exchange(client, request, attempt.signal);
      } finally {
        clearTimeout(timer);
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

async function exchange(client: HttpClient, request: WireRequest, signal: AbortSignal): Promise<WireReply> {
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
      phase = 'waiting';
    });
    const { message } = await client.requestRaw({ options, parsedUrl: endpoint, httpModule }, body ?? null);
    phase = 'reading';
    return { status: message.statusCode ?? 0, headers: message.headers, body: await readBody(message, fail) };
  } catch (error) {
    throw fail(error);
  }
}

function newClient(userAgent: string, keepAlive: boolean): HttpClient {
  return new HttpClient(userAgent, [], { keepAlive, allowRedirects: false, allowRetries: false });
}

/** A proxy that cannot be parsed counts: it fails later, where its error is told as one of the attempt. */
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

function tooLate(deadlineMs: number): AttemptEndedError {
  return new AttemptEndedError('ETIMEDOUT', `no whole answer within ${deadlineMs / 1000} s`);
}
