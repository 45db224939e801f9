import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { HttpCheck } from '../../src/core/health/check.ts';
import { describeUnhealthy, type ProbeResult } from '../../src/core/health/unhealthy.ts';
import { CancelledError } from '../../src/core/model/failure.ts';
import { createProbe } from '../../src/health/network-probe.ts';
import { reasonOf } from '../../src/health/probe-failure.ts';
import { certificate, serve, serveSecurely } from '../bce/server.ts';
import { listen, type Talk } from './ssh/ssh-server.ts';

const probe = createProbe();
const never = new AbortController().signal;
const servers: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

function keep<T extends { close(): Promise<void> }>(server: T): T {
  servers.push(server);
  return server;
}

function words(result: ProbeResult): string {
  return result.healthy ? 'healthy' : describeUnhealthy(result.reason);
}

function http(port: number, more: Partial<HttpCheck> = {}): HttpCheck {
  const statuses = [{ from: 200, to: 299 }];
  return { kind: 'http', host: '127.0.0.1', port, path: '/healthz', statuses, ...more };
}

const answer =
  (status: number, body: string, headers = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, headers).end(body);
  };

describe('tcp', () => {
  test('a server that listens is healthy, and the connection is closed', async () => {
    const { port, open } = keep(await listen((socket) => socket.resume()));
    const result = await probe.probe(
      { kind: 'tcp', host: '127.0.0.1', port },
      { signal: never, timeoutMs: 5_000 }
    );
    expect(result).toEqual({ healthy: true });
    while (open.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  test('a port on which nothing listens', async () => {
    const { port, close } = await listen((socket) => socket.resume());
    await close();
    const result = await probe.probe(
      { kind: 'tcp', host: '127.0.0.1', port },
      { signal: never, timeoutMs: 5_000 }
    );
    expect(result).toEqual({ healthy: false, reason: { kind: 'refused' } });
  });

  test('a name that does not exist', async () => {
    const check = { kind: 'tcp', host: 'no.such.host.invalid', port: 22 } as const;
    const result = await probe.probe(check, { signal: never, timeoutMs: 5_000 });
    expect(result).toMatchObject({ healthy: false });
    expect(words(result)).toMatch(/cannot be resolved|timed out/);
  });

  test('there are no host keys', async () => {
    const check = { kind: 'tcp', host: '127.0.0.1', port: 1 } as const;
    expect(await probe.hostKeys(check, { signal: never, timeoutMs: 5_000 })).toEqual([]);
    expect(await probe.hostKeys(http(1), { signal: never, timeoutMs: 5_000 })).toEqual([]);
  });
});

describe('http', () => {
  const big = `${'x'.repeat(300_000)}all is well`;
  test.each<[string, RequestListener, Partial<HttpCheck>, string]>([
    ['a good status', answer(204, ''), {}, 'healthy'],
    ['a bad status', answer(503, 'down'), {}, 'status 503, expected 200-299'],
    [
      'a redirect, which is not followed',
      answer(302, '', { location: '/' }),
      {},
      'status 302, expected 200-299'
    ],
    ['a redirect that is expected', answer(302, ''), { statuses: [{ from: 302, to: 302 }] }, 'healthy'],
    ['the text', answer(200, '{"state":"ok"}'), { body: '"ok"' }, 'healthy'],
    ['the text in UTF-8', answer(200, '一切正常'), { body: '正常' }, 'healthy'],
    ['the text far down', answer(200, big), { body: 'all is well' }, 'healthy'],
    ['another text', answer(200, 'starting'), { body: 'ok' }, 'wrong body: it does not contain "ok"'],
    ['no text', answer(200, ''), { body: 'ok' }, 'wrong body: it does not contain "ok"'],
    ['the text too far down', answer(200, `${'x'.repeat(2_000_000)}ok`), { body: 'ok' }, 'wrong body']
  ])('%s', async (_, listener, more, expected) => {
    const { port, sockets } = keep(await serve(listener));
    const result = await probe.probe(http(port, more), { signal: never, timeoutMs: 5_000 });
    expect(words(result)).toContain(expected);
    while (sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  test('what is asked', async () => {
    const seen: unknown[] = [];
    const { port } = keep(
      await serve((request, response) => {
        const { host, connection } = request.headers;
        seen.push(request.method, request.url, host, connection);
        response.end();
      })
    );
    await probe.probe(http(port, { path: '/a%2Fb?c=d' }), { signal: never, timeoutMs: 5_000 });
    expect(seen).toEqual(['GET', '/a%2Fb?c=d', `127.0.0.1:${port}`, 'close']);
  });

  test('a text that comes in pieces', async () => {
    const { port } = keep(
      await serve(async (_, response) => {
        for (const piece of ['al', 'l is', ' we', 'll']) {
          response.write(piece);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        response.end();
      })
    );
    const result = await probe.probe(http(port, { body: 'all is well' }), {
      signal: never,
      timeoutMs: 5_000
    });
    expect(result).toEqual({ healthy: true });
  });

  test.each<[string, Talk, string]>([
    [
      'resets',
      (socket) => socket.once('data', () => socket.resetAndDestroy()),
      'lost while waiting for an answer'
    ],
    ['closes', (socket) => socket.once('data', () => socket.end()), 'lost while waiting for an answer'],
    ['is no web server', (socket) => socket.end('SSH-2.0-x\r\n'), 'not understood: Parse Error'],
    ['is silent', (socket) => socket.resume(), 'at last for an answer'],
    [
      'stops in mid-body',
      (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'),
      'at last for the rest of the answer'
    ],
    [
      'is lost in mid-body',
      (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')),
      'lost while waiting for the rest of the answer'
    ]
  ])('a server that %s', async (_, talk, expected) => {
    const { port } = keep(await listen(talk));
    // Only those that hang are waited for.
    const timeoutMs = expected.startsWith('at last') ? 300 : 5_000;
    const result = await probe.probe(http(port, { body: 'ok' }), { signal: never, timeoutMs });
    expect(words(result)).toContain(expected);
  });
});

describe('https', () => {
  test('an untrusted certificate', async () => {
    const { port } = keep(await serveSecurely(answer(200, '')));
    const result = await probe.probe(http(port, { kind: 'https' }), { signal: never, timeoutMs: 5_000 });
    expect(words(result)).toBe('certificate not accepted: self-signed certificate');
  });

  test('a certificate that is trusted', async () => {
    const { port } = keep(await serveSecurely(answer(200, '')));
    const trusting = createProbe({ ca: certificate });
    const check = http(port, { kind: 'https' });
    expect(await trusting.probe(check, { signal: never, timeoutMs: 5_000 })).toEqual({ healthy: true });
  });

  test('a server without TLS', async () => {
    const { port } = keep(await serve(answer(200, '')));
    const result = await probe.probe(http(port, { kind: 'https' }), { signal: never, timeoutMs: 5_000 });
    expect(words(result)).toMatch(/^not understood: |^the connection was lost while waiting for the TLS/);
  });

  test('a server that is silent', async () => {
    const { port } = keep(await listen((socket) => socket.resume()));
    const result = await probe.probe(http(port, { kind: 'https' }), { signal: never, timeoutMs: 200 });
    expect(words(result)).toContain('at last for the TLS handshake');
  });
});

describe('a cancel', () => {
  test.each(['tcp', 'ssh', 'http', 'https'] as const)('during or before a probe of %s', async (kind) => {
    const { port, open } = keep(await listen((socket) => socket.resume()));
    const isWeb = kind === 'http' || kind === 'https';
    const check = isWeb ? http(port, { kind }) : ({ kind, host: '127.0.0.1', port } as const);
    const controller = new AbortController();
    const { signal } = controller;
    const probed = probe.probe(check, { signal, timeoutMs: 60_000 });
    if (kind !== 'tcp') {
      setTimeout(() => controller.abort(), 50);
      await expect(probed).rejects.toBeInstanceOf(CancelledError);
    } else {
      controller.abort();
      await expect(probed).rejects.toBeInstanceOf(CancelledError);
    }
    await expect(probe.probe(check, { signal, timeoutMs: 60_000 })).rejects.toBeInstanceOf(CancelledError);
    while (open.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

test.each([
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ETIMEDOUT', 'unreachable'],
  ['EPIPE', 'reset'],
  ['EAI_AGAIN', 'dns'],
  ['EWHATEVER', 'protocol']
])('the code %s means %s', (code, kind) => {
  const error = Object.assign(new Error('as it came'), { code });
  expect(reasonOf(error, 'connect').kind).toBe(kind);
  expect(reasonOf(new AggregateError([error]), 'connect').kind).toBe(kind);
});

test('something thrown that is not an Error', () => {
  expect(reasonOf('odd', 'connect')).toEqual({ kind: 'protocol', message: 'odd' });
});
