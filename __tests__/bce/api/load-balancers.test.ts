import { afterEach, describe, expect, test } from '@jest/globals';
import type { Pool } from '../../../src/core/model/backend-server.ts';
import { CancelledError } from '../../../src/core/model/failure.ts';
import { errorOf, withEmulator } from '../emulated.ts';
import { answer, serve } from '../server.ts';
import { byLine, closeWorlds, failureOf, never, rerouted, world } from '../wire.ts';

afterEach(closeWorlds);

const ordinary: Pool = { kind: 'blb', blbId: 'lb-1' };
const group: Pool = { kind: 'appblb', blbId: 'lb-2', groupId: 'sg-1' };
const member = (instanceId: string, weight: unknown) => ({ instanceId, weight, privateIp: '10.0.0.1' });

const asOrdinary = 'GET /v1/blb/lb-1/backendserver?maxKeys=1000';
const asApplication = 'GET /v1/appblb/lb-1/appservergroup?maxKeys=1000';
const groupOne = 'GET /v1/appblb/lb-1/blbrs?maxKeys=1000&sgId=sg-1';

describe('the backend servers of a load balancer', () => {
  test('of an ordinary one: one list, page after page, each member once', async () => {
    const { bcc, requests } = await world(
      byLine({
        [asOrdinary]: {
          backendServerList: [member('i-1', 100), member('i-2', '50'), { privateIp: '10.0.0.9', weight: 1 }],
          isTruncated: true,
          nextMarker: 'i-2'
        },
        'GET /v1/blb/lb-1/backendserver?marker=i-2&maxKeys=1000': {
          backendServerList: [member('i-2', 50), member('i-3', 0)],
          isTruncated: false
        }
      })
    );
    expect(await bcc.listBackendServers('lb-1', never)).toEqual([
      { ...ordinary, instanceId: 'i-1', weight: 100 },
      { ...ordinary, instanceId: 'i-2', weight: 50 },
      { ...ordinary, instanceId: 'i-3', weight: 0 }
    ]);
    expect(requests.length).toBe(2);
  });

  test.each([
    ['an unknown id', {}],
    ['an empty list', { [asOrdinary]: { backendServerList: [] } }],
    ['a list that is null', { [asOrdinary]: { backendServerList: null } }]
  ])('of one for applications, which shows as %s to the other question', async (_, more) => {
    const { bcc, requests } = await world(
      byLine({
        ...more,
        [asApplication]: {
          appServerGroupList: [{ id: 'sg-1' }],
          isTruncated: true,
          nextMarker: 'g'
        },
        'GET /v1/appblb/lb-1/appservergroup?marker=g&maxKeys=1000': {
          appServerGroupList: [{ id: 'sg-2' }, { id: 'sg-1' }, { id: 'sg/3' }]
        },
        [groupOne]: { backendServerList: [member('i-1', 30)], isTruncated: true, nextMarker: 'i-1' },
        'GET /v1/appblb/lb-1/blbrs?marker=i-1&maxKeys=1000&sgId=sg-1': {
          backendServerList: [member('i-2', 70)]
        },
        'GET /v1/appblb/lb-1/blbrs?maxKeys=1000&sgId=sg-2': { backendServerList: [member('i-1', 5)] },
        'GET /v1/appblb/lb-1/blbrs?maxKeys=1000&sgId=sg%2F3': { backendServerList: [] }
      })
    );
    const pool = { kind: 'appblb', blbId: 'lb-1' };
    expect(await bcc.listBackendServers('lb-1', never)).toEqual([
      { ...pool, groupId: 'sg-1', instanceId: 'i-1', weight: 30 },
      { ...pool, groupId: 'sg-1', instanceId: 'i-2', weight: 70 },
      { ...pool, groupId: 'sg-2', instanceId: 'i-1', weight: 5 }
    ]);
    expect(requests.length).toBe(7);
  });

  test('none, of an ordinary one without members', async () => {
    const { bcc, requests } = await world(byLine({ [asOrdinary]: { backendServerList: [] } }));
    expect(await bcc.listBackendServers('lb-1', never)).toEqual([]);
    expect(requests.map(({ line }) => line)).toEqual([asOrdinary, asApplication]);
  });

  test('none, of one for applications without groups', async () => {
    const { bcc } = await world(byLine({ [asApplication]: { appServerGroupList: [] } }));
    expect(await bcc.listBackendServers('lb-1', never)).toEqual([]);
  });

  test('an id that neither kind knows is not found', async () => {
    const { bcc, requests } = await world(byLine({}));
    expect(await failureOf(bcc.listBackendServers('lb-1', never))).toMatchObject({
      kind: 'notFound',
      operation: 'DescribeBlbServers',
      target: 'lb-1',
      message: 'it is neither an ordinary nor an application load balancer; It is missing.',
      code: 'NoSuchObject'
    });
    expect(requests.length).toBe(2);
  });

  test.each([
    [400, 404, 'DescribeBlbServers', 'invalid'],
    [404, 400, 'DescribeAppBlbServerGroup', 'invalid'],
    [400, 400, 'DescribeBlbServers', 'invalid'],
    [404, 403, 'DescribeAppBlbServerGroup', 'denied'],
    [403, 404, 'DescribeBlbServers', 'denied']
  ])('answers with %d and %d end in the one that says more', async (first, second, operation, kind) => {
    const { bcc } = await world((response, { line }) =>
      answer(response, line === asOrdinary ? first : second, '')
    );
    expect(await failureOf(bcc.listBackendServers('lb-1', never))).toMatchObject({ operation, kind });
  });

  test('a reply that says nothing about the id is no answer, and an empty list neither', async () => {
    const { bcc } = await world((response, { line }) =>
      line === asOrdinary ? answer(response, 200, { backendServerList: [] }) : answer(response, 500, '')
    );
    expect(await failureOf(bcc.listBackendServers('lb-1', never))).toMatchObject({
      kind: 'transient',
      attempts: 5
    });
  });

  test('a group that is deleted in the meantime is a failure about that group', async () => {
    const { bcc } = await world(byLine({ [asApplication]: { appServerGroupList: [{ id: 'sg-1' }] } }));
    expect(await failureOf(bcc.listBackendServers('lb-1', never))).toMatchObject({
      kind: 'notFound',
      target: 'lb-1/sg-1'
    });
  });

  test.each([undefined, null, '', ' ', 'many', -1, 101, 1.5, 1e3, true, [7]])(
    'a weight of %j is malformed, because it must not count as absent',
    async (weight) => {
      const { bcc } = await world(byLine({ [asOrdinary]: { backendServerList: [member('i-1', weight)] } }));
      expect(await failureOf(bcc.listBackendServers('lb-1', never))).toMatchObject({
        kind: 'malformed',
        message: 'the answer cannot be understood: "weight" is no whole number from 0 to 100'
      });
    }
  );

  test('an id that is none never leaves', async () => {
    const { bcc, requests } = await world(byLine({}));
    expect(await failureOf(bcc.listBackendServers('..', never))).toMatchObject({
      kind: 'invalid',
      attempts: 0
    });
    expect(requests).toEqual([]);
  });

  test('a cancel is none of the answers', async () => {
    const controller = new AbortController();
    const { bcc, requests } = await world((response) => {
      controller.abort();
      answer(response, 404, '');
    });
    await expect(bcc.listBackendServers('lb-1', controller.signal)).rejects.toBeInstanceOf(CancelledError);
    expect(requests.length).toBe(1);
  });
});

describe('weights', () => {
  const weights = [
    { instanceId: 'i-1', weight: 0 },
    { instanceId: 'i-2', weight: 100 }
  ];

  test('of an ordinary one go with `?update`, without which the members would be removed', async () => {
    const { bcc, requests } = await world((response) => answer(response, 200, ''));
    await bcc.setWeights(ordinary, weights, never);
    expect(requests.map(({ line }) => line)).toEqual(['PUT /v1/blb/lb-1/backendserver?update']);
    expect(requests[0]?.body).toBe(
      '{"backendServerList":[{"instanceId":"i-1","weight":0},{"instanceId":"i-2","weight":100}]}'
    );
    expect(requests[0]?.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  test('of a server group go with its id in the body', async () => {
    const { bcc, requests } = await world((response) => answer(response, 200, '{}'));
    await bcc.setWeights(group, weights, never);
    expect(requests.map(({ line }) => line)).toEqual(['PUT /v1/appblb/lb-2/blbrs']);
    expect(requests[0]?.body).toBe(
      '{"sgId":"sg-1","backendServerList":[{"instanceId":"i-1","weight":0},{"instanceId":"i-2","weight":100}]}'
    );
  });

  test('of backendServers send nothing but what the API takes', async () => {
    const { bcc, requests } = await world((response) => answer(response, 200, ''));
    const server = { ...group, instanceId: 'i-1', weight: 7 };
    await bcc.setWeights(server, [server], never);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      sgId: 'sg-1',
      backendServerList: [{ instanceId: 'i-1', weight: 7 }]
    });
  });

  test.each([ordinary, group])('are sent again when the answer is lost ($kind)', async (pool) => {
    const { bcc, requests } = await world((response, _seen, count) =>
      count < 3 ? answer(response, 500, { code: 'InternalError' }) : answer(response, 200, '')
    );
    await bcc.setWeights(pool, weights, never);
    expect(new Set(requests.map(({ line, body }) => line + body)).size).toBe(1);
    expect(requests.length).toBe(3);
  });

  test('none send nothing', async () => {
    const { bcc, requests } = await world((response) => answer(response, 200, ''));
    await bcc.setWeights(ordinary, [], never);
    expect(requests).toEqual([]);
  });

  test.each<[string, Pool, number, string]>([
    ['no load balancer', { kind: 'blb', blbId: '' }, 1, 'UpdateBlbServer'],
    ['no group', { kind: 'appblb', blbId: 'lb-1' }, 1, 'UpdateAppBlbServerGroupRs'],
    ['a weight above 100', ordinary, 101, 'UpdateBlbServer'],
    ['a weight below 0', ordinary, -1, 'UpdateBlbServer'],
    ['half a weight', group, 0.5, 'UpdateAppBlbServerGroupRs'],
    ['no weight', ordinary, Number.NaN, 'UpdateBlbServer']
  ])('with %s never leave', async (_, pool, weight, operation) => {
    const { bcc, requests } = await world((response) => answer(response, 200, ''));
    const failure = await failureOf(bcc.setWeights(pool, [{ instanceId: 'i-1', weight }], never));
    expect(failure).toMatchObject({ kind: 'invalid', operation, attempts: 0 });
    expect(requests).toEqual([]);
  });

  test('for no instance never leave', async () => {
    const { bcc } = await world((response) => answer(response, 200, ''));
    const failure = await failureOf(bcc.setWeights(ordinary, [{ instanceId: '', weight: 1 }], never));
    expect(failure).toMatchObject({ kind: 'invalid', attempts: 0 });
  });

  test('for something that is not there: the error names the pool', async () => {
    const { bcc } = await world((response) => answer(response, 404, { code: 'BackendServerNotFound' }));
    expect(await failureOf(bcc.setWeights(group, weights, never))).toMatchObject({
      kind: 'notFound',
      operation: 'UpdateAppBlbServerGroupRs',
      target: 'lb-2/sg-1'
    });
    expect(await failureOf(bcc.setWeights(ordinary, weights, never))).toMatchObject({ target: 'lb-1' });
  });
});

test('BCC and the load balancers have a host each, which is signed', async () => {
  const server = await serve((_request, response) =>
    answer(response, 200, { snapshots: [], backendServerList: [member('i-1', 1)] })
  );
  const hosts: string[] = [];
  try {
    const { bcc } = await world(() => undefined, {
      endpoint: new URL('https://bcc.bj.baidubce.com'),
      transport: rerouted(server.url, hosts)
    });
    await bcc.listBackendServers('lb-1', never);
    await bcc.setWeights(ordinary, [{ instanceId: 'i-1', weight: 1 }], never);
    await bcc.listSnapshots(undefined, never);
    const [bccHost, blbHost] = ['bcc.bj.baidubce.com', 'blb.bj.baidubce.com'];
    expect(hosts).toEqual([blbHost, blbHost, bccHost]);
  } finally {
    await server.close();
  }
});

describe('on the emulator', () => {
  test('backend servers of both kinds, drained and restored', async () => {
    await withEmulator({}, async ({ bcc, emulator }) => {
      const before = emulator.weights();
      const backendServers = [
        ...(await bcc.listBackendServers('lb-demo0001', never)),
        ...(await bcc.listBackendServers('lb-demo0002', never))
      ];
      expect(backendServers.map(({ kind: _, ...server }) => server)).toEqual(before);
      for (const server of backendServers) {
        await bcc.setWeights(server, [{ ...server, weight: 0 }], never);
      }
      expect(emulator.weights().every(({ weight }) => weight === 0)).toBe(true);
      for (const server of backendServers) {
        await bcc.setWeights(server, [server], never);
      }
      expect(emulator.weights()).toEqual(before);
    });
  });

  test('one change after another, although the balancer needs a while for each', async () => {
    await withEmulator({ behaviour: { blbBusyMs: 2_000 } }, async ({ bcc, emulator }) => {
      for (const weight of [0, 1, 2]) {
        await bcc.setWeights(
          { kind: 'blb', blbId: 'lb-demo0001' },
          [{ instanceId: 'i-demo0001', weight }],
          never
        );
      }
      expect(emulator.weights()[0]?.weight).toBe(2);
      expect(emulator.calls.some(({ status }) => status === 409)).toBe(true);
    });
  });

  test('an unknown id, an unknown group, an unknown member', async () => {
    await withEmulator({}, async ({ bcc }) => {
      expect((await errorOf(bcc.listBackendServers('lb-9', never))).failure).toMatchObject({
        kind: 'notFound',
        target: 'lb-9'
      });
      const one = [{ instanceId: 'i-demo0001', weight: 1 }];
      const unknown: Pool = { kind: 'appblb', blbId: 'lb-demo0002', groupId: 'sg-9' };
      expect((await errorOf(bcc.setWeights(unknown, one, never))).failure.kind).toBe('notFound');
      const pool: Pool = { kind: 'blb', blbId: 'lb-demo0001' };
      const stranger = [{ instanceId: 'i-9', weight: 1 }];
      expect((await errorOf(bcc.setWeights(pool, stranger, never))).failure.kind).toBe('notFound');
    });
  });
});
