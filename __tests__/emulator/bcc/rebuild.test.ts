import { describe, expect, test } from '@jest/globals';
import type { Behaviour } from '../../../emulator/world/behaviour.ts';
import { type Bench, START_MS, withBench } from '../client.ts';

const ID = 'i-demo0001';

test('a rebuild from acceptance to its end', async () => {
  await withBench({}, async ({ rebuild, clock, emulator, send }) => {
    const before = emulator.instance(ID);
    const reply = await rebuild(ID);
    expect(reply).toMatchObject({
      status: 200,
      text: '',
      headers: { 'content-type': 'application/json;charset=UTF-8' }
    });
    expect(emulator.instance(ID)).toMatchObject({ status: 'Running', imageId: 'm-web-1' });
    clock.advance(6999);
    expect(emulator.instance(ID)).toMatchObject({ status: 'Running', imageId: 'm-web-1' });
    clock.advance(1);
    expect(emulator.instance(ID)).toMatchObject({
      status: 'Starting',
      imageId: 'm-web-2',
      imageName: 'web-2'
    });
    clock.advance(179_999);
    expect(emulator.instance(ID).status).toBe('Starting');
    clock.advance(1);
    const after = emulator.instance(ID);
    expect(after).toMatchObject({ status: 'Running', login: { kind: 'adminPass', adminPass: '1qaz@WSX' } });
    const { internalIp, publicIp, name, tags } = before;
    expect(after).toMatchObject({ internalIp, publicIp, name, tags });
    expect(after.volumes.find((volume) => volume.id === 'v-data0001')).toEqual(
      before.volumes.find((volume) => volume.id === 'v-data0001')
    );
    expect(after.systemVolume?.id).not.toBe(before.systemVolume?.id);
    expect((await send('GET', `/v2/snapshot?volumeId=${ID}`)).json.snapshots).toEqual([]);
    expect((await send('GET', '/v2/image?imageType=Custom')).json.images).toHaveLength(2);
  });
});

test('the records of a rebuild and of its call; no password is in the latter', async () => {
  await withBench({}, async ({ rebuild, emulator }) => {
    await rebuild(ID);
    const [call] = emulator.calls;
    expect(emulator.rebuilds).toEqual([
      {
        instanceId: ID,
        imageId: 'm-web-2',
        requestedImageId: 'm-web-2',
        login: 'adminPass',
        adminPass: '1qaz@WSX',
        userData: '',
        isOpenHostEye: true,
        requestId: call?.requestId,
        acceptedAtMs: START_MS,
        startsAtMs: START_MS + 7000,
        endsAtMs: START_MS + 187_000
      }
    ]);
    expect(call).toMatchObject({
      atMs: START_MS,
      operation: 'RebuildInstance',
      method: 'PUT',
      path: `/v2/instance/${ID}`,
      query: { rebuild: '' },
      instanceIds: [ID],
      status: 200,
      code: '',
      workTaken: true,
      body: { imageId: 'm-web-2', adminPass: '[encrypted]' },
      passwordLength: 8,
      passwordValid: true
    });
    expect(JSON.stringify(call)).not.toContain('1qaz@WSX');
  });
});

describe('logins', () => {
  test('a key pair, and the login of the image', async () => {
    await withBench({}, async ({ rebuild, clock, emulator }) => {
      expect((await rebuild(ID, 'm-web-2', { keypairId: 'k-demo0001' })).status).toBe(200);
      clock.advance(187_000);
      expect(emulator.instance(ID)).toMatchObject({ keypairId: 'k-demo0001', login: { kind: 'keypairId' } });
      expect((await rebuild(ID, 'm-web-2', { keepImageLogin: true })).status).toBe(200);
      expect(emulator.rebuilds.map((each) => each.login)).toEqual(['keypairId', 'keepImageLogin']);
    });
  });

  test('what the SDK for Go and Terraform really send', async () => {
    await withBench({ strict: true }, async ({ rebuild, encrypt }) => {
      const body = {
        adminPass: encrypt('1qaz@WSX'),
        keypairId: '',
        isOpenHostEye: false,
        isPreserveData: false,
        cleanLastUserData: null,
        keepImageLogin: false
      };
      expect((await rebuild(ID, 'm-web-2', body)).status).toBe(200);
    });
  });
});

describe('user data', () => {
  const script = '#!/bin/sh';
  test.each<[string, object, Partial<Behaviour>, string]>([
    ['stays', {}, {}, 'old'],
    ['stays, unless useLastUserDataDefault is false', {}, { useLastUserDataDefault: false }, ''],
    ['stays on demand', { useLastUserData: true }, { useLastUserDataDefault: false }, 'old'],
    ['goes on demand', { cleanLastUserData: true }, {}, ''],
    ['goes by the older word', { useLastUserData: false }, {}, ''],
    ['goes when both are said', { cleanLastUserData: true, useLastUserData: true }, {}, ''],
    [
      'stays when both are said',
      { cleanLastUserData: true, useLastUserData: true },
      { userDataPrecedence: 'useLast' },
      'old'
    ],
    ['is replaced', { userData: script }, {}, script],
    [
      'is replaced, base64',
      { userData: Buffer.from(script).toString('base64') },
      { userDataEncoding: 'base64' },
      script
    ]
  ])('%s', async (_name, body, behaviour, userData) => {
    await withBench({ behaviour }, async ({ rebuild, emulator, clock, encrypt }) => {
      emulator.setInstance(ID, { userData: 'old' });
      await rebuild(ID, 'm-web-2', { adminPass: encrypt('1qaz@WSX'), ...body });
      clock.advance(187_000);
      expect(emulator.instance(ID).userData).toBe(userData);
    });
  });

  test('plain text is refused, where userDataEncoding is base64', async () => {
    await withBench({ behaviour: { userDataEncoding: 'base64' } }, async ({ rebuild, encrypt }) => {
      const reply = await rebuild(ID, 'm-web-2', { adminPass: encrypt('1qaz@WSX'), userData: script });
      expect(reply.status).toBe(400);
    });
  });
});

describe('batches', () => {
  const path = '/v2/instance/rebuild';
  const body = ({ encrypt }: Bench, instanceIds: readonly string[]) => ({
    instanceIds,
    imageId: 'm-web-2',
    adminPass: encrypt('1qaz@WSX')
  });

  test('all of them', async () => {
    await withBench({}, async (bench) => {
      const reply = await bench.send('PUT', path, body(bench, [ID, 'i-demo0002', ID]));
      expect(reply).toMatchObject({ status: 200, text: '' });
      expect(bench.emulator.rebuilds.map((each) => each.instanceId)).toEqual([ID, 'i-demo0002']);
    });
  });

  test.each([0, 101])('%i ids are refused', async (count) => {
    await withBench({}, async (bench) => {
      const ids = Array.from({ length: count }, (_each, index) => `i-${index}`);
      expect((await bench.send('PUT', path, body(bench, ids))).status).toBe(400);
    });
  });

  test.each<[Behaviour['batchWithBadId'], number, string[]]>([
    ['none', 404, []],
    ['others', 200, [ID]]
  ])('batchWithBadId=%s', async (batchWithBadId, status, rebuilt) => {
    await withBench({ behaviour: { batchWithBadId } }, async (bench) => {
      expect((await bench.send('PUT', path, body(bench, ['i-none', ID]))).status).toBe(status);
      expect(bench.emulator.rebuilds.map((each) => each.instanceId)).toEqual(rebuilt);
    });
  });
});

describe('an instance that is busy is a bad id of a batch too', () => {
  test.each<[Behaviour['batchWithBadId'], number, string[]]>([
    ['none', 409, []],
    ['others', 200, ['i-demo0002']]
  ])('batchWithBadId=%s', async (batchWithBadId, status, rebuilt) => {
    await withBench({ behaviour: { batchWithBadId } }, async ({ send, encrypt, rebuild, emulator }) => {
      // Its old status is still shown then: what is known of it counts, not what is shown.
      await rebuild(ID);
      expect(emulator.instance(ID).status).toBe('Running');
      const reply = await send('PUT', '/v2/instance/rebuild', {
        instanceIds: ['i-demo0002', ID],
        imageId: 'm-web-2',
        adminPass: encrypt('1qaz@WSX')
      });
      expect(reply.status).toBe(status);
      expect(emulator.rebuilds.slice(1).map((each) => each.instanceId)).toEqual(rebuilt);
    });
  });

  test.each<[Behaviour['batchWithBadId'], number, string[]]>([
    ['none', 409, []],
    ['others', 200, ['i-demo0002']]
  ])('and one that shows it, batchWithBadId=%s', async (batchWithBadId, status, rebuilt) => {
    await withBench({ behaviour: { batchWithBadId } }, async ({ send, encrypt, emulator }) => {
      emulator.setInstance(ID, { status: 'Stopping' });
      const reply = await send('PUT', '/v2/instance/rebuild', {
        instanceIds: [ID, 'i-demo0002'],
        imageId: 'm-web-2',
        adminPass: encrypt('1qaz@WSX')
      });
      expect(reply.status).toBe(status);
      expect(emulator.rebuilds.map((each) => each.instanceId)).toEqual(rebuilt);
    });
  });
});

test('the same words at version 1', async () => {
  await withBench({}, async ({ send, encrypt }) => {
    const body = { imageId: 'm-web-2', adminPass: encrypt('1qaz@WSX') };
    expect((await send('PUT', `/v1/instance/${ID}?rebuild=`, body)).status).toBe(200);
  });
});
