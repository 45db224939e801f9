import { getProxyUrl, HttpClient } from '@actions/http-client';
import { type Exchange, startExchange } from './exchange.ts';
import type { WireReply, WireRequest } from './request-and-reply.ts';
import { AttemptEndedError, transportError } from './transport-error.ts';

/** Sends requests, each exactly once. */
export interface Transport {
  /** Throws `TransportError` where no status line came. */
  send(request: WireRequest, signal: AbortSignal): Promise<WireReply>;
  /** Ends what is under way and closes every connection. */
  dispose(): void;
}

/**
 * A transport over the agents of `@actions/http-client`, which finds its proxy in the environment.
 *
 * @param nowMs milliseconds on a monotonic scale
 */
export function createTransport(userAgent: string, nowMs = (): number => performance.now()): Transport {
  const kept = newClient(userAgent, true);
  const unkept = newClient(userAgent, false);
  const running = new Set<Exchange>();
  let disposed = false;

  return {
    async send(request, signal) {
      if (signal.aborted || disposed) {
        throw transportError(cancelled(), request.endpoint.host, 'connecting');
      }
      // A tunnel through a proxy never keeps its connection, and is bound to one attempt.
      const own = isProxied(request.endpoint) ? newClient(userAgent, false) : undefined;
      const exchange = startExchange(request, own ?? (request.fresh ? unkept : kept), nowMs);
      const onAbort = () => exchange.end(cancelled());
      running.add(exchange);
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        return await exchange.reply;
      } finally {
        signal.removeEventListener('abort', onAbort);
        running.delete(exchange);
        own?.dispose();
      }
    },
    dispose() {
      disposed = true;
      for (const exchange of running) {
        exchange.end(cancelled());
      }
      kept.dispose();
      unkept.dispose();
    }
  };
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
