import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { WireRequest } from '../../../src/bce/http/request-and-reply.ts';
import { createTransport, type Transport } from '../../../src/bce/http/transport.ts';
import { TransportError } from '../../../src/bce/http/transport-error.ts';
import {
  answer,
  bodyOf,
  serve,
  serveProxy,
  serveSecurely,
  serveSilence,
  type TestServer,
  until
} from '../server.ts';

const open: { close(): Promise<void> }[] = [];
const transports: Transport[] = [];
const never = new AbortController().signal;
const proxyNames = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
const environment = Object.fromEntries(proxyNames.map((name) => [name, process.env[name]]));

afterEach(async () => {
  for (const transport of transports.splice(0)) {
    transport.dispose();
  }
  await Promise.all(open.splice(0).map((server) => server.close()));
  for (const [name, value] of Object.entries(environment)) {
    setVariable(name, value);
  }
});

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) {
    delete process.env[name];
  } else {
    process.env[name] = value;
  }
}

function keep<T extends { close(): Promise<void> }>(server: T): T {
  open.push(server);
  return server;
}

function newTransport(): Transport {
  const transport = createTransport('test-agent');
  transports.push(transport);
  return transport;
}

function request(endpoint: URL, more: Partial<WireRequest> = {}): WireRequest {
  return {
    method: 'GET',
    endpoint,
    path: '/',
    headers: {},
    timeoutMs: 5_000,
    fresh: false,
    maxBodyBytes: 1024 * 1024,
    ...more
  };
}

async function failure(sent: Promise<unknown>): Promise<TransportError> {
  const error = await sent.then(
    () => undefined,
    (reason: unknown) => reason
  );
  if (!(error instanceof TransportError)) {
    throw new Error(`not a TransportError: ${String(error)}`);
  }
  return error;
}

async function refusedUrl(): Promise<URL> {
  const gone = await serve(() => undefined);
  await gone.close();
  return gone.url;
}

const cutWithLength: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-length': '1000', 'x-bce-request-id': 'r-1' });
  response.write('{"half":', () => response.destroy());
};

const cutChunked: RequestListener = (_request, response) => {
  response.writeHead(200);
  response.write('{"half":', () => response.destroy());
};

describe('an exchange that succeeds', () => {
  test('sends what it is given, and returns status, headers and body', async () => {
    const seen: unknown[] = [];
    const server = keep(
      await serve(async (incoming, response) => {
        seen.push(incoming.method, incoming.url, await bodyOf(incoming));
        seen.push(
          incoming.headers['x-a'],
          incoming.headers['user-agent'],
          incoming.headers['content-length']
        );
        answer(response, 201, '测试', { 'x-bce-request-id': 'r-1' });
      })
    );
    const reply = await newTransport().send(
      request(server.url, { method: 'PUT', path: '/p/%20?rebuild', headers: { 'x-a': 'b' }, body: '"é"' }),
      never
    );
    expect(seen).toEqual(['PUT', '/p/%20?rebuild', '"é"', 'b', expect.stringMatching(/^test-agent/), '4']);
    expect(reply.status).toBe(201);
    expect(reply.headers['x-bce-request-id']).toBe('r-1');
    expect(reply.body).toEqual({ kind: 'whole', text: '测试' });
  });

  test('reads share a connection, writes never do', async () => {
    const kept: (string | undefined)[] = [];
    const server = keep(
      await serve((incoming, response) => {
        kept.push(incoming.headers.connection);
        answer(response, 200, '{}');
      })
    );
    const transport = newTransport();
    for (const fresh of [false, false, true, true, false]) {
      await transport.send(request(server.url, { fresh }), never);
    }
    expect(server.connections()).toBe(3);
    expect(kept).toEqual(['keep-alive', 'keep-alive', 'close', 'close', 'keep-alive']);
    await until(() => server.sockets.size === 1);
    transport.dispose();
    await until(() => server.sockets.size === 0);
  });

  test.each([301, 302, 303, 307, 308])('a redirect (%i) is an answer like any other', async (status) => {
    let count = 0;
    const server = keep(
      await serve((_incoming, response) => {
        count += 1;
        answer(response, status, '', { location: '/elsewhere' });
      })
    );
    const reply = await newTransport().send(request(server.url), never);
    expect([reply.status, count]).toEqual([status, 1]);
  });

  test('a slow answer within the deadline is no fault', async () => {
    const server = keep(
      await serve((_incoming, response) => {
        response.write('a');
        setTimeout(() => response.end('b'), 150);
      })
    );
    const reply = await newTransport().send(request(server.url), never);
    expect(reply.body).toEqual({ kind: 'whole', text: 'ab' });
  });
});

describe('an answer that breaks off', () => {
  test.each([
    ['with a length', cutWithLength],
    ['in chunks', cutChunked]
  ])('%s keeps its status and headers', async (_name, listener) => {
    const server = keep(await serve(listener));
    const reply = await newTransport().send(request(server.url), never);
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ kind: 'cut', error: { reach: 'lost', code: 'ECONNRESET' } });
  });

  test('a body without end is cut at the cap, and its connection closed', async () => {
    const server = keep(
      await serve((_incoming, response) => {
        const chunk = Buffer.alloc(1024 * 1024);
        const write = () => {
          while (!response.destroyed && response.write(chunk)) {}
        };
        response.on('drain', write);
        write();
      })
    );
    const reply = await newTransport().send(request(server.url), never);
    expect(reply.body).toEqual({ kind: 'tooLong' });
    await until(() => server.sockets.size === 0);
  });

  test('a body that stalls ends with the deadline', async () => {
    const server = keep(await serve((_incoming, response) => void response.write('a')));
    const reply = await newTransport().send(request(server.url, { timeoutMs: 100 }), never);
    expect(reply.body).toMatchObject({ kind: 'cut', error: { code: 'ETIMEDOUT' } });
    await until(() => server.sockets.size === 0);
  });

  test('or sooner, where the status is what counts', async () => {
    const server = keep(await serve((_incoming, response) => void response.write('a')));
    const reply = await newTransport().send(request(server.url, { bodyMs: 100 }), never);
    const error = { code: 'ETIMEDOUT', message: expect.stringContaining('within 0.1 s') };
    expect(reply).toMatchObject({ status: 200, body: { kind: 'cut', error } });
    await until(() => server.sockets.size === 0);
  });

  test('a cancel ends it too', async () => {
    const server = keep(await serve((_incoming, response) => void response.write('a')));
    const controller = new AbortController();
    const sent = newTransport().send(request(server.url), controller.signal);
    setTimeout(() => controller.abort(), 50);
    expect((await sent).body).toMatchObject({ kind: 'cut', error: { code: 'ABORTED' } });
    await until(() => server.sockets.size === 0);
  });
});

describe('no answer', () => {
  test('a refused port was not reached', async () => {
    const error = await failure(newTransport().send(request(await refusedUrl()), never));
    expect(error).toMatchObject({ reach: 'unreached', code: 'ECONNREFUSED' });
    expect(error.message).toMatch(/^no connection to 127\.0\.0\.1:\d+ \(ECONNREFUSED\)$/);
  });

  test('an IPv6 address is taken for an address, not for a name', async () => {
    const { port } = await refusedUrl();
    const error = await failure(newTransport().send(request(new URL(`http://[::1]:${port}`)), never));
    expect(error.reach).toBe('unreached');
    expect(error.code).toMatch(/^(ECONNREFUSED|EADDRNOTAVAIL|ENETUNREACH|EAFNOSUPPORT)$/);
  });

  test('a name that does not exist was not reached', async () => {
    const error = await failure(newTransport().send(request(new URL('http://no-such.invalid')), never));
    expect(error).toMatchObject({
      reach: 'unreached',
      code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
      barrier: 'hostName'
    });
  });

  test.each([false, true])('a reset before the headers is lost (fresh: %s)', async (fresh) => {
    const server = keep(await serve((incoming) => void incoming.socket.resetAndDestroy()));
    const error = await failure(newTransport().send(request(server.url, { fresh }), never));
    expect(error).toMatchObject({ reach: 'lost', code: 'ECONNRESET' });
  });

  test('a kept connection that the server closed is lost, not unreached', async () => {
    let count = 0;
    const server = keep(
      await serve((incoming, response) => {
        count += 1;
        if (count === 1) {
          answer(response, 200, '{}');
        } else {
          incoming.socket.destroy();
        }
      })
    );
    const transport = newTransport();
    await transport.send(request(server.url), never);
    expect(await failure(transport.send(request(server.url), never))).toMatchObject({ reach: 'lost' });
    expect(server.connections()).toBe(1);
  });

  test('an answer that is no HTTP is lost', async () => {
    const server = keep(await serve((incoming) => void incoming.socket.end('nonsense\r\n\r\n')));
    const error = await failure(newTransport().send(request(server.url), never));
    expect(error).toMatchObject({ reach: 'lost', code: expect.stringMatching(/^HPE_/) });
  });

  test.each([false, true])('a silent service ends with the deadline (fresh: %s)', async (fresh) => {
    const server = keep(await serve(() => undefined));
    const startMs = performance.now();
    const error = await failure(newTransport().send(request(server.url, { timeoutMs: 100, fresh }), never));
    expect(error).toMatchObject({ reach: 'lost', code: 'ETIMEDOUT' });
    expect(error.message).toBe(
      `no whole answer within 0.1 s (while waiting for an answer of ${server.url.host})`
    );
    expect(performance.now() - startMs).toBeLessThan(2_000);
    await until(() => server.sockets.size === 0);
  });

  test('a cancel ends it at once', async () => {
    const controller = new AbortController();
    const server = keep(await serve(() => controller.abort()));
    const error = await failure(newTransport().send(request(server.url, { fresh: true }), controller.signal));
    expect(error).toMatchObject({ reach: 'lost', code: 'ABORTED' });
    await until(() => server.sockets.size === 0);
  });

  test('nothing is sent after a cancel or after dispose', async () => {
    const server = keep(await serve((_incoming, response) => answer(response, 200, '{}')));
    const transport = newTransport();
    const sent = transport.send(request(server.url), AbortSignal.abort());
    expect(await failure(sent)).toMatchObject({ reach: 'unreached', code: 'ABORTED' });
    transport.dispose();
    expect(await failure(transport.send(request(server.url), never))).toMatchObject({ reach: 'unreached' });
    expect(server.connections()).toBe(0);
  });

  test('dispose ends what is under way', async () => {
    const transport = newTransport();
    const server = keep(await serve(() => transport.dispose()));
    const sent = transport.send(request(server.url, { fresh: true }), never);
    expect(await failure(sent)).toMatchObject({ reach: 'lost', code: 'ABORTED' });
    await until(() => server.sockets.size === 0);
  });

  test('a header that Node refuses is reported as such, without its value', async () => {
    const sent = newTransport().send(
      request(new URL('http://127.0.0.1:1'), { headers: { 'x-a': 'se\ncret' } }),
      never
    );
    const error = await failure(sent);
    expect(error).toMatchObject({ reach: 'unsent', code: 'ERR_INVALID_CHAR' });
    expect(error.message).not.toContain('cret');
  });
});

describe('TLS', () => {
  test('an untrusted certificate: nothing is sent, and the remedy is named', async () => {
    let count = 0;
    const server = keep(await serveSecurely(() => (count += 1)));
    const error = await failure(newTransport().send(request(server.url), never));
    expect(error).toMatchObject({ reach: 'unsent', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(error.message).toContain('NODE_EXTRA_CA_CERTS');
    expect(count).toBe(0);
  });

  test('a service that speaks no TLS was not reached', async () => {
    const server = keep(await serve(() => undefined));
    const error = await failure(
      newTransport().send(request(new URL(`https://127.0.0.1:${server.port}`)), never)
    );
    expect(error.reach).toBe('unreached');
  });

  test('a handshake that hangs was not reached', async () => {
    const server = keep(await serveSilence());
    const error = await failure(newTransport().send(request(server.url, { timeoutMs: 200 }), never));
    expect(error.code).toBe('ETIMEDOUT');
    await until(() => server.sockets.size === 0);
    expect(error.reach).toBe('unreached');
  });
});

describe('a proxy from the environment', () => {
  const far = new URL('http://bcc.test:8080');

  async function through(server: TestServer | undefined, status = 200) {
    const proxy = keep(await serveProxy(server?.port, status));
    setVariable('http_proxy', proxy.url.href);
    setVariable('https_proxy', proxy.url.href);
    return proxy;
  }

  test.each([false, true])('leads to the service (fresh: %s)', async (fresh) => {
    const hosts: (string | undefined)[] = [];
    const server = keep(
      await serve((incoming, response) => {
        hosts.push(incoming.headers.host);
        answer(response, 200, '{}');
      })
    );
    const proxy = await through(server);
    const transport = newTransport();
    for (let count = 0; count < 2; count += 1) {
      const sent = transport.send(request(far, { fresh, headers: { host: far.host } }), never);
      expect((await sent).status).toBe(200);
    }
    expect(proxy.asked).toEqual(['bcc.test:8080', 'bcc.test:8080']);
    expect(hosts).toEqual(['bcc.test:8080', 'bcc.test:8080']);
    await until(() => proxy.sockets.size === 0);
  });

  test('a certificate is checked behind it too', async () => {
    await through(keep(await serveSecurely(() => undefined)));
    const url = new URL('https://bcc.test');
    const sent = newTransport().send(request(url, { headers: { host: url.host } }), never);
    expect(await failure(sent)).toMatchObject({ reach: 'unsent', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  test('its refusal means not reached, although the error is a reset', async () => {
    await through(keep(await serve(() => undefined)), 407);
    const error = await failure(newTransport().send(request(far), never));
    expect(error).toMatchObject({ reach: 'unreached', code: 'ECONNRESET' });
    expect(error.message).toContain('statusCode=407');
    expect(error.barrier).toBe('proxy');
  });

  test('one that is down was not reached', async () => {
    setVariable('http_proxy', (await refusedUrl()).href);
    const error = await failure(newTransport().send(request(far, { fresh: true }), never));
    expect(error).toMatchObject({ reach: 'unreached' });
    expect(error.message).toContain('ECONNREFUSED');
  });

  test('a silent one is left behind at the deadline', async () => {
    const proxy = await through(undefined);
    const error = await failure(newTransport().send(request(far, { timeoutMs: 200, fresh: true }), never));
    expect(error).toMatchObject({ reach: 'unreached', code: 'ETIMEDOUT' });
    await until(() => proxy.sockets.size === 0);
  });

  test('a connection that breaks behind it is lost', async () => {
    await through(keep(await serve((incoming) => void incoming.socket.destroy())));
    expect(await failure(newTransport().send(request(far), never))).toMatchObject({ reach: 'lost' });
  });

  test('a cancel behind it closes everything', async () => {
    const controller = new AbortController();
    const server = keep(await serve(() => controller.abort()));
    const proxy = await through(server);
    const sent = newTransport().send(request(far, { fresh: true }), controller.signal);
    expect(await failure(sent)).toMatchObject({ reach: 'lost', code: 'ABORTED' });
    await until(() => proxy.sockets.size === 0 && server.sockets.size === 0);
  });

  test('one that is no URL is reported as such', async () => {
    setVariable('http_proxy', 'a b');
    const error = await failure(newTransport().send(request(far), never));
    expect(error).toMatchObject({ reach: 'unsent' });
    expect(error.message).toContain('proxy');
  });
});

describe('every attempt ends', () => {
  test.each(['GET', 'PUT'])('with a switch of protocols that nobody asked for (%s)', async (method) => {
    const server = keep(
      await serve((incoming) => {
        incoming.socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'
        );
      })
    );
    const sent = newTransport().send(request(server.url, { method, fresh: method === 'PUT' }), never);
    expect(await failure(sent)).toMatchObject({ reach: 'lost', code: 'NO_ANSWER' });
  });

  test('with bytes that are no HTTP', async () => {
    const server = keep(await serve((incoming) => void incoming.socket.end('SSH-2.0-OpenSSH_9.6\r\n')));
    expect((await failure(newTransport().send(request(server.url), never))).reach).toBe('lost');
  });

  test('with informational answers without end', async () => {
    const server = keep(
      await serve((incoming) => {
        const timer = setInterval(() => incoming.socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 10);
        incoming.socket.once('close', () => clearInterval(timer));
      })
    );
    const error = await failure(newTransport().send(request(server.url, { timeoutMs: 300 }), never));
    expect(error).toMatchObject({ reach: 'lost', code: 'ETIMEDOUT' });
  });
});

describe('a limit for the connection', () => {
  const bodies: string[] = [];
  const listener: RequestListener = async (incoming, response) => {
    bodies.push(await bodyOf(incoming));
    answer(response, 200, '{}');
  };
  const write = (endpoint: URL, connectMs: number) =>
    newTransport().send(request(endpoint, { method: 'PUT', body: '{}', fresh: true, connectMs }), never);

  afterEach(() => {
    bodies.splice(0);
  });

  test('does not bound the answer', async () => {
    const server = keep(
      await serve((_incoming, response) => void setTimeout(() => answer(response, 200, '{}'), 400))
    );
    expect((await write(server.url, 200)).status).toBe(200);
  });

  test('gives up a handshake that hangs, and a silent proxy', async () => {
    const silent = keep(await serveSilence());
    expect(await failure(write(silent.url, 100))).toMatchObject({ reach: 'unreached', code: 'ETIMEDOUT' });
    const proxy = keep(await serveProxy(undefined));
    setVariable('http_proxy', proxy.url.href);
    const error = await failure(write(new URL('http://bcc.test:8080'), 100));
    expect(error).toMatchObject({ reach: 'unreached', code: 'ETIMEDOUT' });
    expect(error.message).toContain('nothing was sent');
  });

  test('sends no byte after a suspension of the process', async () => {
    const server = keep(await serve(listener));
    const sent = write(server.url, 50);
    // As SIGSTOP does: the connection comes about while nothing here runs.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    expect(await failure(sent)).toMatchObject({ reach: 'unreached', code: 'ETIMEDOUT' });
    await until(() => server.sockets.size === 0);
    expect(bodies).toEqual([]);
  });
});
