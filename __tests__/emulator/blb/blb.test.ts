import { describe, expect, test } from '@jest/globals';
import type { Emulator } from '../../../emulator/server.ts';
import { withBench } from '../client.ts';

const ID = 'lb-demo0001';
const ONE = 'i-demo0001';
const TWO = 'i-demo0002';
const MEMBERS = `/v1/blb/${ID}/backendserver`;
const UPDATE = `${MEMBERS}?update`;

function weightsIn(emulator: Emulator): Record<string, number> {
  const own = emulator.weights().filter(({ blbId }) => blbId === ID);
  return Object.fromEntries(own.map(({ instanceId, weight }) => [instanceId, weight]));
}

describe('reads', () => {
  test('one balancer: its fields are at the top level', async () => {
    await withBench({ strict: true }, async ({ send, emulator }) => {
      const { status, json } = await send('GET', `/v1/blb/${ID}`);
      expect(status).toBe(200);
      expect(json).toMatchObject({ blbId: ID, name: 'web', status: 'available', address: '192.168.0.101' });
      expect(emulator.calls).toMatchObject([{ operation: 'DescribeBlb', workTaken: false, instanceIds: [] }]);
    });
  });

  test('its members, with the fields of the SDK for Go', async () => {
    await withBench({ strict: true }, async ({ send, emulator }) => {
      expect((await send('GET', `${MEMBERS}?maxKeys=1000`)).json).toEqual({
        marker: '',
        isTruncated: false,
        maxKeys: 1000,
        backendServerList: [
          { instanceId: ONE, weight: 100, privateIp: '192.168.0.11' },
          { instanceId: TWO, weight: 50, privateIp: '192.168.0.12' }
        ]
      });
      expect(emulator.calls).toMatchObject([{ operation: 'DescribeBlbServers' }]);
    });
  });

  test('its members in pages', async () => {
    await withBench({}, async ({ send }) => {
      const first = (await send('GET', `${MEMBERS}?maxKeys=1`)).json;
      expect(first).toMatchObject({ isTruncated: true, nextMarker: TWO });
      const last = (await send('GET', `${MEMBERS}?maxKeys=1&marker=${TWO}`)).json;
      expect(last).toMatchObject({ isTruncated: false, backendServerList: [{ instanceId: TWO }] });
      expect(last).not.toHaveProperty('nextMarker');
      expect((await send('GET', `${MEMBERS}?maxKeys=1001`)).status).toBe(400);
    });
  });

  test.each([
    ['/v1/blb', [ID, 'lb-two']],
    [`/v1/blb?blbId=${ID}`, [ID]],
    ['/v1/blb?blbId=lb-demo', []],
    [`/v1/blb?bccId=${TWO}`, [ID]],
    ['/v1/blb?bccId=i-none', []],
    ['/v1/blb?name=we', [ID]],
    ['/v1/blb?name=we&exactlyMatch=true', []],
    ['/v1/blb?name=web&exactlyMatch=true', [ID]],
    ['/v1/blb?address=192.168.0.101', [ID]],
    [`/v1/blb?bccId=${ONE}&name=two`, []],
    ['/v1/appblb', ['lb-demo0002']],
    [`/v1/appblb?bccId=${ONE}`, ['lb-demo0002']],
    [`/v1/appblb?blbId=${ID}`, []]
  ])('a list: %s', async (target, ids) => {
    await withBench({ strict: true }, async ({ send, emulator }) => {
      emulator.setBalancer({ id: 'lb-two', name: 'two' });
      const { json } = await send('GET', target);
      expect(json.blbList.map((each) => each.blbId)).toEqual(ids);
    });
  });

  test('a list in pages', async () => {
    await withBench({}, async ({ send, emulator }) => {
      emulator.setBalancer({ id: 'lb-two' });
      expect((await send('GET', '/v1/blb?maxKeys=1')).json).toMatchObject({ nextMarker: 'lb-two' });
      emulator.removeBalancer('lb-two');
      expect((await send('GET', '/v1/blb?maxKeys=1')).json).not.toHaveProperty('nextMarker');
    });
  });
});

describe('a change of weights', () => {
  test('of one, as a number or as a string; 200 without a body', async () => {
    await withBench({ strict: true }, async ({ send, emulator }) => {
      const reply = await send('PUT', UPDATE, { backendServerList: [{ instanceId: ONE, weight: 0 }] });
      expect(reply).toMatchObject({ status: 200, text: '' });
      expect(weightsIn(emulator)).toEqual({ [ONE]: 0, [TWO]: 50 });
      await send('PUT', `${UPDATE}=`, { backendServerList: [{ instanceId: ONE, weight: '7', desc: '' }] });
      expect(weightsIn(emulator)).toEqual({ [ONE]: 7, [TWO]: 50 });
      expect((await send('GET', MEMBERS)).json.backendServerList).toMatchObject([
        { weight: 7 },
        { weight: 50 }
      ]);
      expect(emulator.calls[0]).toMatchObject({
        operation: 'UpdateBlbServer',
        workTaken: true,
        instanceIds: [ONE]
      });
    });
  });

  test.each<[string, object, number, string]>([
    ['too heavy', { backendServerList: [{ instanceId: ONE, weight: 101 }] }, 400, 'InvalidParameter'],
    ['negative', { backendServerList: [{ instanceId: ONE, weight: -1 }] }, 400, 'InvalidParameter'],
    ['broken', { backendServerList: [{ instanceId: ONE, weight: 0.5 }] }, 400, 'InvalidParameter'],
    ['no number', { backendServerList: [{ instanceId: ONE, weight: '5%' }] }, 400, 'InvalidParameter'],
    ['empty', { backendServerList: [{ instanceId: ONE, weight: '' }] }, 400, 'InvalidParameter'],
    ['absent', { backendServerList: [{ instanceId: ONE }] }, 400, 'MissingParameter'],
    ['of nobody', { backendServerList: [{ weight: 1 }] }, 400, 'InappropriateJSON'],
    ['of a bare id', { backendServerList: [ONE] }, 400, 'InappropriateJSON'],
    ['of none', { backendServerList: [] }, 400, 'InvalidParameter'],
    ['without a list', {}, 400, 'MissingParameter'],
    [
      'twice for one',
      {
        backendServerList: [
          { instanceId: ONE, weight: 1 },
          { instanceId: ONE, weight: 2 }
        ]
      },
      400,
      'InvalidParameter'
    ],
    [
      'of one that is no member, among others',
      {
        backendServerList: [
          { instanceId: ONE, weight: 1 },
          { instanceId: 'i-none', weight: 1 }
        ]
      },
      404,
      'BackendServerNotFound'
    ]
  ])('refused, and nothing is done: %s', async (_name, body, status, code) => {
    await withBench({}, async ({ send, emulator }) => {
      expect(await send('PUT', UPDATE, body)).toMatchObject({ status, json: { code } });
      expect(weightsIn(emulator)).toEqual({ [ONE]: 100, [TWO]: 50 });
      expect(emulator.weightChanges).toEqual([]);
    });
  });
});

describe('the trap: without ?update it removes members', () => {
  test('bare ids go', async () => {
    await withBench({ strict: true }, async ({ send, emulator }) => {
      const reply = await send('PUT', MEMBERS, { backendServerList: [ONE] });
      expect(reply).toMatchObject({ status: 200, text: '' });
      expect(weightsIn(emulator)).toEqual({ [TWO]: 50 });
      expect(emulator.calls).toMatchObject([{ operation: 'DeleteBlbServer', instanceIds: [ONE] }]);
      expect(emulator.weightChanges).toMatchObject([{ instanceId: ONE, from: 100, to: 0 }]);
    });
  });

  test('the body of a weight change is refused, and all stay', async () => {
    await withBench({}, async ({ send, emulator }) => {
      const body = { backendServerList: [{ instanceId: ONE, weight: 0 }] };
      expect(await send('PUT', MEMBERS, body)).toMatchObject({
        status: 400,
        json: { code: 'InappropriateJSON' }
      });
      expect(emulator.calls).toMatchObject([{ operation: 'DeleteBlbServer', instanceIds: [ONE] }]);
      expect(weightsIn(emulator)).toEqual({ [ONE]: 100, [TWO]: 50 });
    });
  });

  test.each([
    [['i-none'], 404],
    [[TWO, 'i-none'], 404],
    [[], 400]
  ])('%j: %i', async (backendServerList, status) => {
    await withBench({}, async ({ send, emulator }) => {
      expect((await send('PUT', MEMBERS, { backendServerList })).status).toBe(status);
      expect(weightsIn(emulator)).toEqual({ [ONE]: 100, [TWO]: 50 });
    });
  });
});

describe('adding', () => {
  test('an instance that was taken out', async () => {
    await withBench({ strict: true }, async ({ send, emulator }) => {
      await send('PUT', MEMBERS, { backendServerList: [ONE, TWO] });
      expect(weightsIn(emulator)).toEqual({});
      const body = { backendServerList: [{ instanceId: TWO, weight: '20' }] };
      expect(await send('POST', MEMBERS, body)).toMatchObject({ status: 200, text: '' });
      expect(weightsIn(emulator)).toEqual({ [TWO]: 20 });
      expect(emulator.calls[1]).toMatchObject({ operation: 'AddBlbServer', instanceIds: [TWO] });
    });
  });

  test.each([
    ['one that is in', TWO, 400, 'BackendServerAlreadyExist'],
    ['one that does not exist', 'i-none', 404, 'BackendServerNotFound']
  ])('%s is refused', async (_name, instanceId, status, code) => {
    await withBench({}, async ({ send }) => {
      const body = { backendServerList: [{ instanceId, weight: 1 }] };
      expect(await send('POST', MEMBERS, body)).toMatchObject({ status, json: { code } });
    });
  });
});
