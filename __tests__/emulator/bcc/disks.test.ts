import { expect, test } from '@jest/globals';
import { withBench } from '../client.ts';

test('volumes of an instance, with the fields of the SDK for Go', async () => {
  await withBench({}, async ({ send }) => {
    const { json } = await send('GET', '/v2/volume?instanceId=i-demo0001');
    expect(json.volumes).toHaveLength(2);
    expect(json.volumes.find((volume) => volume.isSystemVolume)).toMatchObject({
      id: 'v-sys-demo0001',
      status: 'InUse',
      type: 'System',
      diskSizeInGB: 40,
      snapshotNum: '1',
      createTime: '2026-01-10T08:00:00Z',
      attachments: [{ volumeId: 'v-sys-demo0001', instanceId: 'i-demo0001', device: '/dev/vda' }]
    });
    const paged = await send('GET', '/v2/volume?maxKeys=1');
    expect(paged.json).toMatchObject({ isTruncated: true, nextMarker: expect.any(String) });
    expect((await send('GET', '/v2/volume?name=data-1')).json.volumes).toMatchObject([{ id: 'v-data0001' }]);
    expect((await send('GET', '/v2/volume/v-data0001')).json.volume.isSystemVolume).toBe(false);
  });
});

test('all volumes by what they are used for', async () => {
  await withBench({ strict: true }, async ({ send }) => {
    const list = async (query: string) =>
      (await send('GET', `/v2/volume?${query}`)).json.volumes.map((volume) => [
        volume.id,
        volume.attachments[0].instanceId
      ]);
    const system = [
      ['v-sys-demo0001', 'i-demo0001'],
      ['v-sys-demo0002', 'i-demo0002']
    ];
    expect(await list('usageFilter=system')).toEqual(system);
    expect(await list('usageFilter=data')).toEqual([['v-data0001', 'i-demo0001']]);
    expect(await list('usageFilter=system&instanceId=i-demo0002')).toEqual(system.slice(1));
    expect(await list('usageFilter=system&maxKeys=1&marker=v-sys-demo0002')).toEqual(system.slice(1));
    expect((await send('GET', '/v2/volume?usageFilter=both')).status).toBe(400);
  });
});

test('the disks of an instance are still its own after a rebuild has put a new one there', async () => {
  await withBench({}, async ({ send, rebuild, clock, emulator }) => {
    await rebuild('i-demo0001');
    clock.advance(187_000);
    const id = emulator.instance('i-demo0001').systemVolume?.id;
    expect(id).not.toBe('v-sys-demo0001');
    for (const query of ['usageFilter=system', 'usageFilter=system&instanceId=i-demo0001']) {
      const { volumes } = (await send('GET', `/v2/volume?${query}`)).json;
      expect(volumes).toContainEqual(expect.objectContaining({ id, volumeId: id }));
      expect(volumes).not.toContainEqual(expect.objectContaining({ id: 'v-sys-demo0001' }));
    }
    expect((await send('GET', `/v2/volume/${id}`)).status).toBe(200);
    expect((await send('GET', '/v2/volume/v-sys-demo0001')).status).toBe(404);
  });
});

test('all snapshots, each with its volume, in pages', async () => {
  const snapshots = ['s-1', 's-2', 's-3'].map((id, index) => ({ id, volumeId: `v-${index}` }));
  await withBench({ world: { snapshots }, strict: true }, async ({ send }) => {
    expect((await send('GET', '/v2/snapshot')).json.snapshots).toMatchObject(snapshots);
    expect((await send('GET', '/v2/snapshot?maxKeys=2')).json).toMatchObject({ nextMarker: 's-3' });
    expect((await send('GET', '/v2/snapshot?maxKeys=2&marker=s-3')).json.snapshots).toMatchObject([
      { volumeId: 'v-2' }
    ]);
  });
});

test('snapshots of a system disk, by its id or by that of its instance', async () => {
  await withBench({}, async ({ send }) => {
    for (const volumeId of ['v-sys-demo0001', 'i-demo0001']) {
      const { json } = await send('GET', `/v2/snapshot?volumeId=${volumeId}`);
      expect(json.snapshots).toMatchObject([{ id: 's-demo0001', status: 'Available', sizeInGB: 40 }]);
    }
    expect((await send('GET', '/v2/snapshot?volumeId=i-demo0002')).json.snapshots).toEqual([]);
    expect((await send('GET', '/v2/snapshot')).json.snapshots).toHaveLength(1);
  });
});
