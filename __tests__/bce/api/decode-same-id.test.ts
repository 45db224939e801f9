import { describe, expect, test } from '@jest/globals';
import { getImage } from '../../../src/bce/api/images.ts';
import { getInstance, listInstances, listVolumes } from '../../../src/bce/api/instances.ts';
import { DecodeError } from '../../../src/bce/api/json-fields.ts';

const instance = (id: string) => ({ id, status: 'Running', imageId: 'm-1' });
const volume = (instanceId: string) => ({
  id: 'v-1',
  createTime: '2026-01-01T00:00:00Z',
  isSystemVolume: true,
  diskSizeInGB: 40,
  snapshotNum: '0',
  status: 'InUse',
  attachments: [{ instanceId }]
});

describe('a reply about another one than was asked for cannot be understood', () => {
  test.each([
    ['GetInstance', () => getInstance('i-1').decode({ instance: instance('i-2') }, '')],
    ['ListInstanceByIds', () => listInstances(['i-1', 'i-3']).decode({ instances: [instance('i-2')] }, '')],
    ['GetImage', () => getImage('m-1').decode({ image: { id: 'm-2', status: 'Available' } }, '')],
    ['ListVolumes', () => listVolumes('i-1').decode({ volumes: [volume('i-2')] }, '')]
  ])('%s', (_, decode) => {
    expect(decode).toThrow(DecodeError);
    expect(decode).toThrow(/another/);
  });

  test('the right one is taken', () => {
    expect(getInstance('i-1').decode({ instance: instance('i-1') }, '').id).toBe('i-1');
    expect(listVolumes('i-1').decode({ volumes: [volume('i-1')] }, '').items).toHaveLength(1);
  });
});
