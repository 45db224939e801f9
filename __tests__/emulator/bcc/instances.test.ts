import { describe, expect, test } from '@jest/globals';
import { withBench } from '../client.ts';

test('an instance with the fields of its page', async () => {
  await withBench({}, async ({ send }) => {
    const { status, headers, json } = await send('GET', '/v2/instance/i-demo0001');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'x-bce-request-id': expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
      ),
      date: 'Sun, 01 Mar 2026 00:00:00 GMT',
      server: 'BWS',
      'content-type': 'application/json;charset=UTF-8'
    });
    expect(json.instance).toMatchObject({
      id: 'i-demo0001',
      name: 'web-1',
      status: 'Running',
      imageId: 'm-web-1',
      imageName: 'web-1',
      imageType: 'custom',
      osName: 'Ubuntu',
      internalIp: '192.168.0.11',
      publicIp: '203.0.113.11',
      deletionProtection: 0,
      keypairId: '',
      tags: [{ tagKey: 'app', tagValue: 'web' }],
      createTime: '2026-01-10T08:00:00Z'
    });
    expect(json.instance.volumes).toHaveLength(2);
    for (const hidden of ['login', 'userData', 'busyUntilMs', 'ebc', 'guest', 'osType'])
      expect(json.instance).not.toHaveProperty(hidden);
  });
});

test('tags are bound and unbound, protection is set', async () => {
  await withBench({}, async ({ send, emulator }) => {
    const changeTags = [
      { tagKey: 'app', tagValue: 'shop' },
      { tagKey: 'env', tagValue: 'test' }
    ];
    await send('PUT', '/v2/instance/i-demo0001/tag?bind', { changeTags });
    expect(emulator.instance('i-demo0001').tags).toEqual(changeTags);
    await send('PUT', '/v2/instance/i-demo0001/tag?unbind', { changeTags: changeTags.slice(0, 1) });
    expect(emulator.instance('i-demo0001').tags).toEqual(changeTags.slice(1));
    expect((await send('PUT', '/v2/instance/i-demo0001/tag?bind', { changeTags: ['app'] })).status).toBe(400);
    await send('PUT', '/v2/instance/i-demo0001/deletionProtection', { deletionProtection: 1 });
    expect(emulator.instance('i-demo0001').deletionProtection).toBe(1);
    const wrong = await send('PUT', '/v2/instance/i-demo0001/deletionProtection', { deletionProtection: 2 });
    expect(wrong.status).toBe(400);
  });
});

test('user data is read as base64', async () => {
  await withBench({}, async ({ send, emulator }) => {
    emulator.setInstance('i-demo0001', { userData: '#!/bin/sh\n' });
    const { json } = await send('POST', '/v2/instance/attribute/getUserdata', { instanceId: 'i-demo0001' });
    expect(json).toEqual({
      instanceId: 'i-demo0001',
      userData: Buffer.from('#!/bin/sh\n').toString('base64')
    });
  });
});

test('start, stop and reboot along their time, and only from the right status', async () => {
  await withBench({}, async ({ send, clock, emulator }) => {
    const put = (action: string) => send('PUT', `/v2/instance/i-demo0001?${action}`);
    const status = () => emulator.instance('i-demo0001').status;
    expect((await put('start')).json.code).toBe('Instance.StartInstanceOperationForbidden');
    expect((await put('stop')).status).toBe(200);
    expect(status()).toBe('Stopping');
    expect(await put('stop')).toMatchObject({
      status: 409,
      json: { code: 'Instance.StopInstanceOperationForbidden' }
    });
    clock.advance(20_000);
    expect(status()).toBe('Stopped');
    expect((await put('reboot')).json.code).toBe('Instance.RebootInstanceOperationForbidden');
    await put('start');
    expect(status()).toBe('Starting');
    clock.advance(20_000);
    expect(status()).toBe('Running');
    await put('reboot');
    expect(status()).toBe('Starting');
    clock.advance(20_000);
    expect(status()).toBe('Running');
  });
});

describe('what is no call', () => {
  test.each([
    ['GET', '/v2/instance/', 400, 'InvalidURI'],
    ['GET', '/v2//instance', 400, 'InvalidURI'],
    ['GET', '/v9/instance', 404, 'InvalidVersion'],
    ['PUT', '/v2/instance/i-demo0001', 400, 'InvalidURI'],
    ['PUT', '/v2/instance/i-demo0001?destroy', 400, 'InvalidURI'],
    ['GET', '/elsewhere', 400, 'InvalidURI'],
    ['GET', '/v2/instance/i-none', 404, 'NoSuchObject'],
    ['GET', '/v2/image/m-none', 404, 'NoSuchObject'],
    ['GET', '/v2/volume/v-none', 404, 'NoSuchObject']
  ])('%s %s', async (method, target, status, code) => {
    await withBench({}, async ({ send }) => {
      const reply = await send(method, target);
      expect(reply).toMatchObject({ status, json: { code, requestId: reply.headers['x-bce-request-id'] } });
      expect(reply.json.message).not.toBe('');
    });
  });

  test.each(['{', '[]', '"text"', '7'])('a body of %s', async (raw) => {
    await withBench({}, async ({ send }) => {
      const { status, json } = await send('PUT', '/v2/instance/i-demo0001?rebuild', undefined, { raw });
      expect({ status, code: json.code }).toEqual({
        status: 400,
        code: raw === '{' ? 'MalformedJSON' : 'InappropriateJSON'
      });
    });
  });
});
