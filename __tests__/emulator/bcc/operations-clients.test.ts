/** What the vendor's own clients need, each of which one of them fails without. */
import { describe, expect, test } from '@jest/globals';
import type { WorldSpec } from '../../../emulator/world/models.ts';
import { type Bench, withBench } from '../client.ts';

const ID = 'i-demo0001';

test('progress of a snapshot is text, in the list and alone', async () => {
  await withBench({}, async ({ send }) => {
    expect((await send('GET', '/v2/snapshot')).json.snapshots[0].progress).toBe('100');
    expect((await send('GET', '/v2/snapshot/s-demo0001')).json.snapshot).toMatchObject({
      id: 's-demo0001',
      progress: '100'
    });
    expect((await send('GET', '/v2/snapshot/s-none')).status).toBe(404);
  });
});

describe('the SDK for Java', () => {
  test.each(['', '-1'])('begins a list with marker=%s', async (marker) => {
    await withBench({}, async ({ send }) => {
      const path = '/v2/image/getAvailableImagesBySpec?spec=bcc.g5.c2m8';
      const plain = await send('GET', path);
      expect(plain.json.images.length).toBeGreaterThan(0);
      expect((await send('GET', `${path}&marker=${marker}`)).json).toEqual(plain.json);
      expect((await send('GET', `${path}&marker=m-none`)).status).toBe(400);
    });
  });

  test('repeats what stands in the query or the path, in bodies that strict mode takes', async () => {
    await withBench({ strict: true }, async ({ send }) => {
      const ids = { instanceIds: [ID], marker: null, maxKeys: 1000 };
      expect((await send('POST', '/v2/instance/listByInstanceId', ids)).json.instances).toHaveLength(1);
      const backendServerList = [{ instanceId: ID, weight: 7, portList: null }];
      const body = { blbId: 'lb-demo0002', sgId: 'sg-demo0001', backendServerList };
      expect((await send('PUT', '/v1/appblb/lb-demo0002/blbrs', body)).status).toBe(200);
    });
  });
});

test.each([
  ['object', '{}'],
  ['empty', '']
] as const)('rebootReply=%s', async (rebootReply, text) => {
  await withBench({ behaviour: { rebootReply } }, async ({ send }) => {
    expect(await send('PUT', `/v2/instance/${ID}?reboot`, {})).toMatchObject({ status: 200, text });
  });
});

describe('changePass', () => {
  const change = (bench: Bench, password: string) =>
    bench.send('PUT', `/v2/instance/${ID}?changePass`, { adminPass: bench.encrypt(password) });

  test('takes a good password and no other', async () => {
    await withBench({}, async (bench) => {
      expect(await change(bench, 'weak')).toMatchObject({ status: 400, json: { code: 'BadRequest' } });
      expect(await change(bench, '1qaz@WSX')).toMatchObject({
        status: 200,
        json: { failedInstanceIdList: [], requestId: expect.any(String) }
      });
      expect(bench.emulator.instance(ID).login).toEqual({ kind: 'adminPass', adminPass: '1qaz@WSX' });
      expect(JSON.stringify(bench.emulator.calls)).not.toContain('1qaz@WSX');
    });
  });

  test.each([
    ['runningOrStopped', 200],
    ['stopped', 409]
  ] as const)('changePassWhen=%s, of a running instance', async (changePassWhen, status) => {
    await withBench({ behaviour: { changePassWhen } }, async (bench) => {
      expect((await change(bench, '1qaz@WSX')).status).toBe(status);
      bench.emulator.setInstance(ID, { status: 'Stopped' });
      expect((await change(bench, '1qaz@WSX')).status).toBe(200);
      bench.emulator.setInstance(ID, { status: 'Starting' });
      expect(await change(bench, '1qaz@WSX')).toMatchObject({
        status: 409,
        json: { code: 'Instance.PasswordOperationForbidden' }
      });
    });
  });
});

test.each([
  ['keypairWins', 'keypairId'],
  ['passwordWins', 'adminPass']
] as const)('passwordWithKeypair=%s', async (passwordWithKeypair, login) => {
  await withBench({ behaviour: { passwordWithKeypair } }, async ({ rebuild, encrypt, emulator }) => {
    const body = { adminPass: encrypt('1qaz@WSX'), keypairId: 'k-demo0001', keepImageLogin: false };
    expect((await rebuild(ID, 'm-web-2', body)).status).toBe(200);
    expect(emulator.rebuilds).toMatchObject([{ login }]);
  });
});

test('start and stop of several: the reply names those that could not', async () => {
  await withBench({ behaviour: { powerMs: 0 } }, async ({ send, emulator }) => {
    const instanceIds = [ID, 'i-demo0002', 'i-none'];
    emulator.setInstance('i-demo0002', { status: 'Stopped' });
    expect((await send('PUT', '/v2/instance/batchAction?stop', { instanceIds })).json).toMatchObject({
      failedInstanceIdList: ['i-demo0002', 'i-none']
    });
    expect(emulator.instance(ID).status).toBe('Stopped');
    expect((await send('PUT', '/v2/instance/batchAction?start', { instanceIds })).json).toMatchObject({
      failedInstanceIdList: ['i-none']
    });
    expect(emulator.instance(ID).status).toBe('Running');
    expect((await send('PUT', '/v2/instance/batchAction?start', { instanceIds: [] })).status).toBe(400);
  });
});

test('an instance has the fields and spellings by which Terraform finds nothing to change', async () => {
  await withBench({}, async ({ send }) => {
    const { instance } = (await send('GET', '/v2/instance/i-demo0002')).json;
    expect(instance).toMatchObject({
      cardCount: '0',
      chargeStatus: 'IS_CHARGING',
      imageType: 'custom',
      relatedReleaseFlag: false,
      deleteCdsSnapshotFlag: false,
      nicInfo: { ips: [{ privateIp: '192.168.0.12', eip: 'null', primary: 'true' }] }
    });
  });
});

describe('the health of the members behind a listener', () => {
  const path = '/v1/blb/lb-demo0001/backendserver';

  test('has their status, and the type and ports of the listener', async () => {
    await withBench({}, async ({ send, emulator }) => {
      emulator.setInstance('i-demo0002', { status: 'Starting' });
      expect((await send('GET', `${path}?listenerPort=80`)).json).toMatchObject({
        type: 'TCP',
        listenerPort: 80,
        backendPort: 80,
        backendServerList: [
          { instanceId: ID, weight: 100, status: 'Alive', privateIp: '192.168.0.11' },
          { instanceId: 'i-demo0002', weight: 50, status: 'Dead' }
        ]
      });
      expect((await send('GET', path)).json.backendServerList[0]).not.toHaveProperty('status');
    });
  });

  test.each([
    ['Alive/Dead', 'Alive'],
    ['alive/dead', 'alive'],
    ['normal/abnormal', 'normal']
  ] as const)('memberHealth=%s', async (memberHealth, status) => {
    await withBench({ behaviour: { memberHealth } }, async ({ send }) => {
      expect((await send('GET', `${path}?listenerPort=80`)).json.backendServerList[0].status).toBe(status);
    });
  });

  test.each(['0', 'http', '70000'])('has no listener at port %s', async (port) => {
    await withBench({}, async ({ send }) => {
      expect((await send('GET', `${path}?listenerPort=${port}`)).json.code).toBe('InvalidParameter');
    });
  });

  test.each(['maxKeys=0', 'marker=i-none'])(
    "a page that is none has the load balancers' code: %s",
    async (query) => {
      await withBench({}, async ({ send }) => {
        expect(await send('GET', `${path}?${query}`)).toMatchObject({
          status: 400,
          json: { code: 'InvalidParameter' }
        });
        expect(await send('GET', `/v2/instance?${query}`)).toMatchObject({
          status: 400,
          json: { code: 'BadRequest' }
        });
      });
    }
  );
});

describe('every filter narrows', () => {
  const world: WorldSpec = {
    instances: [
      {
        id: 'i-1',
        securityGroupIds: ['g-1', 'g-2'],
        deploySetIds: ['dset-1'],
        dedicatedHostId: 'd-1',
        ehcClusterId: 'ehc-1',
        ipv6: '2001:db8::1',
        autoRenew: true
      },
      { id: 'i-2' }
    ],
    volumes: [
      { id: 'v-1', instanceId: 'i-1', paymentTiming: 'Prepaid', clusterId: 'dc-1', productCategory: 'HPAS' },
      { id: 'v-2', instanceId: 'i-2' }
    ]
  };

  test.each<['instance' | 'volume', string, string[]]>([
    ['instance', 'securityGroupIds=g-2,g-9', ['i-1']],
    ['instance', 'securityGroupIds=g-9', []],
    ['instance', 'deploySetIds=dset-1', ['i-1']],
    ['instance', 'dedicatedHostId=d-1', ['i-1']],
    ['instance', 'dedicateHostId=d-1', ['i-1']],
    ['instance', 'ehcClusterId=ehc-1', ['i-1']],
    ['instance', 'autoRenew=true', ['i-1']],
    ['instance', 'autoRenew=false', ['i-2']],
    ['instance', 'ipv6Addresses=2001%3Adb8%3A%3A1', ['i-1']],
    ['volume', 'chargeFilter=prepay', ['v-1']],
    ['volume', 'chargeFilter=postpay&usageFilter=data', ['v-2']],
    ['volume', 'clusterId=dc-1', ['v-1']],
    ['volume', 'productCategory=HPAS', ['v-1']],
    ['volume', 'volumeIds=v-2,v-9', ['v-2']]
  ])('%s?%s', async (kind, query, ids) => {
    await withBench({ world }, async ({ send }) => {
      const { json } = await send('GET', `/v2/${kind}?${query}`);
      expect(json[`${kind}s`].map(({ id }) => id)).toEqual(ids);
    });
  });

  test('and a value that is none is refused', async () => {
    await withBench({}, async ({ send }) => {
      expect((await send('GET', '/v2/volume?chargeFilter=free')).json.code).toBe('BadRequest');
    });
  });
});
