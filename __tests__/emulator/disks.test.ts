import { expect, test } from '@jest/globals';
import { withBench } from './client.ts';

test('volumes of an instance, with the fields of the SDK for Go', async () => {
  await withBench({}, async ({ send }) => {
    const { json } = await send('GET', '/v2/volume?instanceId=i-demo0001');
    expect(json.volumes).toHaveLength(2);
    expect(json.volumes.find((volume: { isSystemVolume: boolean }) => volume.isSystemVolume)).toMatchObject({
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
