import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { answer, certificate, serve, serveProxy, serveSecurely } from '../server.ts';

let folder = '';

const source = fileURLToPath(new URL('../../../src/bce/http/transport.ts', import.meta.url));

/** A program of its own: some requests, one line for each, and then nothing that could keep it alive. */
const program = `
  import { createTransport } from ${JSON.stringify(source)};
  const [url, fresh, timeoutMs, times] = process.argv.slice(2);
  const transport = createTransport('test');
  const endpoint = new URL(url);
  const request = {
    method: 'GET', endpoint, path: '/', headers: { host: endpoint.host },
    timeoutMs: Number(timeoutMs), fresh: fresh === 'true', maxBodyBytes: 1_000_000
  };
  async function main() {
    for (let count = 0; count < Number(times); count += 1) {
      await transport.send(request, new AbortController().signal).then(
        (reply) => console.log(reply.status + ' ' + reply.body.kind),
        (error) => console.log(error.reach + ' ' + error.code)
      );
    }
    transport.dispose();
  }
  main();
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bce-transport-'));
  await writeFile(join(folder, 'ca.pem'), certificate);
  await build({
    stdin: { contents: program, resolveDir: process.cwd() },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    outfile: join(folder, 'program.cjs')
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function run(url: URL, fresh: boolean, timeoutMs: number, env: Record<string, string> = {}, times = 1) {
  const args = [join(folder, 'program.cjs'), url.href, String(fresh), String(timeoutMs), String(times)];
  return new Promise<string>((resolve, reject) => {
    execFile(process.execPath, args, { env: { ...process.env, ...env }, timeout: 8_000 }, (error, stdout) =>
      error === null ? resolve(stdout.trim()) : reject(error)
    );
  });
}

test.each([true, false])(
  'a process ends after a hung call and after a good one (fresh: %s)',
  async (fresh) => {
    const silent = await serve(() => undefined);
    const good = await serve((_request, response) => answer(response, 200, '{}'));
    try {
      expect(await run(silent.url, fresh, 1_000)).toBe('lost ETIMEDOUT');
      expect(await run(good.url, fresh, 60_000)).toBe('200 whole');
    } finally {
      await Promise.all([silent.close(), good.close()]);
    }
  }
);

test('a process ends after a body that was cut, and after a proxy that kept silent', async () => {
  const cut = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('a', () => response.destroy());
  });
  const proxy = await serveProxy(undefined);
  try {
    expect(await run(cut.url, false, 60_000)).toBe('200 cut');
    const far = run(new URL('http://bcc.test'), false, 200, { http_proxy: proxy.url.href, no_proxy: '' });
    expect(await far).toBe('unreached ETIMEDOUT');
  } finally {
    await Promise.all([cut.close(), proxy.close()]);
  }
});

test('TLS works straight and through a proxy, with an authority of one’s own', async () => {
  const server = await serveSecurely((_request, response) => answer(response, 200, '{}'));
  const proxy = await serveProxy(server.port);
  const trust = { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'), no_proxy: '' };
  try {
    expect(await run(server.url, true, 5_000, trust, 2)).toBe('200 whole\n200 whole');
    expect(server.connections()).toBe(2);
    const far = run(new URL('https://bcc.test'), true, 5_000, { ...trust, https_proxy: proxy.url.href });
    expect(await far).toBe('200 whole');
    expect(proxy.asked).toEqual(['bcc.test:443']);
  } finally {
    await Promise.all([server.close(), proxy.close()]);
  }
});

test('a kept TLS connection that breaks when it is used again is lost, not unreached', async () => {
  let count = 0;
  const server = await serveSecurely((request, response) => {
    count += 1;
    if (count === 1) {
      answer(response, 200, '{}');
    } else {
      request.socket.destroy();
    }
  });
  try {
    const trust = { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
    expect(await run(server.url, false, 5_000, trust, 2)).toBe('200 whole\nlost ECONNRESET');
    expect(server.connections()).toBe(1);
  } finally {
    await server.close();
  }
});
