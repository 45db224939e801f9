import { describe, expect, test } from '@jest/globals';
import type { Emulator } from '../../../emulator/server.ts';
import { withBench } from '../client.ts';

const ID = 'lb-demo0002';
const GROUP = 'sg-demo0001';
const ONE = 'i-demo0001';
const TWO = 'i-demo0002';
const GROUPS = `/v1/appblb/${ID}/appservergroup`;
const MEMBERS = `/v1/appblb/${ID}/blbrs`;

function weightsIn(emulator: Emulator, group = GROUP): Record<string, number> {
  const own = emulator.weights().filter(({ blbId, groupId }) => blbId === ID && groupId === group);
  return Object.fromEntries(own.map(({ instanceId, weight }) => [instanceId, weight]));
}

describe('reads', () => {
  test('one balancer and its groups', async () => {
    await withBench({ strict: true }, async ({ send, emulator }) => {
      expect((await send('GET', `/v1/appblb/${ID}`)).json).toMatchObject({ blbId: ID, name: 'web-app' });
      expect((await send('GET', GROUPS)).json).toEqual({
        marker: '',
        isTruncated: false,
        maxKeys: 1000,
        appServerGroupList: [{ id: GROUP, name: 'web', desc: '', status: 'available', portList: [] }]
      });
      expect(emulator.calls.map((call) => call.operation)).toEqual([
        'DescribeAppBlb',
        'DescribeAppBlbServerGroup'
      ]);
    });
  });

  test('groups by name and in pages', async () => {
    await withBench({ strict: true }, async ({ send, emulator }) => {
      emulator.setBalancer({
        id: ID,
        groups: [
          { id: 'sg-1', name: 'web' },
          { id: 'sg-2', name: 'web-api' }
        ]
      });
      const ids = async (query: string) =>
        (await send('GET', `${GROUPS}?${query}`)).json.appServerGroupList.map((each) => each.id);
      expect(await ids('name=web')).toEqual(['sg-1', 'sg-2']);
      expect(await ids('name=web&exactlyMatch=true')).toEqual(['sg-1']);
      expect(await ids('maxKeys=1')).toEqual(['sg-1']);
      expect(await ids('maxKeys=1&marker=sg-2')).toEqual(['sg-2']);
    });
  });

  test('members of a group, whole and in pages', async () => {
    await withBench({ strict: true }, async ({ send, emulator }) => {
      expect((await send('GET', `${MEMBERS}?sgId=${GROUP}`)).json.backendServerList).toEqual([
        { instanceId: ONE, weight: 30, privateIp: '192.168.0.11', portList: [] },
        { instanceId: TWO, weight: 70, privateIp: '192.168.0.12', portList: [] }
      ]);
      const first = (await send('GET', `${MEMBERS}?sgId=${GROUP}&maxKeys=1`)).json;
      expect(first).toMatchObject({ isTruncated: true, nextMarker: TWO });
      expect(emulator.calls[0]).toMatchObject({ operation: 'DescribeAppBlbServerGroupRs' });
    });
  });

  test('members of no group, or of an unknown one', async () => {
    await withBench({}, async ({ send }) => {
      expect(await send('GET', MEMBERS)).toMatchObject({ status: 400, json: { code: 'MissingParameter' } });
      expect(await send('GET', `${MEMBERS}?sgId=sg-none`)).toMatchObject({
        status: 404,
        json: { code: 'NoSuchObject' }
      });
    });
  });
});

describe('writes', () => {
  test('a change of weights needs no query parameter', async () => {
    await withBench({ strict: true }, async ({ send, emulator }) => {
      const body = { sgId: GROUP, backendServerList: [{ instanceId: ONE, weight: 0 }] };
      expect(await send('PUT', MEMBERS, body)).toMatchObject({ status: 200, text: '' });
      expect(weightsIn(emulator)).toEqual({ [ONE]: 0, [TWO]: 70 });
      expect(emulator.calls).toMatchObject([
        { operation: 'UpdateAppBlbServerGroupRs', workTaken: true, instanceIds: [ONE] }
      ]);
      expect(emulator.weightChanges).toMatchObject([
        { blbId: ID, groupId: GROUP, instanceId: ONE, from: 30, to: 0, status: 'Running', imageId: 'm-web-1' }
      ]);
    });
  });

  test('a member of one group is none of another', async () => {
    await withBench({}, async ({ send, emulator }) => {
      emulator.setBalancer({
        id: ID,
        groups: [{ id: GROUP, members: [{ instanceId: ONE }] }, { id: 'sg-2' }]
      });
      expect(weightsIn(emulator)).toEqual({ [ONE]: 100 });
      const change = (sgId: string) =>
        send('PUT', MEMBERS, { sgId, backendServerList: [{ instanceId: ONE, weight: 1 }] });
      expect(await change('sg-2')).toMatchObject({ status: 404, json: { code: 'BackendServerNotFound' } });
      expect(await change('sg-3')).toMatchObject({ status: 404, json: { code: 'NoSuchObject' } });
      expect(await change('')).toMatchObject({ status: 400, json: { code: 'MissingParameter' } });
    });
  });

  test('takes members out by ?batchdelete, and adds them', async () => {
    await withBench({ strict: true }, async ({ send, emulator }) => {
      const out = { sgId: GROUP, backendServerIdList: [TWO] };
      expect(await send('PUT', `${MEMBERS}?batchdelete`, out)).toMatchObject({ status: 200, text: '' });
      expect(weightsIn(emulator)).toEqual({ [ONE]: 30 });
      expect((await send('PUT', `${MEMBERS}?batchdelete`, out)).status).toBe(404);
      const back = { sgId: GROUP, backendServerList: [{ instanceId: TWO, weight: 5 }] };
      expect(await send('POST', MEMBERS, back)).toMatchObject({ status: 200, text: '' });
      expect(weightsIn(emulator)).toEqual({ [ONE]: 30, [TWO]: 5 });
      expect(emulator.calls.map(({ operation, instanceIds }) => [operation, ...instanceIds])).toEqual([
        ['DeleteAppBlbServerGroupRs', TWO],
        ['DeleteAppBlbServerGroupRs', TWO],
        ['AddAppBlbServerGroupRs', TWO]
      ]);
    });
  });

  test.each([101, '101', -1])('weight %j is refused', async (weight) => {
    await withBench({}, async ({ send }) => {
      const body = { sgId: GROUP, backendServerList: [{ instanceId: ONE, weight }] };
      expect(await send('PUT', MEMBERS, body)).toMatchObject({
        status: 400,
        json: { code: 'InvalidParameter' }
      });
    });
  });
});
