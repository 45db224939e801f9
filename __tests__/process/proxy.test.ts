/** The bundle behind a proxy, with TLS and a private certificate authority. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { certificate, serveProxy, serveSecurely } from '../bce/server.ts';
import {
  expectGreen,
  expectNoSecrets,
  expectRebuilds,
  expectRed,
  onEmulator,
  play,
  storyOf
} from './scene.ts';

/** A name that the certificate holds, and that no resolver knows: only through the proxy does it lead anywhere. */
const endpoint = 'https://bcc.test';

let folder = '';
let trust: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'process-proxy-'));
  await writeFile(join(folder, 'ca.pem'), certificate);
  trust = { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Hands a request on as it is: the signature covers the host that the client asked for. */
function handOn(to: string, incoming: IncomingMessage, answer: ServerResponse): void {
  const { method = 'GET', headers, url = '/' } = incoming;
  const outgoing = request(new URL(url, to), { method, headers, setHost: false }, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.headers);
    reply.pipe(answer);
  });
  outgoing.on('error', () => answer.destroy());
  incoming.pipe(outgoing);
}

/** A proxy for those who log in as `somebody` with the password `hunter2`. */
async function serveGuardedProxy(port: number): Promise<{ address: string; close(): void }> {
  const pass = `Basic ${Buffer.from('somebody:hunter2').toString('base64')}`;
  const server = createServer();
  server.on('connect', ({ headers }: IncomingMessage, client: Socket) => {
    const mayPass = headers['proxy-authorization'] === pass;
    client.on('error', () => client.destroy());
    client.write(`HTTP/1.1 ${mayPass ? 200 : 407} Whatever\r\n\r\n`);
    if (!mayPass) return;
    const target = connect(port, '127.0.0.1').on('error', () => client.destroy());
    client.pipe(target).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://somebody:hunter2@127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { address, close: () => server.close() };
}

describe('a proxy', () => {
  test.concurrent('named by https_proxy carries the whole rebuild', async () => {
    await onEmulator({}, async (run, emulator) => {
      const secure = await serveSecurely((incoming, answer) => handOn(emulator.endpoint, incoming, answer));
      const proxy = await serveProxy(secure.port);
      try {
        const result = await run({
          inputs: { endpoint },
          env: { ...trust, https_proxy: proxy.url.href },
          debug: true
        });
        expectGreen(result, 'rebuilt');
        expectRebuilds(result, 1);
        expect(storyOf(result.calls)).toBe('reads RebuildInstance reads');
        expect(proxy.asked).toHaveLength(result.calls.length);
        expect(new Set(proxy.asked)).toEqual(new Set(['bcc.test:443']));
        expect(new Set(result.calls.map(({ headers }) => headers['host']))).toEqual(new Set(['bcc.test']));
        expect(secure.connections()).toBe(result.calls.length);
      } finally {
        await Promise.all([proxy.close(), secure.close()]);
      }
    });
  });

  test.concurrent('that requires a login gets user and password from its address, by HTTPS_PROXY too, and nothing else does', async () => {
    await onEmulator({}, async (run, emulator) => {
      const secure = await serveSecurely((incoming, answer) => handOn(emulator.endpoint, incoming, answer));
      const proxy = await serveGuardedProxy(secure.port);
      try {
        const env = { ...trust, HTTPS_PROXY: proxy.address };
        const result = await run({ inputs: { endpoint }, env, debug: true });
        expect(result.outputs['status']).toBe('rebuilt');
        expectNoSecrets(result, ['hunter2', Buffer.from('somebody:hunter2').toString('base64')]);
        expectGreen(result, 'rebuilt');
        expectRebuilds(result, 1);
        expect(storyOf(result.calls)).toBe('reads RebuildInstance reads');
        expect(secure.connections()).toBe(result.calls.length);
      } finally {
        await secure.close();
        proxy.close();
      }
    });
  });

  test.concurrent('that is down is named, with what to check', async () => {
    const env = { ...trust, https_proxy: 'http://127.0.0.1:9' };
    const result = await play({ inputs: { endpoint }, env });
    expectRed(result, {
      cause: /no connection to bcc\.test/,
      remedy: /https_proxy and no_proxy/,
      changed: false
    });
    expect(result.calls).toEqual([]);
  });

  test.concurrent('of another kind is refused by the name of its variable, and its password is not shown', async () => {
    const env = { HTTPS_PROXY: 'socks5://user:secret-word@127.0.0.1:1080' };
    const result = await play({ inputs: { endpoint }, env });
    expectRed(result, { cause: /HTTPS_PROXY names a SOCKS proxy/, remedy: /http:/, changed: false });
    expect(result.annotations[0]?.message).toMatch(/^Nothing was sent\.$/m);
    expectNoSecrets(result, ['secret-word']);
  });

  test.concurrent('without a scheme is used, whatever its password is; its refusal is named, with its message', async () => {
    const proxied = await serveProxy(1, 407);
    const password = '密码a#b/c?d%zz:e@f 100%';
    try {
      const result = await play({
        inputs: { endpoint },
        env: { https_proxy: `some/body:${password}@127.0.0.1:${proxied.port}` }
      });
      expect(proxied.asked[0]).toBe('bcc.test:443');
      expect(proxied.logins[0]).toBe(`Basic ${Buffer.from(`some/body:${password}`).toString('base64')}`);
      expect(result.calls).toEqual([]);
      expectRed(result, {
        cause: /at the proxy: .*407/,
        remedy: /https_proxy and no_proxy/,
        changed: false
      });
      expectNoSecrets(result, [password]);
    } finally {
      await proxied.close();
    }
  });

  test.concurrent('does not make an unknown certificate a good one', async () => {
    await onEmulator({}, async (run, emulator) => {
      const secure = await serveSecurely((incoming, answer) => handOn(emulator.endpoint, incoming, answer));
      const proxy = await serveProxy(secure.port);
      try {
        const result = await run({ inputs: { endpoint }, env: { https_proxy: proxy.url.href } });
        expectRed(result, {
          cause: /the certificate of bcc\.test is not trusted/,
          remedy: /NODE_EXTRA_CA_CERTS/,
          changed: false
        });
        expect(result.calls).toEqual([]);
      } finally {
        await Promise.all([proxy.close(), secure.close()]);
      }
    });
  });
});
