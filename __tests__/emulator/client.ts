import { createCipheriv } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import { Auth } from '@baiducloud/sdk';
import type { Fault } from '../../emulator/faults/faults.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/server.ts';
import type { Behaviour } from '../../emulator/world/behaviour.ts';

/** A clock that the test sets. */
interface VirtualClock {
  now(): number;
  advance(ms: number): void;
}

export const START_MS = Date.parse('2026-03-01T00:00:00Z');

function virtualClock(startMs = START_MS): VirtualClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    }
  };
}

/** A list whose first item a test may read: where there is none, that read fails the test. */
type Items<T> = readonly [T, ...T[]];

/** A resource as a reply shows it, with the fields that tests read. */
interface Resource {
  readonly id: string;
  readonly blbId: string;
  readonly name: string;
  readonly status: string;
  readonly imageId: string;
  readonly createTime: string;
  readonly createMethod: string;
  readonly progress: string;
  readonly weight: number;
  readonly isSystemVolume: boolean;
  readonly tags: readonly object[];
  readonly volumes: readonly object[];
  readonly attachments: Items<{ readonly instanceId: string }>;
}

/** A run of Cloud Assistant as its calls show it, on one host or as a whole. */
interface AssistantRun {
  readonly id: string;
  readonly state: string;
  readonly output: { readonly exitCode: number; readonly stdout: string; readonly isTruncated: boolean };
  readonly log: string;
  readonly action: { readonly description: string };
}

/** The result of a call of Cloud Assistant, with the fields that tests read; that of agents is a list. */
interface AssistantResult {
  readonly 0?: { readonly state: string };
  readonly actionId: string;
  readonly runId: string;
  readonly state: string;
  readonly nextCursor: number;
  readonly children: Items<AssistantRun>;
  readonly data: Items<AssistantRun>;
  readonly logs: Items<{ readonly msg: string }>;
}

/** The lists in replies of BCC and BLB. */
type Lists = Readonly<
  Record<
    'instances' | 'images' | 'volumes' | 'snapshots' | 'blbList' | 'appServerGroupList' | 'backendServerList',
    Items<Resource>
  >
>;

/** The body of a reply, with the fields that tests read; which of them are there depends on the call. */
interface ReplyBody extends Lists {
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
  readonly status: string;
  readonly success: boolean;
  readonly imageId: string;
  readonly nextMarker: string;
  readonly isTruncated: boolean;
  readonly zoneNames: readonly string[];
  readonly zoneResources: Items<{
    readonly bccResources: { readonly flavorGroups: Items<{ readonly flavors: readonly object[] }> };
  }>;
  readonly instance: Resource;
  readonly image: Resource;
  readonly volume: Resource;
  readonly snapshot: Resource;
  readonly result: AssistantResult;
}

/** The name of a list in a reply. */
export type ListKey = keyof Lists;

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The parsed body; {} when it is empty or no JSON. */
  readonly json: ReplyBody;
}

export interface SendOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly headersToSign?: readonly string[];
  /** The body as it is to be sent, instead of JSON. */
  readonly raw?: string;
  /** Changes the finished headers, after they were signed. */
  readonly tamper?: (headers: Record<string, string>) => void;
  readonly timeoutMs?: number;
  /** How far the caller's clock is off. */
  readonly skewMs?: number;
  readonly secretAccessKey?: string;
}

export interface Bench {
  readonly emulator: Emulator;
  readonly clock: VirtualClock;
  send(method: string, target: string, body?: object, options?: SendOptions): Promise<Reply>;
  /** Rebuilds with a good password unless the body names another login. */
  rebuild(id: string, imageId?: string, body?: object): Promise<Reply>;
  encrypt(password: string): string;
}

/** Runs a test against an emulator with a virtual clock, and closes it whatever comes. */
export async function withBench(
  options: EmulatorOptions & { readonly behaviour?: Partial<Behaviour>; readonly faults?: readonly Fault[] },
  test: (bench: Bench) => Promise<void>
): Promise<void> {
  const clock = virtualClock();
  const emulator = await startEmulator({ clock, ...options });
  const encrypt = (password: string) => encryptWith(emulator.credentials.secretAccessKey, password);
  const send: Bench['send'] = (method, target, body, sendOptions) =>
    sendTo(emulator, clock, method, target, body, sendOptions);
  const rebuild: Bench['rebuild'] = (id, imageId = 'm-web-2', body = { adminPass: encrypt('1qaz@WSX') }) =>
    send('PUT', `/v2/instance/${id}?rebuild`, { imageId, ...body });
  try {
    await test({ emulator, clock, send, rebuild, encrypt });
  } finally {
    await emulator.close();
  }
}

function encryptWith(secretAccessKey: string, password: string): string {
  const cipher = createCipheriv('aes-128-ecb', Buffer.from(secretAccessKey.slice(0, 16)), null);
  return cipher.update(password, 'utf8', 'hex') + cipher.final('hex');
}

function sendTo(
  emulator: Emulator,
  clock: VirtualClock,
  method: string,
  target: string,
  body: object | undefined,
  options: SendOptions = {}
): Promise<Reply> {
  const url = new URL(emulator.endpoint + target);
  const nowMs = clock.now() + (options.skewMs ?? 0);
  const text = options.raw ?? (body === undefined ? '' : JSON.stringify(body));
  const headers: Record<string, string> = {
    Host: url.host,
    'x-bce-date': new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    ...options.headers
  };
  const { accessKeyId, secretAccessKey } = emulator.credentials;
  const auth = new Auth(accessKeyId, options.secretAccessKey ?? secretAccessKey);
  const query = Object.fromEntries(url.searchParams);
  headers['Authorization'] = auth.generateAuthorization(
    method,
    url.pathname,
    query,
    headers,
    nowMs / 1000,
    1800,
    options.headersToSign ?? ['host', 'x-bce-date']
  );
  if (text !== '') {
    headers['Content-Type'] = 'application/json';
    // Node sends the body of a DELETE only with a Content-Length.
    headers['Content-Length'] = String(Buffer.byteLength(text));
  }
  options.tamper?.(headers);
  return exchange(url, method, headers, text, options.timeoutMs ?? 5000);
}

/** One plain exchange; rejects when the connection breaks or nothing comes. */
export function exchange(
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  text: string,
  timeoutMs: number
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const answer = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text: answer,
          json: answer.startsWith('{') ? JSON.parse(answer) : {}
        });
      });
    });
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error('timed out')));
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}
