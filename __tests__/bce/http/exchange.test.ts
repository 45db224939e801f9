/** One request by itself; what a transport makes of many is in `transport.test.ts`. */
import { HttpClient } from '@actions/http-client';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Exchange, startExchange } from '../../../src/bce/http/exchange.ts';
import type { WireRequest } from '../../../src/bce/http/request-and-reply.ts';
import { AttemptEndedError } from '../../../src/bce/http/transport-error.ts';
import { answer, serve, type TestServer, until } from '../server.ts';

const client = new HttpClient('test-agent', [], { keepAlive: true });
const open: TestServer[] = [];
const givenUp = new AttemptEndedError('ABORTED', 'given up on request');

afterEach(async () => {
  client.dispose();
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serving(...listener: Parameters<typeof serve>): Promise<TestServer> {
  const server = await serve(...listener);
  open.push(server);
  return server;
}

function start(server: TestServer, more: Partial<WireRequest> = {}): Exchange {
  const request = { method: 'GET', endpoint: server.url, path: '/', headers: {}, fresh: false };
  return startExchange({ ...request, timeoutMs: 5_000, maxBodyBytes: 1_024, ...more }, client, () => 0);
}

describe('an end of our own', () => {
  test('before the connection stands: nothing was sent', async () => {
    let count = 0;
    const server = await serving((_incoming, response) => {
      count += 1;
      answer(response, 200, {});
    });
    const exchange = start(server);
    exchange.end(givenUp);
    await expect(exchange.reply).rejects.toMatchObject({ reach: 'unreached', code: 'ABORTED' });
    await until(() => server.sockets.size === 0);
    expect(count).toBe(0);
  });

  test('while the answer is waited for: the request is lost', async () => {
    let hasArrived = false;
    const server = await serving(() => {
      hasArrived = true;
    });
    const exchange = start(server);
    await until(() => hasArrived);
    exchange.end(givenUp);
    await expect(exchange.reply).rejects.toMatchObject({ reach: 'lost', code: 'ABORTED' });
    await until(() => server.sockets.size === 0);
  });

  test('after the last byte: changes nothing', async () => {
    const server = await serving((_incoming, response) => answer(response, 200, {}));
    const exchange = start(server);
    const whole = { status: 200, body: { kind: 'whole', text: '{}' } };
    expect(await exchange.reply).toMatchObject(whole);
    exchange.end(givenUp);
    expect(await exchange.reply).toMatchObject(whole);
    expect(await start(server).reply).toMatchObject(whole);
  });
});

test('the limit of the body counts from the status line, not from the request', async () => {
  const server = await serving((_incoming, response) => setTimeout(() => answer(response, 200, {}), 400));
  expect(await start(server, { bodyMs: 300 }).reply).toMatchObject({ body: { kind: 'whole' } });
});
