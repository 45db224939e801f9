import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readWorld } from '../../../emulator/world/read-world.ts';
import { type ListKey, withBench } from '../client.ts';

const ajv = new Ajv2020({ strict: true, allErrors: true });
const schemaFile = new URL('../../../emulator/world/world.schema.json', import.meta.url);
const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')) as Record<string, unknown>);

/** Puts the answers of the list calls together, as a person would with those of a real account. */
async function worldOfLists(): Promise<Record<string, unknown>> {
  const file: Record<string, unknown> = {};
  await withBench({}, async ({ send }) => {
    const get = async (target: string, key: ListKey) => (await send('GET', target)).json[key];
    for (const kind of ['instance', 'image', 'volume', 'snapshot'] as const) {
      file[`${kind}s`] = await get(`/v2/${kind}`, `${kind}s`);
    }
    const blbs = await get('/v1/blb', 'blbList');
    for (const blb of blbs) {
      const backendServerList = await get(`/v1/blb/${blb.blbId}/backendserver`, 'backendServerList');
      Object.assign(blb, { backendServerList });
    }
    const appBlbs = await get('/v1/appblb', 'blbList');
    for (const blb of appBlbs) {
      const appServerGroupList = await get(`/v1/appblb/${blb.blbId}/appservergroup`, 'appServerGroupList');
      Object.assign(blb, { appServerGroupList });
      for (const group of appServerGroupList) {
        const target = `/v1/appblb/${blb.blbId}/blbrs?sgId=${group.id}`;
        Object.assign(group, { backendServerList: await get(target, 'backendServerList') });
      }
    }
    Object.assign(file, { blbList: blbs, appBlbList: appBlbs, keypairs: ['k-demo0001'] });
  });
  return file;
}

test('the replies of the list calls make the same world again', async () => {
  const file = await worldOfLists();
  expect(validate(JSON.parse(JSON.stringify(file)))).toBe(true);
  await withBench({ world: readWorld(file) }, async ({ send, rebuild, emulator }) => {
    const again = (await send('GET', '/v2/instance')).json.instances;
    expect(again).toEqual(file['instances']);
    expect((await send('GET', '/v2/volume')).json.volumes).toEqual(
      expect.arrayContaining(file['volumes'] as unknown[])
    );
    expect(emulator.weights()).toHaveLength(4);
    expect((await rebuild('i-demo0001')).status).toBe(200);
  });
});

test.each([
  [[], 'the world: must be of the type object'],
  [{ instances: [] }, 'images is missing'],
  [{ instances: [{}], images: [] }, 'instances[0]: id is missing'],
  [
    { instances: [{ id: 'i-1', cpuCount: '2' }], images: [] },
    'instances[0].cpuCount: must be of the type integer'
  ],
  [{ instances: [{ id: '' }], images: [] }, 'instances[0].id: must not be empty'],
  [{ instances: [], images: [], machines: [] }, 'machines: is unknown'],
  [
    { instances: [], images: [{ id: 'm', osType: 'dos' }] },
    'images[0].osType: must be one of linux, windows'
  ],
  [
    {
      instances: [],
      images: [],
      blbList: [{ blbId: 'lb', backendServerList: [{ instanceId: 'i', weight: 101 }] }]
    },
    'blbList[0].backendServerList[0].weight: must be 0 to 100'
  ]
])('refused, as another reader of the schema does: %j', (file, message) => {
  expect(() => readWorld(file)).toThrow(message);
  expect(validate(file)).toBe(false);
});

test('null counts as absent, and unknown properties of a resource are ignored', () => {
  const { instances } = readWorld({ instances: [{ id: 'i-1', publicIp: null, gpuCard: 'x' }], images: [] });
  expect(instances).toEqual([{ id: 'i-1' }]);
});
