/** The bundle against a service whose replies are far larger than any call can need. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ActionResult, runAction } from '../../scripts/runner.ts';
import { answer, serve } from '../bce/server.ts';
import { adminPass, credentials } from './scene.ts';

const million = 1_000_000;

/** What a run may take at its peak, in KiB: far less than the smallest runner has, or than all those names would take. */
const mostMemory = 220 * 1024;

let folder = '';
let preload = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'process-hostile-'));
  preload = join(folder, 'peak.mjs');
  await writeFile(
    preload,
    `import { writeFileSync } from 'node:fs';
    process.on('exit', () => writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)));`
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Hostile {
  readonly result: ActionResult;
  /** KiB. */
  readonly peak: number;
}

async function play(
  name: string,
  reply: (request: IncomingMessage, response: ServerResponse) => void,
  inputs: Readonly<Record<string, string>>
): Promise<Hostile> {
  const server = await serve(reply);
  const peakFile = join(folder, name.replace(/\W/g, '-'));
  try {
    const result = await runAction({
      inputs: {
        ...credentials,
        endpoint: server.url.href.replace(/\/$/, ''),
        imageId: 'm-web-2',
        adminPass,
        timeout: '2m',
        pollInterval: '1s',
        ...inputs
      },
      // The post step would write its own peak over that of the main step.
      mainOnly: true,
      env: { NODE_OPTIONS: `--import ${preload}`, PEAK_FILE: peakFile }
    });
    return { result, peak: Number(await readFile(peakFile, 'utf8')) };
  } finally {
    await server.close();
  }
}

const one = { instanceId: 'i-demo0001' };
const some = { instanceTag: 'role=web' };
const instance = (index: number, more: object = {}) => ({
  id: `i-${index}`,
  name: 'n',
  status: 'Running',
  imageId: 'm-1',
  tags: [{ tagKey: 'role', tagValue: 'web' }],
  ...more
});
const page = (from: number, count: number, more: object = {}) => ({
  instances: Array.from({ length: count }, (_, index) => instance(from + index, more)),
  isTruncated: true,
  nextMarker: `i-${from + count}`
});
const asked = ({ url = '' }: IncomingMessage): number => Number(/marker=i-(\d+)/.exec(url)?.[1] ?? 0);

/** What the service says about all but instances: nothing is wrong with it. */
const sound: Readonly<Record<string, unknown>> = {
  image: { image: { id: 'm-web-2', name: 'web', type: 'Custom', status: 'Available', osType: 'linux' } },
  volume: { volumes: [] },
  snapshot: { snapshots: [] }
};

/** The same bytes for every request: a repeated text would be encoded anew for each. */
function same(text: string): () => Buffer {
  const bytes = Buffer.from(text);
  return () => bytes;
}

const scenes: readonly [
  string,
  Readonly<Record<string, string>>,
  (request: IncomingMessage) => unknown,
  RegExp
][] = [
  ['15 MB of nested arrays', one, same('['.repeat(15 * million)), /too long/],
  ['nested arrays in a list', some, same('['.repeat(7 * million)), /nests more than 64 levels deep/],
  [
    'millions of empty objects',
    some,
    same(`{"instances":[${'{},'.repeat(2.5 * million)}{}]}`),
    /holds more than 500000 values/
  ],
  [
    'a status of 5 MB',
    one,
    () => ({ instance: instance(1, { status: 'x'.repeat(5 * million) }) }),
    /too long/
  ],
  [
    'a status of 900 kB',
    one,
    () => ({ instance: instance(1, { status: 'x'.repeat(900_000) }) }),
    /"status" is longer than 256 characters/
  ],
  [
    'a status of 5 MB in a list',
    some,
    () => ({ instances: [instance(1, { status: 'x'.repeat(5 * million) })] }),
    /"status" is longer than 256 characters/
  ],
  ['endless small pages', some, (request) => page(asked(request), 10), /more than 100 pages/],
  ['endless full pages', some, (request) => page(asked(request), 30_000), /more than 8 MB/],
  [
    'endless pages of long names',
    some,
    (request) => page(asked(request), 10, { name: 'n'.repeat(100_000) }),
    /more than 100 pages/
  ]
];

test.concurrent.each(scenes)(
  '%s end a run in red, in little memory',
  async (name, inputs, reply, reason) => {
    const { result, peak } = await play(
      name,
      (request, response) => {
        const json = sound[/^\/v2\/(\w+)/.exec(request.url ?? '')?.[1] ?? ''] ?? reply(request);
        if (Buffer.isBuffer(json)) response.writeHead(200, { 'content-type': 'application/json' }).end(json);
        else answer(response, 200, json);
      },
      inputs
    );
    expect(result.main.exitCode).toBe(1);
    expect(result.annotations.map(({ message }) => message).join('\n')).toMatch(reason);
    expect(result.outputs['changed']).toBe('false');
    expect(peak).toBeLessThan(mostMemory);
  },
  120_000
);
