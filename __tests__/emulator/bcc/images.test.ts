import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../../emulator/faults/faults.ts';
import { withBench } from '../client.ts';

const create = '/v2/image?clientToken=t-1';

test('images are listed by part of a name and by type', async () => {
  await withBench({}, async ({ send }) => {
    const ids = async (query: string) =>
      (await send('GET', `/v2/image?${query}`)).json.images.map((image) => image.id);
    expect(await ids('')).toHaveLength(4);
    expect(await ids('imageName=web')).toEqual(['m-web-1', 'm-web-2']);
    expect(await ids('imageType=System')).toEqual(['m-ubuntu22', 'm-win2022']);
    expect(await ids('imageType=Custom&imageName=2')).toEqual(['m-web-2']);
    expect((await send('GET', '/v2/image?maxKeys=3')).json).toMatchObject({
      isTruncated: true,
      nextMarker: 'm-win2022'
    });
    const { image } = (await send('GET', '/v2/image/m-web-2')).json;
    expect(image).toMatchObject({
      name: 'web-2',
      type: 'Custom',
      status: 'Available',
      osType: 'linux',
      minDiskGb: 20
    });
    expect(image).not.toHaveProperty('tags');
    expect(image).not.toHaveProperty('shared');
  });
});

test('images carry tags, where imagesCarryTags says so', async () => {
  await withBench({ behaviour: { imagesCarryTags: true } }, async ({ send }) => {
    expect((await send('GET', '/v2/image/m-web-2')).json.image.tags).toEqual([]);
  });
});

describe('creating an image', () => {
  test('goes from Creating to Available, and the instance shows it', async () => {
    await withBench({}, async ({ send, clock, emulator }) => {
      const { json } = await send('POST', create, { imageName: 'backup-1', instanceId: 'i-demo0001' });
      const image = async () => (await send('GET', `/v2/image/${json.imageId}`)).json.image;
      expect(await image()).toMatchObject({
        name: 'backup-1',
        type: 'Custom',
        status: 'Creating',
        minDiskGb: 40
      });
      expect(emulator.instance('i-demo0001').status).toBe('ImageProcessing');
      expect((await send('DELETE', `/v2/image/${json.imageId}`)).json.code).toBe(
        'Image.CreatingImageCannotBeDeleted'
      );
      const again = await send('POST', '/v2/image?clientToken=t-2', {
        imageName: 'b',
        instanceId: 'i-demo0001'
      });
      expect(again).toMatchObject({ status: 409, json: { code: 'Image.InstanceStatusForbidden' } });
      clock.advance(120_000);
      expect(await image()).toMatchObject({ status: 'Available' });
      expect(emulator.instance('i-demo0001').status).toBe('Running');
      expect((await send('DELETE', `/v2/image/${json.imageId}`)).status).toBe(200);
      expect((await send('GET', `/v2/image/${json.imageId}`)).status).toBe(404);
    });
  });

  test('once for one clientToken', async () => {
    await withBench({}, async ({ send }) => {
      const body = { imageName: 'backup-1', instanceId: 'i-demo0001' };
      const first = await send('POST', create, body);
      const second = await send('POST', create, body);
      expect(second.json).toEqual(first.json);
      const other = await send('POST', create, { ...body, imageName: 'backup-2' });
      expect(other).toMatchObject({ status: 403, json: { code: 'IdempotentParameterMismatch' } });
    });
  });

  test('of a snapshot, without the instance showing it', async () => {
    await withBench({}, async ({ send, emulator }) => {
      expect((await send('POST', create, { imageName: 'b', snapshotId: 's-demo0001' })).status).toBe(200);
      expect(emulator.instance('i-demo0001').status).toBe('Running');
    });
  });

  test('switches: clientTokenOnImage, imageMs, imageShowsProcessing', async () => {
    const behaviour = { clientTokenOnImage: 'required', imageMs: 5000, imageShowsProcessing: false } as const;
    await withBench({ behaviour }, async ({ send, clock, emulator }) => {
      const body = { imageName: 'b', instanceId: 'i-demo0001' };
      expect((await send('POST', '/v2/image', body)).status).toBe(400);
      const { json } = await send('POST', create, body);
      expect(emulator.instance('i-demo0001').status).toBe('Running');
      clock.advance(5000);
      expect((await send('GET', `/v2/image/${json.imageId}`)).json.image.status).toBe('Available');
    });
  });

  test.each([
    ['no name', { instanceId: 'i-demo0001' }, 400, 'BadRequest'],
    [
      'a name that begins with a digit',
      { imageName: '1b', instanceId: 'i-demo0001' },
      400,
      'Image.ImageNameInvalid'
    ],
    [
      'a name too long',
      { imageName: 'b'.repeat(66), instanceId: 'i-demo0001' },
      400,
      'Image.ImageNameInvalid'
    ],
    ['no source', { imageName: 'b' }, 400, 'BadRequest'],
    ['an unknown instance', { imageName: 'b', instanceId: 'i-none' }, 404, 'NoSuchObject'],
    ['an unknown snapshot', { imageName: 'b', snapshotId: 's-none' }, 404, 'NoSuchObject']
  ])('refused: %s', async (_name, body, status, code) => {
    await withBench({}, async ({ send }) => {
      expect(await send('POST', create, body)).toMatchObject({ status, json: { code } });
    });
  });

  test('refused: the twenty-first', async () => {
    const images = Array.from({ length: 20 }, (_each, index) => ({ id: `m-${index}` }));
    await withBench({ world: { images } }, async ({ send }) => {
      const reply = await send('POST', create, { imageName: 'b', instanceId: 'i-demo0001' });
      expect(reply).toMatchObject({ status: 413, json: { code: 'Image.ImageQuotaExceedLimit' } });
    });
  });

  test.each<[string, Fault['play'], string]>([
    ['stays', { kind: 'imageStuck' }, 'Creating'],
    ['fails, as the pages spell it', { kind: 'imageEndsIn', status: 'CreatedFailed' }, 'CreatedFailed'],
    ['fails, as the SDK spells it', { kind: 'imageEndsIn', status: 'CreateFailed' }, 'CreateFailed']
  ])('a fault: it %s', async (_name, play, status) => {
    await withBench({ faults: [{ on: 'CreateImage', play }] }, async ({ send, clock }) => {
      const { json } = await send('POST', create, { imageName: 'b', instanceId: 'i-demo0001' });
      clock.advance(86_400_000);
      expect((await send('GET', `/v2/image/${json.imageId}`)).json.image.status).toBe(status);
    });
  });
});

test('images that cannot be deleted', async () => {
  const images = [{ id: 'm-web-1' }, { id: 'm-shared', shared: true }, { id: 'm-public', type: 'System' }];
  await withBench({ world: { images } }, async ({ send }) => {
    expect((await send('DELETE', '/v2/image/m-none')).status).toBe(404);
    expect((await send('DELETE', '/v2/image/m-shared')).json.code).toBe('Image.ImageHasBeenSharedToOthers');
    const forbidden = await send('DELETE', '/v2/image/m-public');
    expect(forbidden).toMatchObject({ status: 403, json: { code: 'Image.UnCustomImageCannotBeDeleted' } });
  });
});
