/** A process that has nothing else to do ends after calls of every kind, also over TLS with an authority of its own. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { answer, certificate, serve, serveProxy, serveSecurely } from '../server.ts';

/** Some requests of one transport, one after another. */
interface Play {
  readonly what: string;
  readonly url: URL;
  readonly fresh: boolean;
  readonly timeoutMs: number;
  readonly times?: number;
  /** None unless set. */
  readonly proxy?: URL;
  /** What comes of each of the requests. */
  readonly ends: string;
}

const source = fileURLToPath(new URL('../../../src/bce/http/transport.ts', import.meta.url));

/**
 * A program of its own: for each play the results of its requests on one line, and then nothing that could keep it
 * alive. One process for all plays, because a process costs much more than a play.
 */
const program = `
  import { createTransport } from ${JSON.stringify(source)};
  async function main() {
    for (const { url, fresh, timeoutMs, times = 1, proxy = '' } of JSON.parse(process.argv[2])) {
      process.env.http_proxy = process.env.https_proxy = proxy;
      const transport = createTransport('test');
      const endpoint = new URL(url);
      const request = {
        method: 'GET', endpoint, path: '/', headers: { host: endpoint.host },
        timeoutMs, fresh, maxBodyBytes: 1_000_000
      };
      const results = [];
      for (let count = 0; count < times; count += 1) {
        results.push(await transport.send(request, new AbortController().signal).then(
          (reply) => reply.status + ' ' + reply.body.kind,
          (error) => error.reach + ' ' + error.code
        ));
      }
      transport.dispose();
      console.log(results.join(', '));
    }
    console.log(Date.now());
  }
  main();
`;

/** The lines of the program, and how long its process lived after the last of them, in milliseconds. */
async function run(plays: readonly Play[]) {
  const folder = await mkdtemp(join(tmpdir(), 'bce-transport-'));
  const [ca, outfile] = [join(folder, 'ca.pem'), join(folder, 'program.cjs')];
  const stdin = { contents: program, resolveDir: process.cwd() };
  try {
    await writeFile(ca, certificate);
    await build({ stdin, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error', outfile });
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: ca, no_proxy: '' };
    return await new Promise<{ readonly lines: readonly string[]; readonly lastMs: number }>(
      (resolve, reject) =>
        execFile(
          process.execPath,
          [outfile, JSON.stringify(plays)],
          { env, timeout: 20_000 },
          (error, stdout) => {
            const lines = stdout.trim().split('\n');
            const endMs = Number(lines.pop());
            if (error === null) resolve({ lines, lastMs: Date.now() - endMs });
            else reject(new Error(`it does not end, or not well: ${stdout}`, { cause: error }));
          }
        )
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Breaks the second request, whose connection has been used before. */
function breakSecond(): Parameters<typeof serve>[0] {
  let count = 0;
  return (request, response) => {
    count += 1;
    if (count === 1) answer(response, 200, '{}');
    else request.socket.destroy();
  };
}

test('a process ends after calls of every kind', async () => {
  const silent = await serve(() => undefined);
  const good = await serve((_request, response) => answer(response, 200, '{}'));
  const cut = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('a', () => response.destroy());
  });
  const silentProxy = await serveProxy(undefined);
  const secure = await serveSecurely((_request, response) => answer(response, 200, '{}'));
  const proxy = await serveProxy(secure.port);
  const broken = await serveSecurely(breakSecond());
  const far = new URL('http://bcc.test');
  const farSecure = new URL('https://bcc.test');
  const [once, kept] = [{ fresh: true }, { fresh: false }];
  const plays: readonly Play[] = [
    { what: 'a hung write', url: silent.url, ...once, timeoutMs: 1_000, ends: 'lost ETIMEDOUT' },
    { what: 'a hung read', url: silent.url, ...kept, timeoutMs: 1_000, ends: 'lost ETIMEDOUT' },
    { what: 'a good write', url: good.url, ...once, timeoutMs: 60_000, ends: '200 whole' },
    { what: 'a good read', url: good.url, ...kept, timeoutMs: 60_000, ends: '200 whole' },
    { what: 'a body that is cut', url: cut.url, ...kept, timeoutMs: 60_000, ends: '200 cut' },
    {
      what: 'a proxy that keeps silent',
      ...{ url: far, ...kept, timeoutMs: 200, proxy: silentProxy.url },
      ends: 'unreached ETIMEDOUT'
    },
    {
      what: 'two writes over TLS, each on a connection of its own',
      ...{ url: secure.url, ...once, timeoutMs: 5_000, times: 2 },
      ends: '200 whole, 200 whole'
    },
    {
      what: 'TLS through a proxy',
      ...{ url: farSecure, ...once, timeoutMs: 5_000, proxy: proxy.url },
      ends: '200 whole'
    },
    {
      what: 'a kept TLS connection that breaks when it is used again: lost, not unreached',
      ...{ url: broken.url, ...kept, timeoutMs: 5_000, times: 2 },
      ends: '200 whole, lost ECONNRESET'
    }
  ];
  try {
    const { lines, lastMs } = await run(plays);
    expect(plays.map(({ what }, at) => [what, lines[at]])).toEqual(
      plays.map(({ what, ends }) => [what, ends])
    );
    // Whatever one of them had left open would have kept it alive.
    expect(lastMs).toBeLessThan(3_000);
    expect([secure.connections(), broken.connections()]).toEqual([3, 1]);
    expect(proxy.asked).toEqual(['bcc.test:443']);
  } finally {
    await Promise.all([silent, good, cut, silentProxy, secure, proxy, broken].map((one) => one.close()));
  }
});
