import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { help } from '../../../emulator/cli/explain.ts';
import { exchange } from '../client.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The program needs a Node that erases types: this one if it does, else the one that the project brings along. */
const node =
  Number.parseInt(process.versions.node, 10) >= 24 ? process.execPath : `${root}node_modules/.bin/node`;

function start(args: readonly string[]): {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  ended: Promise<number | null>;
} {
  const child = spawn(node, [`${root}emulator/cli/main.ts`, ...args]);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, out: () => out, err: () => err, ended };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('prints what to paste, logs each call on a line, and ends on SIGINT', async () => {
  const { child, out, ended } = start([
    '--port',
    '0',
    '--fleet',
    '12',
    '--fault',
    '{"on":"GetInstance","from":2,"play":{"kind":"throttle"}}'
  ]);
  await until(() => out().includes('Control-C'));
  const pasted = (name: string) => new RegExp(`^ {4}${name}: (\\S+)$`, 'm').exec(out())?.[1] ?? '';
  expect(['instanceId', 'imageId', 'region', 'adminPass'].map(pasted)).toEqual([
    'i-demo0001',
    'm-web-2',
    'bj',
    'Demo-pass-2026'
  ]);
  expect(out()).toContain('fleet of 12 besides: i-fleet00001 to i-fleet00012');
  const url = new URL(`${pasted('endpoint')}/v2/instance/i-demo0001`);
  const prefix = `bce-auth-v1/${pasted('accessKeyId')}/${new Date().toISOString().replace(/\.\d+Z$/, 'Z')}/1800`;
  const hmac = (key: string, data: string) => createHmac('sha256', key).update(data).digest('hex');
  const canonical = `GET\n${url.pathname}\n\nhost:${url.host.replace(':', '%3A')}`;
  const Authorization = `${prefix}/host/${hmac(hmac(pasted('secretAccessKey'), prefix), canonical)}`;
  expect((await exchange(url, 'GET', { Authorization }, '', 5000)).status).toBe(200);
  expect((await exchange(url, 'GET', { Authorization }, '', 5000)).status).toBe(429);
  await until(() => out().includes('429'));
  expect(out()).toMatch(
    /T\S+Z GET \/v2\/instance\/i-demo0001 200 [0-9a-f-]{36} - i-demo0001 is Running on m-web-1\n/
  );
  expect(out()).toMatch(/ 429 RateLimit [0-9a-f-]{36} - refused: .* \[fault: throttle\]\n/);
  child.kill('SIGINT');
  expect(await ended).toBe(0);
});

test('--help prints what every switch and flag means', async () => {
  const { out, ended } = start(['--help']);
  expect(await ended).toBe(0);
  expect(out()).toBe(help());
  expect(out()).toContain('secondRebuild: refused | queued');
  expect(out()).toContain('callsPerSecond: 0 | 5 | 20');
  expect(out()).toContain('--fleet N');
});

test('an invalid flag: one clear error, exit 2', async () => {
  const { err, out, ended } = start(['--port', 'x']);
  expect(await ended).toBe(2);
  expect(err()).toMatch(/^--port: x is not [^\n]*\n$/);
  expect(out()).toBe('');
});
