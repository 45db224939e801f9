import { describe, expect, test } from '@jest/globals';
import { versionsOf } from '../../../emulator/http/operation.ts';
import { operations } from '../../../emulator/http/operations.ts';
import { withBench } from '../client.ts';

test.each([
  ['GET', '/v2/instance/noCharge', 'ListInstanceNoCharge'],
  ['GET', '/v2/volume/cluster', 'VolumeCluster'],
  ['POST', '/v2/instance/i-demo0001', 'ReleaseInstanceByPost'],
  ['PUT', '/v2/instance/i-demo0001?changeHostname', 'ModifyInstanceHostname'],
  ['PUT', '/v2/volume/v-data0001?rollback', 'RollbackVolume'],
  ['GET', '/v2/instance/batchAction', 'GET /instance/batchAction'],
  ['PUT', '/v2/instance/batchAction?reboot', 'PUT /instance/batchAction'],
  ['DELETE', '/v2/image/rename', 'DELETE /image/rename'],
  ['GET', '/v2/instance/rebuild', 'GET /instance/rebuild']
])('%s %s is refused as not emulated, and not taken for an ID', async (method, target, name) => {
  await withBench({}, async ({ send, emulator }) => {
    const { status, json } = await send(method, target);
    expect({ status, code: json.code }).toEqual({ status: 501, code: 'NotEmulated' });
    const [, said] = /operation (.*)\.$/.exec(json.message) ?? [];
    expect(said?.toLowerCase()).toContain(name.toLowerCase().replace('listinstance', ''));
    expect(emulator.calls).toMatchObject([{ message: json.message, workTaken: false }]);
  });
});

test('no operation that is emulated is hidden by one that is not', async () => {
  await withBench({}, async ({ send, emulator }) => {
    for (const { method, service, path, action } of operations) {
      const target = `/v${versionsOf[service].at(-1)}${path.replace('{id}', 'x-1')}${action === undefined ? '' : `?${action}`}`;
      await send(method, target);
    }
    expect(emulator.calls.map(({ operation }) => operation)).toEqual(operations.map(({ name }) => name));
  });
});

describe('emulated fixed paths next to IDs', () => {
  test('zones, flavours, and images by spec', async () => {
    await withBench({}, async ({ send }) => {
      expect((await send('GET', '/v2/zone')).json).toEqual({ zones: [{ zoneName: 'cn-bj-d' }] });
      expect((await send('GET', '/v1/instance/flavorZones?spec=bcc.g5.c2m8')).json.zoneNames).toEqual([
        'cn-bj-d'
      ]);
      expect((await send('GET', '/v2/instance/flavorZones?spec=bcc.none')).json.zoneNames).toEqual([]);
      const { json } = await send('GET', '/v2/instance/flavorSpec');
      expect(json.zoneResources[0].bccResources.flavorGroups[0].flavors).toMatchObject([
        { spec: 'bcc.g5.c2m8', cpuCount: 2, memoryCapacityInGB: 8 }
      ]);
      const path = '/v2/image/getAvailableImagesBySpec';
      expect((await send('GET', `${path}?spec=bcc.g5.c2m8&osName=Ubuntu`)).json).toMatchObject({
        maxKeys: 10,
        images: [{ imageId: 'm-ubuntu22', minSizeInGiB: 20 }]
      });
      expect((await send('GET', path)).json.code).toBe('BadRequest');
      expect((await send('GET', `${path}?spec=x&maxKeys=101`)).json.code).toBe('BadRequest');
    });
  });
});
