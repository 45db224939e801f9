import { describe, expect, test } from '@jest/globals';
import type { WorldSpec } from '../../../emulator/world/models.ts';
import { type Bench, withBench } from '../client.ts';

const fleet: WorldSpec = {
  instances: [
    { id: 'i-1', name: 'web-1', zoneName: 'cn-bj-a', tags: [{ tagKey: 'app', tagValue: 'web' }] },
    { id: 'i-2', name: 'web-2', zoneName: 'cn-bj-b', tags: [{ tagKey: 'app', tagValue: 'api' }] },
    {
      id: 'i-3',
      name: 'db, main',
      status: 'Stopped',
      keypairId: 'k-1',
      internalIp: '10.0.0.3',
      vpcId: 'vpc-1'
    },
    { id: 'i-4', name: '生产', paymentTiming: 'Prepaid', tags: [{ tagKey: 'env', tagValue: '生产' }] }
  ],
  volumes: [{ id: 'v-9', instanceId: 'i-2' }]
};

async function found(bench: Bench, query: string): Promise<string[]> {
  const { json } = await bench.send('GET', `/v2/instance?${query}`);
  return json.instances.map((instance) => instance.id);
}

describe('filters', () => {
  test.each([
    ['', ['i-1', 'i-2', 'i-3', 'i-4']],
    ['instanceIds=i-3,i-1', ['i-1', 'i-3']],
    ['instanceIds=i-3%2Ci-none', ['i-3']],
    ['instanceNames=web-1,web-2', ['i-1', 'i-2']],
    ['instanceNames=db%2C%20main', []],
    ['fuzzyInstanceName=eb-', ['i-1', 'i-2']],
    ['fuzzyInstanceName=%E7%94%9F', ['i-4']],
    ['tags=app', ['i-1', 'i-2']],
    ['tags=app:web', ['i-1']],
    ['tags=app:web,env:%E7%94%9F%E4%BA%A7', ['i-1', 'i-4']],
    ['status=Stopped', ['i-3']],
    ['zoneName=cn-bj-b', ['i-2']],
    ['keypairId=k-1', ['i-3']],
    ['paymentTiming=Prepaid', ['i-4']],
    ['internalIp=10.0.0.3', ['i-3']],
    ['vpcId=vpc-1&privateIps=10.0.0.3', ['i-3']],
    ['volumeIds=v-9', ['i-2']],
    ['cdsIds=v-9', ['i-2']],
    ['tags=app&zoneName=cn-bj-a', ['i-1']]
  ])('%s', async (query, ids) => {
    await withBench({ world: fleet }, async (bench) => {
      expect(await found(bench, query)).toEqual(ids);
    });
  });

  test.each([
    ['both filters for names', 'instanceNames=a&fuzzyInstanceName=b'],
    ['addresses without their network', 'privateIps=10.0.0.3'],
    [
      'more than 100 ids',
      `instanceIds=${Array.from({ length: 101 }, (_each, index) => `i-${index}`).join(',')}`
    ],
    ['no number', 'maxKeys=many'],
    ['too large a page', 'maxKeys=1001'],
    ['an empty page', 'maxKeys=0'],
    ['an unknown marker', 'marker=i-none']
  ])('refused: %s', async (_name, query) => {
    await withBench({ world: fleet }, async ({ send }) => {
      expect(await send('GET', `/v2/instance?${query}`)).toMatchObject({
        status: 400,
        json: { code: 'BadRequest' }
      });
    });
  });
});

test('pages: nextMarker leads on, and is absent at the end', async () => {
  await withBench({ world: fleet }, async ({ send }) => {
    const first = await send('GET', '/v2/instance?maxKeys=3');
    expect(first.json).toMatchObject({ marker: '', isTruncated: true, nextMarker: 'i-4', maxKeys: 3 });
    const last = await send('GET', '/v2/instance?maxKeys=3&marker=i-4');
    expect(last.json).toMatchObject({ marker: 'i-4', isTruncated: false, instances: [{ id: 'i-4' }] });
    expect(last.json).not.toHaveProperty('nextMarker');
  });
});

describe('by ids', () => {
  const path = '/v2/instance/listByInstanceId';

  test('what exists, in pages', async () => {
    await withBench({ world: fleet }, async ({ send }) => {
      const { json } = await send('POST', `${path}?maxKeys=1`, { instanceIds: ['i-3', 'i-none', 'i-1'] });
      expect(json).toMatchObject({ isTruncated: true, nextMarker: 'i-3', instances: [{ id: 'i-1' }] });
    });
  });

  test('an unknown one is an error, where unknownIdsInList says so', async () => {
    await withBench({ behaviour: { unknownIdsInList: 'error' } }, async ({ send }) => {
      expect((await send('POST', path, { instanceIds: ['i-none'] })).status).toBe(404);
      expect((await send('GET', '/v2/instance?instanceIds=i-none')).status).toBe(404);
    });
  });

  test.each([
    ['none', []],
    ['101', Array.from({ length: 101 }, (_each, index) => `i-${index}`)],
    ['numbers', [1]]
  ])('refused: %s', async (_name, instanceIds) => {
    await withBench({}, async ({ send }) => {
      expect((await send('POST', path, { instanceIds })).status).toBe(400);
    });
  });

  test('100 are not too many', async () => {
    await withBench({}, async ({ send }) => {
      const instanceIds = Array.from({ length: 100 }, (_each, index) => `i-${index}`);
      expect((await send('POST', path, { instanceIds })).json.instances).toEqual([]);
    });
  });
});

test('lists without tags, where listTags says so', async () => {
  await withBench({ behaviour: { listTags: false } }, async ({ send }) => {
    expect((await send('GET', '/v2/instance')).json.instances[0]).not.toHaveProperty('tags');
    expect((await send('GET', '/v2/instance/i-demo0001')).json.instance).toHaveProperty('tags');
  });
});
