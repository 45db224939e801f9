/** A client and a plain server that shows what the client puts on the wire. Nobody waits. */

import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect } from '@jest/globals';
import type { CallKind } from '../../src/bce/api/error-codes.ts';
import { type BccClient, type BccClientOptions, createBccClient } from '../../src/bce/client.ts';
import { createTransport, type Transport } from '../../src/bce/http/transport.ts';
import { CallError, type CallFailure } from '../../src/core/model/failure.ts';
import { answer, bodyOf, serve, type TestServer } from './server.ts';

/** A request as it came. */
export interface Seen {
  /** Method, path and query. */
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Whether the signature had been masked when the request came. */
  readonly masked: boolean;
}

/** What there is to see of a client at work. */
export interface World {
  readonly bcc: BccClient;
  readonly server: TestServer;
  readonly requests: readonly Seen[];
  readonly masked: readonly string[];
  readonly lines: readonly string[];
  readonly sleeps: readonly number[];
}

/** Answers the request that is the `count`th. */
export type Answer = (response: ServerResponse, seen: Seen, count: number) => void;

/** What the wall clock shows, in milliseconds since 1970. It stands still; the monotonic one moves with each sleep. */
export const startMs = Date.parse('2026-01-15T08:09:10Z');

/** The key pair of every client here, and a token that a test may add. */
export const accessKeyId = 'akvector00000000000000000EXAMPLE';
export const secretAccessKey = 'skvector0123456789abcdef0EXAMPLE';
export const sessionToken = 'dG9rZW4vd2l0aCtzcGVjaWFs==';

/** A signal that never aborts. */
export const never = new AbortController().signal;
// Node 20 takes many calls on one signal for a leak; Node 24 does not.
setMaxListeners(0, never);

const worlds: World[] = [];

/** Closes all worlds; for `afterEach`. */
export async function closeWorlds(): Promise<void> {
  for (const { bcc, server } of worlds.splice(0)) {
    bcc.dispose();
    await server.close();
  }
}

/** A client of a server that answers by `give`. */
export async function world(give: Answer, more: Partial<BccClientOptions> = {}): Promise<World> {
  const requests: Seen[] = [];
  const masked: string[] = [];
  const lines: string[] = [];
  const sleeps: number[] = [];
  let nowMs = 0;
  const server = await serve(async (request, response) => {
    const body = await bodyOf(request);
    const signature = request.headers.authorization?.split('/').at(-1) ?? '';
    const line = `${request.method} ${request.url}`;
    const seen = { line, headers: request.headers, body, masked: masked.includes(signature) };
    requests.push(seen);
    give(response, seen, requests.length);
  });
  const options: BccClientOptions = {
    endpoint: server.url,
    credentials: { accessKeyId, secretAccessKey },
    userAgent: 'test',
    nowMs: () => nowMs,
    wallMs: () => startMs,
    sleep: async (ms) => {
      sleeps.push(ms);
      nowMs += ms;
    },
    random: () => 1,
    mask: (secret) => void masked.push(secret),
    debug: (line) => void lines.push(line),
    ...more
  };
  try {
    const made = { bcc: createBccClient(options), server, requests, masked, lines, sleeps };
    worlds.push(made);
    return made;
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** Gives the attempts of a kind so many milliseconds; `timeouts` takes what the client gave them. */
export function hasty(limits: Partial<Record<CallKind, number>>, timeouts: number[] = []): Transport {
  const transport = createTransport('test');
  return {
    ...transport,
    send(request, signal) {
      timeouts.push(request.timeoutMs);
      const limitMs = limits[request.connectMs === undefined ? 'read' : 'write'];
      return transport.send({ ...request, timeoutMs: limitMs ?? request.timeoutMs }, signal);
    }
  };
}

/** Sends everything to one server, and notes which host the client asked and signed. */
export function rerouted(server: URL, hosts: string[]): Transport {
  const transport = createTransport('test');
  return {
    ...transport,
    send(request, signal) {
      expect(request.headers['host']).toBe(request.endpoint.host);
      hosts.push(request.endpoint.host);
      return transport.send({ ...request, endpoint: server }, signal);
    }
  };
}

/** Answers each path (method, path and query) with its JSON, and with `NoSuchObject` where there is none. */
export function byLine(replies: Readonly<Record<string, unknown>>): Answer {
  return (response, { line }) => {
    const reply = replies[line];
    if (reply === undefined) {
      answer(response, 404, { requestId: 'r-1', code: 'NoSuchObject', message: 'It is missing.' });
    } else {
      answer(response, 200, reply);
    }
  };
}

/** What the `CallError` says that a call ends in; throws for any other end. */
export async function failureOf(call: Promise<unknown>): Promise<CallFailure> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason
  );
  if (!(error instanceof CallError)) {
    throw new Error(`not a CallError: ${String(error)}`);
  }
  return error.failure;
}
