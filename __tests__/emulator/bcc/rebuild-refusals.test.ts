import { describe, expect, test } from '@jest/globals';
import type { InstancePatch } from '../../../emulator/server.ts';
import { type Bench, withBench } from '../client.ts';

const ID = 'i-demo0001';

describe('refused', () => {
  const pass = ({ encrypt }: Bench) => ({ adminPass: encrypt('1qaz@WSX') });
  const cases: readonly [string, string, (bench: Bench) => object, number, string][] = [
    ['an unknown image', 'm-none', pass, 404, 'NoSuchObject'],
    ['no login', 'm-web-2', () => ({}), 400, 'BadRequest'],
    [
      'empty logins',
      'm-web-2',
      () => ({ adminPass: '', keypairId: '', keepImageLogin: false }),
      400,
      'BadRequest'
    ],
    ['two logins', 'm-web-2', (bench) => ({ ...pass(bench), keypairId: 'k-demo0001' }), 400, 'BadRequest'],
    [
      'keepImageLogin with a password',
      'm-web-2',
      (bench) => ({ ...pass(bench), keepImageLogin: true }),
      400,
      'BadRequest'
    ],
    ['keepImageLogin of a public image', 'm-ubuntu22', () => ({ keepImageLogin: true }), 400, 'BadRequest'],
    [
      'a key pair on Windows',
      'm-win2022',
      () => ({ keypairId: 'k-demo0001' }),
      403,
      'Keypair.UnsupportOsType'
    ],
    ['an unknown key pair', 'm-web-2', () => ({ keypairId: 'k-none' }), 404, 'Keypair.KeypairNotExist'],
    ['a password in plain text', 'm-web-2', () => ({ adminPass: '1qaz@WSX' }), 400, 'BadRequest'],
    ['a weak password', 'm-web-2', ({ encrypt }) => ({ adminPass: encrypt('password') }), 400, 'BadRequest']
  ];

  test.each(cases)('%s', async (_name, imageId, body, status, code) => {
    await withBench({ behaviour: { passwordWithKeypair: 'refused' } }, async (bench) => {
      expect(await bench.rebuild(ID, imageId, body(bench))).toMatchObject({ status, json: { code } });
      expect(bench.emulator.rebuilds).toEqual([]);
      expect(bench.emulator.instance(ID).status).toBe('Running');
      expect(bench.emulator.calls).toMatchObject([{ workTaken: false }]);
    });
  });

  test.each(cases)('refusals=badRequest: %s', async (_name, imageId, body) => {
    await withBench(
      { behaviour: { refusals: 'badRequest', passwordWithKeypair: 'refused' } },
      async (bench) => {
        const reply = await bench.rebuild(ID, imageId, body(bench));
        expect(reply).toMatchObject({ status: 400, json: { code: 'BadRequest' } });
      }
    );
  });

  test('an unknown instance, an image that is not Available, an image too large', async () => {
    const images = [
      { id: 'm-new', status: 'Creating' },
      { id: 'm-large', minDiskGb: 41 }
    ];
    await withBench({ world: { images } }, async ({ rebuild }) => {
      expect(await rebuild('i-none', 'm-large')).toMatchObject({
        status: 404,
        json: { code: 'NoSuchObject' }
      });
      expect(await rebuild(ID, 'm-new')).toMatchObject({
        status: 409,
        json: { code: 'Image.ImageStatusForbidden' }
      });
      expect(await rebuild(ID, 'm-large')).toMatchObject({ status: 400, json: { code: 'BadRequest' } });
    });
  });

  test.each<[InstancePatch, number]>([
    [{ status: 'Running' }, 200],
    [{ status: 'Stopped' }, 200],
    [{ status: 'Error' }, 200],
    [{ status: 'Starting' }, 409],
    [{ status: 'ImageProcessing' }, 409],
    [{ status: 'Expired' }, 409],
    [{ status: 'Deleted' }, 409],
    [{ status: 'Recycled' }, 409],
    [{ status: 'Stopped', ebc: true }, 409],
    [{ status: 'Running', ebc: true }, 200],
    // The flag guards the release, not a rebuild (BCC page 0kstrzyz9).
    [{ deletionProtection: 1 }, 200]
  ])('or not, by the instance: %j', async (patch, status) => {
    await withBench({}, async ({ rebuild, emulator }) => {
      emulator.setInstance(ID, patch);
      expect((await rebuild(ID)).status).toBe(status);
    });
  });
});
