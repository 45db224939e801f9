import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { readBehaviour, readFault } from '../../../emulator/cli/flags.ts';
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

test('--help names every switch and flag', async () => {
  const { out, ended } = start(['--help']);
  expect(await ended).toBe(0);
  expect(out()).toContain('secondRebuild: refused | queued');
  expect(out()).toContain('callsPerSecond: 0 | 5 | 20');
  expect(out()).toContain('--fleet N');
});

test('names the load balancers, and a fleet where there is one', async () => {
  const { child, out, ended } = start(['--port', '0', '--fleet', '12']);
  await until(() => out().includes('Control-C'));
  expect(out()).toMatch(/lb-demo0001 \(ordinary\).*lb-demo0002 \(application/);
  expect(out()).toContain('fleet of 12 besides: i-fleet00001 to i-fleet00012');
  child.kill('SIGINT');
  expect(await ended).toBe(0);
});

test('plays a world of one’s own, with credentials of one’s own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'world-'));
  const file = join(folder, 'world.json');
  writeFileSync(
    file,
    JSON.stringify({ instances: [{ id: 'i-own1', imageId: 'm-1' }], images: [{ id: 'm-1' }, { id: 'm-2' }] })
  );
  const keys = [
    '--access-key',
    'my-key',
    '--secret-key',
    'my-secret-of-sixteen',
    '--session-token',
    'my-token'
  ];
  const { child, out, ended } = start(['--port', '0', '--world', file, ...keys]);
  await until(() => out().includes('Control-C'));
  expect(out()).toContain('It knows 1 instance, 2 images and 0 load balancers.');
  for (const line of [
    'accessKeyId: my-key',
    'sessionToken: my-token',
    'instanceId: i-own1',
    'imageId: m-2'
  ]) {
    expect(out()).toContain(`    ${line}\n`);
  }
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  rmSync(folder, { recursive: true });
});

test.each([
  [['--world', 'none.json'], /^--world none.json: ENOENT/],
  [['--world', 'package.json'], /^--world package.json: /],
  [['--replay', 'package.json'], /^--replay package.json: it is no/],
  [['--fleet', '2', '--world', 'x'], /^--fleet and --world exclude each other/],
  [['--access-key', 'x'], /^--access-key and --secret-key go only together/],
  [['--session-token', 'x'], /--session-token needs both/],
  [['--access-key', 'x', '--secret-key', 'short'], /^--secret-key: must have at least 16 characters/],
  [['--port', 'x'], /^--port: x is not/],
  [['--port', '70000'], /^--port: 70000 is not a port/],
  [['--rebuild-seconds', '-1'], /rebuild-seconds/],
  [['--fleet', 'many'], /^--fleet: many is not/],
  [['--fleet', '1.5'], /^--fleet: 1.5 is not/],
  [['--fleet', '100000'], /^--fleet: 100000 is not/],
  [['--nope'], /--nope/],
  [['--fault', '{'], /^--fault: \{ is not JSON/]
])('%j: one clear error, exit 2', async (args, message) => {
  const { err, out, ended } = start(args);
  expect(await ended).toBe(2);
  expect(err()).toMatch(message);
  expect(err().trimEnd()).not.toContain('\n    at ');
  expect(out()).toBe('');
});

describe('flags', () => {
  test.each([
    ['imageIdFlips=end', { imageIdFlips: 'end' }],
    ['rebuildMs=1500', { rebuildMs: 1500 }],
    ['listTags=false', { listTags: false }],
    ['statuses=Stopping,Starting', { statuses: ['Stopping', 'Starting'] }],
    ['statuses=', { statuses: [] }],
    ['throttle={"status":503,"code":"Busy"}', { throttle: { status: 503, code: 'Busy' } }]
  ])('%s', (text, expected) => {
    expect(readBehaviour(text)).toEqual(expected);
  });

  test.each([
    'imageIdFlips=never',
    'nothing=1',
    'imageIdFlips',
    'rebuildMs=soon',
    'throttle=429',
    'throttle={}',
    'toString=1'
  ])('refused: %s', (text) => {
    expect(() => readBehaviour(text)).toThrow('--behaviour');
  });

  test('a fault for always', () => {
    const fault = { on: '*', times: 'always', play: { kind: 'accessDenied' } };
    expect(readFault(JSON.stringify(fault))).toEqual({ ...fault, times: Number.POSITIVE_INFINITY });
  });

  test.each([
    '[]',
    '{"on":"Nothing","play":{"kind":"throttle"}}',
    '{"on":"*","play":{"kind":"nothing"}}',
    '{"on":"*"}',
    '{"on":"*","play":{"kind":"error"}}',
    '{"on":"*","times":0,"play":{"kind":"throttle"}}',
    '{"on":"*","during":{"fromMs":-1},"play":{"kind":"throttle"}}',
    '{"on":"*","during":{"since":"now","fromMs":0},"play":{"kind":"throttle"}}',
    '{"on":"*","play":{"kind":"partialBatch"}}'
  ])('refused: %s', (text) => {
    expect(() => readFault(text)).toThrow('--fault');
  });
});
