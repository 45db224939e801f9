import { describe, expect, test } from '@jest/globals';
import type { WirePlay } from '../../../emulator/faults/faults.ts';
import { CancelledError } from '../../../src/core/model/failure.ts';
import { type Emulated, errorOf, everythingOf, never, withEmulator } from '../emulated.ts';
import { hasty } from '../wire.ts';

const order = { imageName: 'before-1', instanceId: 'i-demo0001', clientToken: '0-0-0-0-1' } as const;
const shortWrites = () => ({ transport: hasty({ write: 80 }) });

/** How the answer to a write that was carried out may be lost. */
const losses: readonly WirePlay[] = [
  { kind: 'reset', when: 'after' },
  { kind: 'hang', when: 'after' },
  { kind: 'error', status: 500, code: 'InternalError', when: 'after' },
  { kind: 'error', status: 504, code: '', when: 'after' }
];

/** The same, but with a good status line. */
const spoilt: readonly WirePlay[] = [{ kind: 'cutBody' }, { kind: 'emptyBody' }, { kind: 'garbage' }];

async function namesOf({ bcc }: Emulated): Promise<readonly string[]> {
  const images = await bcc.listImages({ imageType: 'Custom' }, never);
  return images.map(({ name }) => name);
}

describe('a list of images', () => {
  test('follows all pages', async () => {
    const images = Array.from({ length: 2_001 }, (_, index) => ({ id: `m-${index}`, name: `n ${index}&` }));
    await withEmulator({ world: { images, instances: [] } }, async ({ bcc, emulator }) => {
      const found = await bcc.listImages({}, never);
      expect(found.map(({ id }) => id)).toEqual(images.map(({ id }) => id));
      expect(emulator.calls.map(({ query }) => query)).toEqual([
        {},
        { marker: 'm-1000' },
        { marker: 'm-2000' }
      ]);
      const some = await bcc.listImages({ imageType: 'Custom', imageName: ' 19' }, never);
      expect(some.length).toBe(111);
      const ends = await bcc.listImages({ imageName: '0&' }, never);
      expect(ends.length).toBe(201);
    });
  });

  test('filters by type and by a part of the name, and by nothing that is empty', async () => {
    await withEmulator({}, async ({ bcc, emulator }) => {
      const idsOf = async (filter: Parameters<typeof bcc.listImages>[0]) =>
        (await bcc.listImages(filter, never)).map(({ id }) => id);
      expect(await idsOf({ imageType: 'System' })).toEqual(['m-ubuntu22', 'm-win2022']);
      expect(await idsOf({ imageName: 'web' })).toEqual(['m-web-1', 'm-web-2']);
      expect(await idsOf({ imageType: '', imageName: '' })).toHaveLength(4);
      expect(emulator.calls.at(-1)?.query).toEqual({});
      expect(await idsOf({ imageName: '镜像 (!)' })).toEqual([]);
    });
  });

  test('is a read, which is repeated, but not forever', async () => {
    await withEmulator(
      { faults: [{ on: 'ListImages', times: 6, play: { kind: 'reset', when: 'before' } }] },
      async ({ bcc }) => {
        expect((await errorOf(bcc.listImages({}, never))).failure).toMatchObject({
          kind: 'transient',
          operation: 'ListImages',
          target: '',
          attempts: 5
        });
        expect(await bcc.listImages({}, never)).toHaveLength(4);
      }
    );
  });
});

describe('the creation of an image', () => {
  test('sends the order and gives the id', async () => {
    await withEmulator({ behaviour: { clientTokenOnImage: 'required' } }, async ({ bcc, emulator }) => {
      const { imageId } = await bcc.createImage(order, never);
      expect(emulator.calls).toMatchObject([
        {
          method: 'POST',
          path: '/v2/image',
          query: { clientToken: '0-0-0-0-1' },
          body: { imageName: 'before-1', instanceId: 'i-demo0001' }
        }
      ]);
      expect(await bcc.getImage(imageId, never)).toMatchObject({ name: 'before-1', status: 'Creating' });
    });
  });

  test.each([...losses, ...spoilt])('creates one although its answer is lost twice: %j', async (play) => {
    await withEmulator(
      { faults: [{ on: 'CreateImage', times: 2, play }] },
      async (emulated) => {
        const { bcc, emulator } = emulated;
        const { imageId } = await bcc.createImage(order, never);
        expect(emulator.calls.map(({ query }) => query['clientToken'])).toEqual(Array(3).fill('0-0-0-0-1'));
        const signatures = emulator.calls.map(({ headers }) => headers['authorization']);
        expect(new Set(signatures).size).toBeGreaterThan(1);
        expect(await namesOf(emulated)).toEqual(['web-1', 'web-2', 'before-1']);
        expect((await bcc.getImage(imageId, never)).name).toBe('before-1');
      },
      shortWrites()
    );
  });

  test.each(losses)('is in doubt when no answer comes at all: %j', async (play) => {
    await withEmulator(
      { faults: [{ on: 'CreateImage', times: 5, play }] },
      async (emulated) => {
        const { failure } = await errorOf(emulated.bcc.createImage(order, never));
        expect(failure).toMatchObject({ kind: 'ambiguous', target: 'i-demo0001', attempts: 5 });
        // A caller that comes back with the same token still gets the one image.
        await emulated.bcc.createImage(order, never);
        expect(await namesOf(emulated)).toEqual(['web-1', 'web-2', 'before-1']);
      },
      shortWrites()
    );
  });

  test.each(spoilt)('is malformed when no id comes at all: %j', async (play) => {
    await withEmulator({ faults: [{ on: 'CreateImage', times: 5, play }] }, async ({ bcc }) => {
      const { failure } = await errorOf(bcc.createImage(order, never));
      expect(failure).toMatchObject({ kind: 'malformed', httpStatus: 200, attempts: 5 });
    });
  });

  test('stays in doubt when the second answer is a refusal', async () => {
    const faults = [
      { on: 'CreateImage', play: { kind: 'reset', when: 'after' } },
      { on: 'CreateImage', play: { kind: 'accessDenied' } }
    ] as const;
    await withEmulator({ faults }, async ({ bcc }) => {
      const { failure } = await errorOf(bcc.createImage(order, never));
      expect(failure).toMatchObject({
        kind: 'ambiguous',
        httpStatus: 403,
        code: 'AccessDenied',
        attempts: 2
      });
    });
  });

  test('is refused beyond the quota, for another order under a token, and for a bad name', async () => {
    const images = Array.from({ length: 19 }, (_, index) => ({ id: `m-${index}` }));
    await withEmulator({ world: { images } }, async ({ bcc, emulator }) => {
      await bcc.createImage(order, never);
      const full = { ...order, instanceId: 'i-demo0002', clientToken: '0-0-0-0-2' } as const;
      expect((await errorOf(bcc.createImage(full, never))).failure).toMatchObject({
        kind: 'invalid',
        httpStatus: 413,
        code: 'Image.ImageQuotaExceedLimit',
        attempts: 1
      });
      expect((await errorOf(bcc.createImage({ ...order, imageName: 'other' }, never))).failure).toMatchObject(
        {
          kind: 'invalid',
          code: 'IdempotentParameterMismatch'
        }
      );
      expect((await errorOf(bcc.createImage({ ...full, imageName: '1' }, never))).failure).toMatchObject({
        kind: 'invalid',
        code: 'Image.ImageNameInvalid'
      });
      expect(emulator.calls).toHaveLength(4);
    });
  });

  test('is a conflict while the instance is changing, and not found without one', async () => {
    await withEmulator({}, async ({ bcc, emulator }) => {
      emulator.setInstance('i-demo0001', { status: 'Starting' });
      expect((await errorOf(bcc.createImage(order, never))).failure).toMatchObject({
        kind: 'conflict',
        httpStatus: 409,
        code: 'Image.InstanceStatusForbidden',
        attempts: 1
      });
      const stray = bcc.createImage({ ...order, instanceId: 'i-none' }, never);
      expect((await errorOf(stray)).failure).toMatchObject({ kind: 'notFound', attempts: 1 });
    });
  });

  test('is never sent without an instance', async () => {
    await withEmulator({}, async ({ bcc, emulator }) => {
      const { failure } = await errorOf(bcc.createImage({ ...order, instanceId: '' }, never));
      expect(failure).toMatchObject({ kind: 'invalid', operation: 'CreateImage', attempts: 0 });
      expect(emulator.calls).toEqual([]);
    });
  });
});

describe('the deletion of an image', () => {
  test('happens once; the second is not found', async () => {
    await withEmulator({}, async ({ bcc, emulator }) => {
      expect(await bcc.deleteImage('m-web-2', never)).toBeUndefined();
      expect(emulator.calls).toMatchObject([{ method: 'DELETE', path: '/v2/image/m-web-2', query: {} }]);
      expect((await errorOf(bcc.deleteImage('m-web-2', never))).failure).toMatchObject({
        kind: 'notFound',
        operation: 'DeleteImage',
        target: 'm-web-2',
        httpStatus: 404,
        attempts: 1
      });
    });
  });

  test.each(losses)('has happened when the image is gone after a lost answer: %j', async (play) => {
    await withEmulator(
      { faults: [{ on: 'DeleteImage', play }] },
      async (emulated) => {
        await emulated.bcc.deleteImage('m-web-2', never);
        expect(emulated.emulator.calls.at(-1)).toMatchObject({ status: 404 });
        expect(await namesOf(emulated)).toEqual(['web-1']);
      },
      shortWrites()
    );
  });

  test.each(spoilt)('needs no more than a good status line: %j', async (play) => {
    await withEmulator({ faults: [{ on: 'DeleteImage', play }] }, async (emulated) => {
      await emulated.bcc.deleteImage('m-web-2', never);
      expect(emulated.emulator.calls).toHaveLength(1);
      expect(await namesOf(emulated)).toEqual(['web-1']);
    });
  });

  test('is not found after a refusal that says that nothing was done', async () => {
    await withEmulator(
      { faults: [{ on: 'DeleteImage', times: 2, play: { kind: 'throttle' } }] },
      async ({ bcc }) => {
        const { failure } = await errorOf(bcc.deleteImage('m-none', never));
        expect(failure).toMatchObject({ kind: 'notFound', attempts: 3 });
      }
    );
  });

  test('is refused for what is no custom image, is being made, or is shared', async () => {
    const images = [
      { id: 'm-web-1' },
      { id: 'm-system', type: 'System' },
      { id: 'm-creating', status: 'Creating' },
      { id: 'm-shared', shared: true }
    ];
    await withEmulator({ world: { images } }, async ({ bcc, emulator }) => {
      for (const [id, kind, code] of [
        ['m-system', 'invalid', 'Image.UnCustomImageCannotBeDeleted'],
        ['m-creating', 'conflict', 'Image.CreatingImageCannotBeDeleted'],
        ['m-shared', 'conflict', 'Image.ImageHasBeenSharedToOthers']
      ] as const) {
        const { failure } = await errorOf(bcc.deleteImage(id, never));
        expect(failure).toMatchObject({ kind, code, attempts: 1 });
      }
      expect((await errorOf(bcc.deleteImage('..', never))).failure).toMatchObject({ attempts: 0 });
      expect(emulator.calls).toHaveLength(3);
    });
  });
});

test('a cancel ends each call as cancelled, and sends nothing after it', async () => {
  // The cancel comes as soon as the service has the call, however busy the machine is.
  let onCall = (): void => undefined;
  await withEmulator(
    { faults: [{ on: '*', times: 9, play: { kind: 'hang' } }], onCall: () => onCall() },
    async ({ bcc, emulator }) => {
      for (const call of [
        (signal: AbortSignal) => bcc.listImages({}, signal),
        (signal: AbortSignal) => bcc.createImage(order, signal),
        (signal: AbortSignal) => bcc.deleteImage('m-web-2', signal),
        (signal: AbortSignal) => bcc.getUserData('i-demo0001', signal)
      ]) {
        await expect(call(AbortSignal.abort())).rejects.toBeInstanceOf(CancelledError);
        const before = emulator.calls.length;
        const cancel = new AbortController();
        onCall = () => cancel.abort();
        const error = await call(cancel.signal).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(CancelledError);
        expect(emulator.calls.length).toBe(before + 1);
      }
    }
  );
});

test('no secret gets into errors or debug lines', async () => {
  const credentials = {
    accessKeyId: 'akvector00000000000000000EXAMPLE',
    secretAccessKey: 'skvector0123456789abcdef0EXAMPLE',
    sessionToken: 'session-token-secret'
  };
  const message = `you sent ${credentials.secretAccessKey} ${credentials.sessionToken}`;
  const play = { kind: 'error', status: 500, code: 'InternalError', message, when: 'before' } as const;
  await withEmulator(
    { credentials, faults: [{ on: '*', times: 99, play }] },
    async ({ bcc, lines, masked }) => {
      const calls = [
        bcc.listImages({ imageName: 'web' }, never),
        bcc.createImage(order, never),
        bcc.deleteImage('m-web-2', never),
        bcc.getUserData('i-demo0001', never)
      ];
      const errors = await Promise.all(calls.map(errorOf));
      const shown = [...lines, ...errors.map(everythingOf)].join('\n');
      expect(lines.length).toBe(20);
      expect(shown).toContain('you sent *** ***');
      for (const secret of [...masked, credentials.secretAccessKey, credentials.sessionToken]) {
        expect(shown).not.toContain(secret);
      }
    }
  );
});
