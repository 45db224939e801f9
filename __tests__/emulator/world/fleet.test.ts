import { describe, expect, test } from '@jest/globals';
import { fleetWorld } from '../../../emulator/world/fleet.ts';
import { type Bench, type ListKey, withBench } from '../client.ts';

const COUNT = 1000;
const ids = Array.from({ length: COUNT }, (_each, index) => `i-fleet${String(index + 1).padStart(5, '0')}`);

/** All things of a paged list. */
async function all({ send }: Bench, target: string, key: ListKey): Promise<{ readonly id: string }[]> {
  const found: { readonly id: string }[] = [];
  for (let marker = ''; ; ) {
    const { json } = await send('GET', `${target}${marker === '' ? '' : `&marker=${marker}`}`);
    found.push(...json[key]);
    if (json.isTruncated !== true) return found;
    marker = json.nextMarker;
  }
}

describe('fleetWorld', () => {
  test('adds to the default world', async () => {
    await withBench({ world: fleetWorld(3) }, async ({ emulator, send }) => {
      expect(emulator.instance('i-demo0001').volumes).toHaveLength(2);
      expect(emulator.instance('i-fleet00003')).toMatchObject({
        status: 'Running',
        imageId: 'm-web-1',
        internalIp: '10.0.0.3',
        tags: [
          { tagKey: 'app', tagValue: 'web' },
          { tagKey: 'fleet', tagValue: 'demo' }
        ],
        systemVolume: { id: 'v-sys-fleet00003' }
      });
      expect(emulator.weights().filter(({ blbId }) => blbId === 'lb-demo0001')).toMatchObject([
        { instanceId: 'i-demo0001', weight: 100 },
        { instanceId: 'i-demo0002', weight: 50 },
        { instanceId: 'i-fleet00001', weight: 100 },
        { instanceId: 'i-fleet00002', weight: 100 },
        { instanceId: 'i-fleet00003', weight: 100 }
      ]);
      expect((await send('GET', '/v1/appblb/lb-demo0002')).status).toBe(200);
    });
  });

  test('no two have one address', () => {
    const addresses = fleetWorld(COUNT).instances?.map(({ internalIp }) => internalIp);
    expect(new Set(addresses).size).toBe(COUNT + 2);
  });
});

describe('lists of a thousand', () => {
  test('by tags, with OR across them, in small pages', async () => {
    await withBench({ world: fleetWorld(25) }, async (bench) => {
      bench.emulator.setInstance('i-demo0002', { tags: [{ tagKey: 'other', tagValue: 'x' }] });
      const found = await all(
        bench,
        '/v2/instance?maxKeys=10&tags=fleet:demo,other:x,none:none',
        'instances'
      );
      expect(found.map(({ id }) => id)).toEqual(['i-demo0002', ...ids.slice(0, 25)]);
      expect(bench.emulator.calls).toHaveLength(3);
    });
  });

  test('system disks of all, each with its instance', async () => {
    await withBench({ world: fleetWorld(COUNT) }, async (bench) => {
      const disks = await all(bench, '/v2/volume?usageFilter=system', 'volumes');
      expect(bench.emulator.calls).toHaveLength(2);
      const holders = disks.map(
        (disk) => (disk as unknown as { attachments: [{ instanceId: string }] }).attachments
      );
      expect(holders.map(([{ instanceId }]) => instanceId)).toEqual(['i-demo0001', 'i-demo0002', ...ids]);
    });
  });

  test('members of a balancer', async () => {
    await withBench({ world: fleetWorld(COUNT) }, async (bench) => {
      const members = await all(bench, '/v1/blb/lb-demo0001/backendserver?maxKeys=400', 'backendServerList');
      expect(members).toHaveLength(COUNT + 2);
      expect(bench.emulator.calls).toHaveLength(3);
    });
  });

  test('by ids, a hundred at a time', async () => {
    await withBench({ world: fleetWorld(COUNT) }, async ({ send }) => {
      const instanceIds = ids.slice(-100);
      const { json } = await send('POST', '/v2/instance/listByInstanceId', { instanceIds });
      expect(json.instances).toHaveLength(100);
    });
  });
});

test('a write costs no more in a fleet of a thousand', async () => {
  await withBench({ world: fleetWorld(COUNT) }, async ({ send, rebuild, clock, emulator }) => {
    const rebuilt = ids.filter((_id, index) => index % 20 === 19);
    const before = process.cpuUsage();
    for (const instanceId of rebuilt) {
      const body = { backendServerList: [{ instanceId, weight: 0 }] };
      await send('PUT', '/v1/blb/lb-demo0001/backendserver?update', body);
      await rebuild(instanceId);
    }
    const { user, system } = process.cpuUsage(before);
    // An eighth of a second where a write touches only what it changes; the bound leaves room for slow machines.
    expect((user + system) / 1000).toBeLessThan(750);
    expect(emulator.rebuilds).toHaveLength(rebuilt.length);
    expect(emulator.weightChanges).toHaveLength(rebuilt.length);
    clock.advance(187_000);
    expect(emulator.instance('i-fleet01000')).toMatchObject({ status: 'Running', imageId: 'm-web-2' });
  });
});
