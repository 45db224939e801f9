import { afterEach, describe, expect, test } from '@jest/globals';
import type { BccClient } from '../../src/bce/client.ts';
import type { WireRequest } from '../../src/bce/http/request-and-reply.ts';
import { createTransport } from '../../src/bce/http/transport.ts';
import { CallError, CancelledError } from '../../src/core/model/failure.ts';
import { Secret } from '../../src/core/model/secret.ts';
import type { Balancers } from '../../src/ports/balancers.ts';
import type { Bcc } from '../../src/ports/bcc.ts';
import { authData, sdkAuth } from './data.ts';
import { withEmulator } from './emulated.ts';
import { answer } from './server.ts';
import {
  accessKeyId,
  closeWorlds,
  failureOf,
  hasty,
  never,
  secretAccessKey,
  sessionToken,
  startMs,
  world
} from './wire.ts';

afterEach(closeWorlds);

const instance = { id: 'i-1', status: 'Running', imageId: 'm-1' };
const keeping = { imageId: 'm-2', login: { kind: 'keepImageLogin' } } as const;

describe('what is sent', () => {
  test('a write has limits of its own, for the connection and for the body; a read has none', async () => {
    const transport = createTransport('test');
    const sent: WireRequest[] = [];
    const { bcc } = await world((response) => answer(response, 200, { instance }), {
      transport: {
        ...transport,
        send(request, signal) {
          sent.push(request);
          return transport.send(request, signal);
        }
      }
    });
    await bcc.getInstance('i-1', never);
    await bcc.rebuild(['i-1'], keeping, never);
    expect(sent.map(({ connectMs, bodyMs }) => ({ connectMs, bodyMs }))).toEqual([
      { connectMs: undefined, bodyMs: undefined },
      { connectMs: 10_000, bodyMs: 3_000 }
    ]);
  });

  test('the client is both ports that a deploy wants', async () => {
    const { bcc } = await world((response) => answer(response, 200, { instance }));
    const port: Bcc & Balancers = bcc;
    expect(await port.getInstance('i-1', never)).toMatchObject(instance);
  });

  test.each<[string, unknown, (bcc: BccClient) => Promise<unknown>]>([
    ['GET /v2/instance/i-1', { instance }, (bcc) => bcc.getInstance('i-1', never)],
    [
      'GET /v2/instance/i%2F..%3F%20',
      { instance: { ...instance, id: 'i/..? ' } },
      (bcc) => bcc.getInstance('i/..? ', never)
    ],
    ['GET /v2/image/m-1', { image: { id: 'm-1', status: 'Available' } }, (bcc) => bcc.getImage('m-1', never)],
    ['GET /v2/volume?instanceId=i-1', { volumes: [] }, (bcc) => bcc.getSystemDisk('i-1', never)],
    [
      'GET /v2/snapshot?maxKeys=1000&volumeId=v-1',
      { snapshots: [] },
      (bcc) => bcc.listSnapshots('v-1', never)
    ],
    ['GET /v2/snapshot?maxKeys=1000', { snapshots: [] }, (bcc) => bcc.listSnapshots(undefined, never)],
    ['GET /v2/volume?maxKeys=1000&usageFilter=system', { volumes: [] }, (bcc) => bcc.listSystemDisks(never)],
    [
      'GET /v2/instance?maxKeys=1000&tags=role%3Aweb%2Cstage%3Aprod',
      { instances: [] },
      (bcc) =>
        bcc.listTagged(
          [
            { key: 'role', value: 'web' },
            { key: 'stage', value: 'prod' }
          ],
          never
        )
    ],
    [
      'GET /v1/blb/lb-1/backendserver?maxKeys=1000',
      { backendServerList: [{ instanceId: 'i-1', weight: 5 }] },
      (bcc) => bcc.listBackendServers('lb-1', never)
    ],
    [
      'PUT /v1/blb/lb-1/backendserver?update',
      '',
      (bcc) => bcc.setWeights({ kind: 'blb', blbId: 'lb-1' }, [{ instanceId: 'i-1', weight: 0 }], never)
    ],
    [
      'PUT /v2/instance/rebuild',
      '',
      (bcc) => bcc.rebuild(['i-1', 'i-2'], { imageId: 'm-2', login: { kind: 'keepImageLogin' } }, never)
    ],
    ['POST /v2/instance/listByInstanceId', { instances: [] }, (bcc) => bcc.listInstances(['i-1'], never)],
    ['PUT /v2/instance/i-1?start', '', (bcc) => bcc.start('i-1', never)],
    [
      'PUT /v2/instance/i-1?rebuild',
      '',
      (bcc) => bcc.rebuild(['i-1'], { imageId: 'm-2', login: { kind: 'keepImageLogin' } }, never)
    ]
  ])('%s', async (line, reply, call) => {
    const { bcc, requests, server } = await world((response) => answer(response, 200, reply));
    await call(bcc);
    expect(requests.map((seen) => seen.line)).toEqual([line]);
    expect(requests.map((seen) => seen.masked)).toEqual([true]);
    const headers = requests[0]?.headers ?? {};
    expect(headers['x-bce-date']).toBe('2026-01-15T08:09:10Z');
    expect(headers.host).toBe(server.url.host);
    const [path = '', search = ''] = (line.split(' ')[1] ?? '').split('?');
    const theirs = new sdkAuth(accessKeyId, secretAccessKey).generateAuthorization(
      line.split(' ')[0] ?? '',
      path,
      Object.fromEntries(new URLSearchParams(search)),
      { host: server.url.host, 'x-bce-date': '2026-01-15T08:09:10Z' },
      startMs / 1000,
      1800,
      ['host', 'x-bce-date']
    );
    expect(headers.authorization).toBe(theirs);
  });

  test('reads share a connection, a write has one of its own', async () => {
    const { bcc, server } = await world((response) => answer(response, 200, { instance }));
    await bcc.getInstance('i-1', never);
    await bcc.getInstance('i-1', never);
    expect(server.connections()).toBe(1);
    await bcc.start('i-1', never);
    await bcc.start('i-1', never);
    expect(server.connections()).toBe(3);
  });

  test('a session token goes along, and is signed', async () => {
    const { bcc, requests } = await world((response) => answer(response, 200, { instance }), {
      credentials: { accessKeyId, secretAccessKey, sessionToken }
    });
    await bcc.getInstance('i-1', never);
    expect(requests[0]?.headers['x-bce-security-token']).toBe(sessionToken);
    expect(requests[0]?.headers.authorization).toContain('/1800/host;x-bce-date;x-bce-security-token/');
  });

  test('the computed vectors are what a client for Beijing would send', () => {
    const vector = authData.computed.find(({ id }) => id === 'rebuild-single/min');
    expect(vector?.input).toMatchObject({ path: '/v2/instance/i-YufwpQAe', query: { rebuild: '' } });
  });

  test.each([
    [{ kind: 'keepImageLogin' } as const, {}, { keepImageLogin: true }],
    [
      { kind: 'keypairId', keypairId: 'k-1' } as const,
      { userData: new Secret('') },
      { keypairId: 'k-1', userData: '' }
    ],
    [
      { kind: 'adminPass', adminPass: new Secret('1qaz@WSX') } as const,
      { userData: new Secret('#!/bin/sh'), cleanLastUserData: false },
      {
        adminPass: '408484222cad990e5f391d3cc4b198e3',
        userData: '#!/bin/sh',
        cleanLastUserData: false
      }
    ]
  ])('a rebuild sends what is set and nothing else: %j', async (login, more, fields) => {
    const { bcc, masked, requests } = await world((response) => answer(response, 200, ''));
    await bcc.rebuild(['i-1'], { imageId: 'm-2', login, ...more }, never);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ imageId: 'm-2', ...fields });
    expect(requests[0]?.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(masked[0] === '408484222cad990e5f391d3cc4b198e3').toBe(login.kind === 'adminPass');
  });

  test('an id that is none never leaves, nor does a password without a key', async () => {
    const { bcc, requests } = await world((response) => answer(response, 200, {}), {
      credentials: { accessKeyId, secretAccessKey: 'short' }
    });
    const login = { kind: 'adminPass', adminPass: new Secret('1qaz@WSX') } as const;
    const calls = [
      bcc.getInstance('', never),
      bcc.getImage('..', never),
      bcc.start('.', never),
      bcc.getSystemDisk('', never),
      bcc.listSnapshots('', never),
      bcc.rebuild([''], { imageId: 'm-1', login }, never),
      bcc.rebuild(['i-1'], { imageId: 'm-1', login }, never)
    ];
    for (const call of calls) {
      expect(await failureOf(call)).toMatchObject({ kind: 'invalid', attempts: 0 });
    }
    expect(requests).toEqual([]);
  });
});

describe('what comes back', () => {
  test.each([
    ['', 'r-head'],
    ['{}', 'r-head'],
    ['{"requestId":"r-body"}', 'r-body'],
    ['<html>', 'r-head']
  ])('a write is accepted with the body %j', async (body, requestId) => {
    const { bcc } = await world((response) => answer(response, 200, body, { 'x-bce-request-id': 'r-head' }));
    expect(await bcc.start('i-1', never)).toEqual({ requestId });
  });

  test('a write is accepted, and not sent again, although its body was cut', async () => {
    const { bcc, requests } = await world((response) => {
      response.writeHead(200, { 'content-length': '99', 'x-bce-request-id': 'r-1' });
      response.write('{', () => response.destroy());
    });
    expect(await bcc.start('i-1', never)).toEqual({ requestId: 'r-1' });
    expect(requests.length).toBe(1);
  });

  test('a write that was refused stays refused although its body was cut', async () => {
    const { bcc } = await world((response) => {
      response.writeHead(409, { 'content-length': '99' });
      response.write('{', () => response.destroy());
    });
    expect(await failureOf(bcc.start('i-1', never))).toMatchObject({ kind: 'conflict', httpStatus: 409 });
  });

  test('a read whose body was cut, is no JSON, is empty or lacks a field is read again', async () => {
    const { bcc, lines, sleeps } = await world((response, _seen, count) => {
      if (count === 1) {
        response.writeHead(200, { 'content-length': '99' });
        response.write('{', () => response.destroy());
      } else {
        answer(response, 200, ['<html>', '', { instance: { id: 'i-1' } }, { instance }][count - 2]);
      }
    });
    expect(await bcc.getInstance('i-1', never)).toMatchObject(instance);
    expect(sleeps).toEqual([500, 1_000, 2_000, 4_000]);
    expect(lines.length).toBe(5);
  });

  test('an answer that is too long is malformed for a read, and success for a write', async () => {
    const { bcc } = await world((response) => response.end(Buffer.alloc(2 * 1024 * 1024)));
    expect(await failureOf(bcc.getInstance('i-1', never))).toMatchObject({
      kind: 'malformed',
      message: 'the answer is too long',
      attempts: 5
    });
    expect(await bcc.start('i-1', never)).toEqual({ requestId: '' });
  });

  test('an error tells status, code, request ID and message', async () => {
    const { bcc } = await world((response) =>
      answer(response, 404, { requestId: 'r-1', code: 'NoSuchObject', message: 'The object is missing.' })
    );
    expect(await failureOf(bcc.getImage('m-9', never))).toEqual({
      kind: 'notFound',
      operation: 'GetImage',
      target: 'm-9',
      message: 'The object is missing.',
      httpStatus: 404,
      code: 'NoSuchObject',
      requestId: 'r-1',
      attempts: 1
    });
  });

  test('an error without a body, and a redirect', async () => {
    const { bcc } = await world((response, _seen, count) =>
      count === 1
        ? answer(response, 403, '')
        : answer(response, 302, '', { location: 'https://portal.example/x?y' })
    );
    expect(await failureOf(bcc.getImage('m-9', never))).toMatchObject({
      kind: 'denied',
      message: 'the service gave no reason'
    });
    const failure = await failureOf(bcc.getImage('m-9', never));
    expect(failure).toMatchObject({ kind: 'invalid', httpStatus: 302 });
    expect(failure.message).toContain('portal.example,');
    // Of a write it may be the answer to one that was carried out.
    expect(await failureOf(bcc.rebuild(['i-1'], keeping, never))).toMatchObject({
      kind: 'ambiguous',
      httpStatus: 302,
      attempts: 1
    });
  });

  test('a 5xx is read again, but ends a write in doubt', async () => {
    const { bcc, requests } = await world((response) => answer(response, 500, { code: 'InternalError' }));
    expect(await failureOf(bcc.rebuild(['i-1'], keeping, never))).toMatchObject({
      kind: 'ambiguous',
      attempts: 1
    });
    expect(await failureOf(bcc.getInstance('i-1', never))).toMatchObject({ kind: 'transient', attempts: 5 });
    expect(requests.length).toBe(6);
  });

  test('a throttled rebuild is signed again and sent again after the time that was asked for', async () => {
    let clockMs = startMs;
    const { bcc, masked, requests, sleeps } = await world(
      (response, _seen, count) =>
        count < 3
          ? answer(response, 429, { code: 'RateLimit' }, { 'retry-after': '3' })
          : answer(response, 200, ''),
      { wallMs: () => (clockMs += 1_000) }
    );
    const order = {
      imageId: 'm-2',
      login: { kind: 'adminPass', adminPass: new Secret('1qaz@WSX') }
    } as const;
    await bcc.rebuild(['i-1'], order, never);
    expect(sleeps).toEqual([3_000, 3_000]);
    expect(new Set(requests.map(({ headers }) => headers.authorization)).size).toBe(3);
    expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
    expect(requests.every((seen) => seen.masked)).toBe(true);
    expect(masked.length).toBe(4);
  });

  test.each<[string, (bcc: BccClient) => Promise<unknown>]>([
    ['PUT /v2/instance/i-1?rebuild', (bcc) => bcc.rebuild(['i-1'], keeping, never)],
    ['PUT /v2/instance/rebuild', (bcc) => bcc.rebuild(['i-1', 'i-2'], keeping, never)]
  ])('%s is not sent again behind something that is under way', async (line, call) => {
    for (const [status, code] of [
      [409, 'LastOperationNotFinished'],
      [400, 'lastOperationNotFinished']
    ] as const) {
      const { bcc, requests, sleeps } = await world((response, _seen, count) =>
        count === 1 ? answer(response, status, { code }, { 'retry-after': '1' }) : answer(response, 200, '')
      );
      expect(await failureOf(call(bcc))).toMatchObject({ kind: 'conflict', code, attempts: 1 });
      expect(requests.map((seen) => seen.line)).toEqual([line]);
      expect(sleeps).toEqual([]);
    }
  });

  test('weights are set again once the change before is over', async () => {
    const { bcc, requests, sleeps } = await world((response, _seen, count) =>
      count < 4 ? answer(response, 409, { code: 'LastOperationNotFinished' }) : answer(response, 200, '')
    );
    await bcc.setWeights({ kind: 'blb', blbId: 'lb-1' }, [{ instanceId: 'i-1', weight: 1 }], never);
    expect(requests).toHaveLength(4);
    expect(sleeps).toEqual([500, 1_000, 2_000]);
  });

  test('a rebuild that the emulator refuses because of something else is sent exactly once', async () => {
    const play = { kind: 'error', status: 409, code: 'LastOperationNotFinished' } as const;
    const on = ['RebuildInstance', 'RebuildBatchInstance'];
    await withEmulator({ faults: on.map((name) => ({ on: name, play })) }, async ({ bcc, emulator }) => {
      const order = {
        imageId: 'm-web-2',
        login: { kind: 'adminPass', adminPass: new Secret('Abcdef1!xyz') }
      } as const;
      expect(await failureOf(bcc.rebuild(['i-demo0001'], order, never))).toMatchObject({
        kind: 'conflict',
        attempts: 1
      });
      const both = bcc.rebuild(['i-demo0001', 'i-demo0002'], order, never);
      expect(await failureOf(both)).toMatchObject({ kind: 'conflict', attempts: 1 });
      expect(emulator.calls.map(({ operation }) => operation)).toEqual(on);
      expect(emulator.rebuilds).toEqual([]);
    });
  });

  test('a service that is down is unreached, and may be tried again', async () => {
    const { bcc, server, lines } = await world(() => undefined);
    await server.close();
    expect(await failureOf(bcc.start('i-1', never))).toMatchObject({ kind: 'unreached', attempts: 5 });
    expect(lines).toEqual(Array(5).fill('PUT /v2/instance/i-1?start: ECONNREFUSED, unreached (0 ms)'));
  });

  test('a request that cannot be made is unsent', async () => {
    const { bcc } = await world(() => undefined, {
      credentials: { accessKeyId, secretAccessKey, sessionToken: 'to\nken' }
    });
    expect(await failureOf(bcc.getInstance('i-1', never))).toMatchObject({ kind: 'unsent', attempts: 1 });
  });

  test('a fault of a port is no failure of the call', async () => {
    const { bcc } = await world(() => undefined, {
      mask: () => {
        throw new Error('broken mask');
      }
    });
    await expect(bcc.getInstance('i-1', never)).rejects.toThrow('broken mask');
  });
});

describe('lists', () => {
  test('the disk that is flagged as the system’s, if there is exactly one', async () => {
    const volume = (id: string, isSystemVolume: boolean) => ({ id, status: 'InUse', isSystemVolume });
    const { bcc, requests } = await world((response, _seen, count) =>
      answer(
        response,
        200,
        [
          { volumes: [volume('v-1', false)], isTruncated: true, nextMarker: 'v-2' },
          { volumes: [volume('v-2', true)], isTruncated: false },
          { volumes: [volume('v-1', false)] },
          { volumes: [volume('v-1', true), volume('v-2', true)] }
        ][count - 1]
      )
    );
    expect(await bcc.getSystemDisk('i-1', never)).toEqual({
      id: 'v-2',
      createTime: '',
      sizeInGB: 0,
      snapshotNum: 0,
      status: 'InUse'
    });
    expect(requests[1]?.line).toBe('GET /v2/volume?instanceId=i-1&marker=v-2');
    expect(await bcc.getSystemDisk('i-1', never)).toBeUndefined();
    expect(await bcc.getSystemDisk('i-1', never)).toBeUndefined();
  });

  test('instances: each id once, at most a hundred a call', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => `i-${index}`);
    const { bcc, requests } = await world((response, seen) => {
      const { instanceIds } = JSON.parse(seen.body);
      const known = instanceIds.filter((id: string) => id !== 'i-7');
      answer(response, 200, { instances: known.map((id: string) => ({ ...instance, id })) });
    });
    const found = await bcc.listInstances([...ids, 'i-0'], never);
    expect([...found.keys()]).toEqual(ids.filter((id) => id !== 'i-7'));
    expect(requests.map(({ body }) => JSON.parse(body).instanceIds.length)).toEqual([100]);
    for (const wrong of [[], [...ids, 'i-100']]) {
      expect(await failureOf(bcc.listInstances(wrong, never))).toMatchObject({
        kind: 'invalid',
        attempts: 0
      });
    }
    expect(requests.length).toBe(1);
  });

  test('instances: a list by ids is a read, and pages are followed', async () => {
    const { bcc, requests } = await world((response, _seen, count) => {
      if (count === 1) {
        answer(response, 503, '');
      } else if (count === 2) {
        answer(response, 200, { instances: [instance], isTruncated: true, nextMarker: 'a&b' });
      } else {
        answer(response, 200, { instances: [{ ...instance, id: 'i-2' }], isTruncated: false });
      }
    });
    expect([...(await bcc.listInstances(['i-1', 'i-2'], never)).keys()]).toEqual(['i-1', 'i-2']);
    expect(requests[2]?.line).toBe('POST /v2/instance/listByInstanceId?marker=a%26b');
  });

  test('a list that leads back to itself is malformed', async () => {
    const { bcc, requests } = await world((response) =>
      answer(response, 200, { snapshots: [], isTruncated: true, nextMarker: 's-1' })
    );
    expect(await failureOf(bcc.listSnapshots('v-1', never))).toMatchObject({
      kind: 'malformed',
      target: 'v-1'
    });
    expect(requests.length).toBe(2);
  });
});

describe('a skewed clock', () => {
  const date = 'Thu, 15 Jan 2026 10:00:00 GMT';

  test('is corrected from the answer, for this call and for those that follow', async () => {
    const { bcc, requests, sleeps } = await world((response, seen) =>
      seen.headers['x-bce-date'] === '2026-01-15T10:00:00Z'
        ? answer(response, 200, { instance })
        : answer(response, 400, { code: 'RequestExpired' }, { date })
    );
    await bcc.getInstance('i-1', never);
    await bcc.start('i-1', never);
    expect(requests.map(({ headers }) => headers['x-bce-date'])).toEqual([
      '2026-01-15T08:09:10Z',
      '2026-01-15T10:00:00Z',
      '2026-01-15T10:00:00Z'
    ]);
    expect(sleeps).toEqual([]);
  });

  test('that cannot be corrected fails, and says what is wrong', async () => {
    const { bcc, requests } = await world((response) =>
      answer(response, 403, { code: 'RequestTimeTooSkewed', message: 'Too skewed.' }, { date })
    );
    expect(await failureOf(bcc.start('i-1', never))).toMatchObject({
      kind: 'skewed',
      message: "Too skewed. (the clock here differs from the service's, or a session has ended)",
      attempts: 2
    });
    expect(requests.length).toBe(2);
  });
});

describe('a cancel', () => {
  const order = { imageId: 'm-2', login: { kind: 'keepImageLogin' } } as const;

  test.each<[string, (bcc: BccClient, signal: AbortSignal) => Promise<unknown>]>([
    ['a read', (bcc, signal) => bcc.getInstance('i-1', signal)],
    ['a start', (bcc, signal) => bcc.start('i-1', signal)]
  ])('ends %s under way as cancelled', async (_name, call) => {
    const controller = new AbortController();
    const { bcc } = await world(() => controller.abort());
    const error = await call(bcc, controller.signal).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CancelledError);
    expect(error).toHaveProperty('cause', expect.any(CallError));
  });

  test('ends a rebuild under way as ambiguous', async () => {
    const controller = new AbortController();
    const { bcc, requests } = await world(() => controller.abort());
    const failure = await failureOf(bcc.rebuild(['i-1'], order, controller.signal));
    expect(failure).toMatchObject({
      kind: 'ambiguous',
      operation: 'RebuildInstance',
      target: 'i-1',
      attempts: 1
    });
    expect(requests.length).toBe(1);
  });

  test('before a rebuild sends nothing', async () => {
    const { bcc, requests } = await world(() => undefined);
    await expect(bcc.rebuild(['i-1'], order, AbortSignal.abort())).rejects.toBeInstanceOf(CancelledError);
    expect(requests.length).toBe(0);
  });
});

test('deadlines: a read is transient, a write ambiguous', async () => {
  const timeouts: number[] = [];
  const transport = hasty({ read: 40, write: 60 }, timeouts);
  const { bcc } = await world(() => undefined, { transport });
  expect(await failureOf(bcc.getInstance('i-1', never))).toMatchObject({ kind: 'transient', attempts: 5 });
  expect(await failureOf(bcc.rebuild(['i-1'], keeping, never))).toMatchObject({
    kind: 'ambiguous',
    attempts: 1
  });
  expect(timeouts).toEqual([15_000, 15_000, 15_000, 15_000, 15_000, 30_000]);
});

test('no secret gets into errors or debug lines, even where the service echoes what it got', async () => {
  const order = {
    imageId: 'm-2',
    login: { kind: 'adminPass', adminPass: new Secret('Plain1@Password') },
    userData: new Secret('export TOKEN=user-data-secret')
  } as const;
  const { bcc, lines, masked } = await world(
    (response, seen) =>
      answer(response, 400, {
        requestId: 'r-1',
        code: 'BadRequest',
        message: `got ${seen.headers.authorization} ${seen.headers['x-bce-security-token']} ${JSON.parse(seen.body).adminPass} Plain1@Password`
      }),
    { credentials: { accessKeyId, secretAccessKey, sessionToken } }
  );
  const error: unknown = await bcc.rebuild(['i-1'], order, never).catch((reason: unknown) => reason);
  const shown = [
    ...lines,
    String(error),
    error instanceof Error ? error.stack : '',
    JSON.stringify(error),
    JSON.stringify(error instanceof CallError && error.failure)
  ].join('\n');
  expect(masked.length).toBe(2);
  for (const secret of [...masked, secretAccessKey, sessionToken, 'Plain1@Password', 'user-data-secret']) {
    expect(shown).not.toContain(secret);
  }
  expect(lines).toEqual(['PUT /v2/instance/i-1?rebuild: HTTP 400, BadRequest, request ID r-1 (0 ms)']);
});

describe('an answer with HTTP 200 and the code of an error', () => {
  const refusal = { requestId: 'r-1', code: 'InstanceLocked', message: 'It is locked.' };
  const facts = { httpStatus: 200, code: 'InstanceLocked', requestId: 'r-1' };

  test('to a write that must not be done twice leaves open whether it was carried out, and is not repeated', async () => {
    const { bcc, requests } = await world((response) => answer(response, 200, refusal));
    const failure = await failureOf(bcc.rebuild(['i-1'], keeping, never));
    expect(failure).toMatchObject({ ...facts, kind: 'ambiguous', attempts: 1 });
    expect(failure.message).toContain('It is locked.');
    expect((await failureOf(bcc.rebuild(['i-1', 'i-2'], keeping, never))).kind).toBe('ambiguous');
    expect(requests).toHaveLength(2);
  });

  test('to any other write is no success', async () => {
    const { bcc } = await world((response) => answer(response, 200, refusal));
    const weights = [{ instanceId: 'i-1', weight: 0 }];
    const failure = await failureOf(bcc.setWeights({ kind: 'blb', blbId: 'lb-1' }, weights, never));
    expect(failure).toMatchObject({ ...facts, kind: 'ambiguous' });
    expect((await failureOf(bcc.start('i-1', never))).kind).toBe('ambiguous');
  });

  test('to a read is no answer, also where a list may be missing', async () => {
    const { bcc } = await world((response) => answer(response, 200, refusal));
    for (const read of [bcc.getInstance('i-1', never), bcc.getSystemDisk('i-1', never)]) {
      const failure = await failureOf(read);
      expect(failure).toMatchObject({ ...facts, kind: 'malformed' });
      expect(failure.message).toContain('It is locked.');
    }
  });

  test.each(['Success', 'success', 'OK', '', undefined, 0, 200])('but not with the code %j', async (code) => {
    const { bcc } = await world((response) => answer(response, 200, { requestId: 'r-1', code, instance }));
    expect(await bcc.rebuild(['i-1'], keeping, never)).toEqual({ requestId: 'r-1' });
    expect(await bcc.getInstance('i-1', never)).toMatchObject(instance);
  });
});
