import * as http from 'node:http';
import * as https from 'node:https';
import { TLSSocket } from 'node:tls';

/**
 * The HTTP module for a URL, which calls `onConnected` once the first byte of a request can leave: when TCP
 * stands, with TLS when the certificate has been checked, at once on a connection that is used again.
 */
export function watchedModule(url: URL, onConnected: () => void): typeof http | typeof https {
  const module = url.protocol === 'https:' ? https : http;
  const request = (options: https.RequestOptions, callback: (response: http.IncomingMessage) => void) => {
    const sent = module.request(options, callback);
    sent.once('socket', (socket) => {
      const secure = socket instanceof TLSSocket;
      if (sent.reusedSocket || (!secure && !socket.connecting)) {
        onConnected();
      } else {
        socket.once(secure ? 'secureConnect' : 'connect', onConnected);
      }
    });
    let isAnswered = false;
    sent.once('response', () => {
      isAnswered = true;
    });
    // http-client does not listen to the events of a protocol switch and of an end without an answer.
    sent.once('upgrade', (_response, socket) => socket.destroy());
    sent.once('close', () => {
      if (!isAnswered) {
        sent.emit(
          'error',
          Object.assign(new Error('the request ended without an answer'), { code: 'NO_ANSWER' })
        );
      }
    });
    return sent;
  };
  // http-client calls the module with these two arguments only; the overloads with a URL stay unused.
  return Object.create(module, { request: { value: request } });
}

/**
 * Lets `signal` also end the exchange with a proxy. The tunnel that http-client puts in front of a proxy makes a
 * request of its own (CONNECT), which outlives the request that it is for, and a silent proxy would hold the
 * process open.
 */
export function bindTunnel(agent: http.Agent, signal: AbortSignal): void {
  if ('proxyOptions' in agent) {
    Object.assign(agent, { proxyOptions: { ...Object(agent.proxyOptions), signal } });
  }
}
