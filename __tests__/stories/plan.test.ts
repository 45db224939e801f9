import { describe, expect, test } from '@jest/globals';
import type { ImageState, InstanceState, WorldSpec } from '../../emulator/world/models.ts';
import {
  callsOf,
  demoImages,
  foreignImages,
  oneOf,
  tcpCheck,
  textOf,
  web,
  writesOf
} from '../support/stage.ts';
import { type TestRequest, type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

const password = 'Abcdef1!xyz';

/** Runs and gives back what was refused of the first instance; nothing may have been written. */
async function refusedOf(world: VirtualWorld, request: TestRequest = {}): Promise<string> {
  const report = await world.run(request);
  expect(writesOf(world)).toEqual([]);
  expect(report).toMatchObject({ status: 'failed', changed: false });
  const one = oneOf(report);
  expect(one).toMatchObject({ status: 'failed', disk: 'untouched', failure: { reason: 'refused' } });
  expect(one.failure?.remedy).not.toBe('');
  return one.failure?.cause ?? '';
}

function worldOf(
  patch: Partial<InstanceState>,
  more: WorldSpec = {}
): { readonly emulator: { world: WorldSpec } } {
  return { emulator: { world: { instances: [web('i-demo0001', patch)], ...more } } };
}

describe('a dry run', () => {
  test('sends no write, whatever it is asked for, and says what would be', async () => {
    await withVirtualWorld({}, async (world) => {
      const report = await world.run({
        dryRun: true,
        selection: { kind: 'ids', ids: ['i-demo0001', 'i-demo0002'] },
        backup: { keep: 1 },
        rollback: true,
        health: { checks: [tcpCheck], deadlineMs: 1_000, minHealthyTimeMs: 0 }
      });
      expect(writesOf(world)).toEqual([]);
      expect(world.clock.nowMs()).toBe(0);
      expect(report).toMatchObject({
        status: 'planned',
        changed: false,
        imageId: 'm-web-2',
        imageName: 'web-2'
      });
      expect(report.instances.map(({ status }) => status)).toEqual(['planned', 'planned']);
      expect(oneOf(report).plan.description).toBe('rebuild: erases the system disk');
      expect(textOf([report, world.lines])).not.toContain(password);
    });
  });

  test('names instance, images, what is erased, what stays, login and script', async () => {
    await withVirtualWorld({}, async (world) => {
      await world.run({ dryRun: true });
      const text = world.lines.join('\n');
      for (const part of [
        'i-demo0001 "web-1"',
        'Running',
        'm-web-1 web-1',
        'm-web-2 (web-2, Ubuntu 22.04 LTS amd64 (64bit), created 2026-02-10T08:00:00Z)',
        'v-sys-demo0001, 40 GB',
        'before-upgrade (s-demo0001, 2026-01-10T08:00:00Z)',
        'data disks, IP addresses, custom images',
        'with the password given as adminPass',
        'the earlier script'
      ]) {
        expect(text).toContain(part);
      }
    });
  });

  test('names the zone and the spec of the instance', async () => {
    await withVirtualWorld({}, async (world) => {
      await world.run({ dryRun: true });
      expect(world.lines.join('\n')).toContain('cn-bj-d');
      expect(world.lines.join('\n')).toContain('bcc.g5.c2m8');
    });
  });

  test('names every snapshot of the system disk, and no other', async () => {
    const snapshots = [
      { id: 's-1', name: 'monday', volumeId: 'v-sys-demo0001', createTime: '2026-01-05T01:00:00Z' },
      { id: 's-2', name: 'tuesday', volumeId: 'v-sys-demo0001', createTime: '2026-01-06T01:00:00Z' },
      { id: 's-3', name: 'of the data', volumeId: 'v-data0001' }
    ];
    await withVirtualWorld({ emulator: { world: { snapshots } } }, async (world) => {
      const report = await world.run({ dryRun: true });
      expect(oneOf(report).erases).toEqual({
        systemDiskId: 'v-sys-demo0001',
        sizeInGB: 40,
        snapshots: [
          { id: 's-1', name: 'monday', createTime: '2026-01-05T01:00:00Z' },
          { id: 's-2', name: 'tuesday', createTime: '2026-01-06T01:00:00Z' }
        ]
      });
      expect(world.lines.join('\n')).toContain('monday (s-1, 2026-01-05T01:00:00Z), tuesday (s-2,');
    });
  });

  test('asks the SSH server for no key', async () => {
    await withVirtualWorld(worldOf({ publicIp: '127.0.0.1' }), async (world) => {
      const check = { kind: 'ssh', hostPattern: '{publicIp}', port: 1 } as const;
      const report = await world.run({
        dryRun: true,
        health: { checks: [check], deadlineMs: 1, minHealthyTimeMs: 0 }
      });
      expect(report.status).toBe('planned');
    });
  });
});

describe('an instance is refused', () => {
  test.each<[string, Partial<InstanceState>, TestRequest, string]>([
    ['with deletionProtection', { deletionProtection: 1 }, {}, 'deletionProtection is on'],
    ['under another name', { name: 'db' }, { confirmName: 'web' }, 'its name is "db"'],
    ['for bare metal by its spec', { spec: 'ebc.l5.c128m512' }, {}, 'bare-metal instance (EBC)'],
    ['for bare metal of the older kind', { spec: 'bbc.s3.c40m192' }, {}, 'bare-metal instance (BBC)'],
    ['of another architecture', { osArch: 'aarch64 (64bit)' }, {}, 'the image is for amd64 (64bit)'],
    ['that is expired', { status: 'Expired' }, {}, 'its status is Expired'],
    ['that is recycled', { status: 'Recycled' }, {}, 'its status is Recycled'],
    ['that is deleted', { status: 'Deleted' }, {}, 'its status is Deleted'],
    [
      'without the address that healthCheck needs',
      { publicIp: '' },
      {
        health: {
          checks: [{ kind: 'ssh', hostPattern: '{publicIp}', port: 22 }],
          deadlineMs: 1,
          minHealthyTimeMs: 0
        }
      },
      'healthCheck needs {publicIp}, and the instance has no public IP'
    ]
  ])('%s', async (_, patch, request, words) => {
    await withVirtualWorld(worldOf(patch), async (world) => {
      expect(await refusedOf(world, request)).toContain(words);
    });
  });

  test.each<[string, Partial<ImageState>, TestRequest, string]>([
    ['that is NotAvailable', { status: 'NotAvailable' }, {}, 'the image is NotAvailable, not Available'],
    ['that failed', { status: 'CreatedFailed' }, {}, 'the image is CreatedFailed, not Available'],
    ['that is too big', { minDiskGb: 41 }, {}, 'needs a system disk of 41 GB, and the instance has 40 GB'],
    [
      'of Windows with a key pair',
      { osType: 'windows' },
      { rebuildOptions: { login: { kind: 'keypairId', keypairId: 'k-demo0001' } } },
      'keypairId works with Linux only'
    ],
    ['of another architecture', { osArch: 'arm64 (64bit)' }, {}, 'the image is for arm64 (64bit)'],
    ['for bare metal', { type: 'EbcCustom' }, {}, 'bare-metal instance (EBC)'],
    ['for bare metal of the older kind', { type: 'BbcCustom' }, {}, 'bare-metal instance (BBC)'],
    ['for bare metal with GPUs', { type: 'GpuBbcSystem' }, {}, 'bare-metal instance (BBC)'],
    [
      'without a login of its own',
      { type: 'System' },
      { rebuildOptions: { login: { kind: 'keepImageLogin' } } },
      'keepImageLogin needs a custom or shared image'
    ]
  ])('for an image %s', async (_, patch, request, words) => {
    const images = [...demoImages, { id: 'm-odd', name: 'odd', ...patch }];
    await withVirtualWorld({ emulator: { world: { images } } }, async (world) => {
      expect(await refusedOf(world, { image: { kind: 'id', id: 'm-odd' }, ...request })).toContain(words);
    });
  });

  test('for a full quota of images, where a backup is asked for', async () => {
    const images = [...demoImages, ...foreignImages(18)];
    await withVirtualWorld({ emulator: { world: { images } } }, async (world) => {
      expect(await refusedOf(world, { backup: {} })).toContain('all 20 custom images');
      expect((await world.run({ dryRun: true })).status).toBe('planned');
    });
  });

  test('for the last place of the quota, where two backups are to be made', async () => {
    const images = [...demoImages, ...foreignImages(17)];
    await withVirtualWorld({ emulator: { world: { images } } }, async (world) => {
      const report = await world.run({
        backup: {},
        selection: { kind: 'ids', ids: ['i-demo0001', 'i-demo0002'] }
      });
      expect(writesOf(world)).toEqual([]);
      expect(report.instances.map(({ status }) => status)).toEqual(['notStarted', 'failed']);
      expect((await world.run({ dryRun: true, backup: {} })).status).toBe('planned');
    });
  });
});

describe('no rollback', () => {
  test.each<[string, Partial<ImageState> | undefined, TestRequest, string]>([
    ['the previous image is gone', undefined, {}, 'the image m-old that it runs on now is no longer there'],
    ['it is not Available', { status: 'NotAvailable' }, {}, 'is NotAvailable, not Available'],
    [
      'it is the very same',
      {},
      { image: { kind: 'id', id: 'm-old' }, force: true },
      'is the very image that it is to be rebuilt from'
    ],
    [
      'it has no login for keepImageLogin',
      { type: 'System' },
      { rebuildOptions: { login: { kind: 'keepImageLogin' } } },
      'has no login of its own'
    ]
  ])('%s', async (_, old, request, words) => {
    const images = [...demoImages, ...(old === undefined ? [] : [{ id: 'm-old', name: 'old', ...old }])];
    await withVirtualWorld(worldOf({ imageId: 'm-old' }, { images }), async (world) => {
      expect(await refusedOf(world, { rollback: true, ...request })).toContain(words);
      // Without rollback, or with a backup to roll back to, it is no reason.
      expect((await world.run({ ...request, dryRun: true })).status).toBe('planned');
      expect((await world.run({ ...request, dryRun: true, rollback: true, backup: {} })).status).toBe(
        'planned'
      );
    });
  });

  test('an instance in Error on the wanted image is rebuilt, so there must be a rollback as well', async () => {
    await withVirtualWorld(worldOf({ imageId: 'm-web-2', status: 'Error' }), async (world) => {
      expect(await refusedOf(world, { rollback: true })).toContain('the very image');
    });
  });
});

describe('all at once', () => {
  test('every reason of every instance, and nothing is sent for the valid one', async () => {
    const instances = [
      web('i-sound'),
      web('i-many', {
        deletionProtection: 1,
        spec: 'ebc.x',
        osArch: 'aarch64',
        imageId: 'm-gone',
        publicIp: ''
      }),
      web('i-expired', { status: 'Expired' })
    ];
    const images = [...demoImages, { id: 'm-big', name: 'big', minDiskGb: 100, status: 'NotAvailable' }];
    const volumes = [
      { id: 'v-big', instanceId: 'i-sound', isSystemVolume: true, diskSizeInGB: 200 },
      { id: 'v-small', instanceId: 'i-many', isSystemVolume: true, diskSizeInGB: 20 }
    ];
    await withVirtualWorld({ emulator: { world: { instances, images, volumes } } }, async (world) => {
      const ids = instances.map(({ id }) => id);
      const report = await world.run({
        selection: { kind: 'ids', ids },
        image: { kind: 'id', id: 'm-big' },
        confirmName: 'i-sound-name',
        rollback: true,
        health: {
          checks: [{ kind: 'tcp', hostPattern: '{publicIp}', port: 1 }],
          deadlineMs: 1_000,
          minHealthyTimeMs: 0
        }
      });
      expect(writesOf(world)).toEqual([]);
      expect(report.status).toBe('failed');
      const cause = oneOf(report, 'i-many').failure?.cause ?? '';
      for (const words of [
        'deletionProtection is on',
        'the image is NotAvailable',
        'its name is "i-many-name"',
        'bare-metal instance (EBC)',
        'the instance is aarch64',
        'needs a system disk of 100 GB, and the instance has 20 GB',
        'needs {publicIp}',
        'm-gone that it runs on now is no longer there'
      ]) {
        expect(cause).toContain(words);
      }
      expect(oneOf(report, 'i-expired').failure?.cause).toContain('its status is Expired');
      expect(oneOf(report, 'i-expired').failure?.cause).toContain('its name is');
    });
  });

  test('one refusal stops them all', async () => {
    await withVirtualWorld({}, async (world) => {
      world.emulator.setInstance('i-demo0002', { deletionProtection: 1 });
      const report = await world.run({ selection: { kind: 'ids', ids: ['i-demo0001', 'i-demo0002'] } });
      expect(report.instances.map(({ status }) => status)).toEqual(['notStarted', 'failed']);
      expect(writesOf(world)).toEqual([]);
      const allowed = await world.run({
        selection: { kind: 'ids', ids: ['i-demo0001', 'i-demo0002'] },
        allowProtected: true
      });
      expect(allowed.status).toBe('rebuilt');
    });
  });

  test('reads that fail are told together', async () => {
    await withVirtualWorld({}, async (world) => {
      const run = world.run({
        selection: { kind: 'ids', ids: ['i-none1', 'i-demo0001', 'i-none2'] },
        image: { kind: 'id', id: 'm-none' }
      });
      await expect(run).rejects.toThrow(/m-none.*i-none1.*i-none2|i-none1.*i-none2.*m-none/s);
      expect(writesOf(world)).toEqual([]);
    });
  });
});

describe('a warning stops nothing', () => {
  test('an instance in Error', async () => {
    await withVirtualWorld(worldOf({ status: 'Error' }), async (world) => {
      const report = await world.run({ dryRun: true });
      expect(report.status).toBe('planned');
      expect(oneOf(report).plan.warnings.join()).toContain('its status is Error');
      expect(world.lines.join('\n')).toContain('its status is Error: a rebuild often repairs that');
      expect((await world.run()).status).toBe('rebuilt');
    });
  });

  test('another operating system', async () => {
    await withVirtualWorld({}, async (world) => {
      const report = await world.run({ dryRun: true, image: { kind: 'id', id: 'm-win2022' } });
      expect(oneOf(report).plan.warnings.join()).toContain(
        'the operating system changes: Ubuntu → Windows Server'
      );
      expect(world.lines.join('\n')).toContain('the operating system changes');
      expect(oneOf(await world.run({ dryRun: true })).plan.warnings).toEqual([]);
    });
  });

  test('an instance in Error on the wanted image is rebuilt, and the plan names the snapshots that go', async () => {
    await withVirtualWorld({}, async (world) => {
      world.emulator.setInstance('i-demo0001', { status: 'Error', imageId: 'm-web-2' });
      const one = oneOf(await world.run({ dryRun: true }));
      expect(one.plan.description).toBe('rebuild: erases the system disk');
      expect(one.erases.snapshots.map(({ id }) => id)).toEqual(['s-demo0001']);
    });
  });
});

describe('an instance that runs on the image', () => {
  const onIt: Partial<InstanceState> = { imageId: 'm-web-2', deletionProtection: 1 };

  test('is skipped whatever else would be refused', async () => {
    const images = [...demoImages, ...foreignImages(18)];
    await withVirtualWorld(worldOf({ ...onIt, spec: 'ebc.x', osArch: 'arm' }, { images }), async (world) => {
      const report = await world.run({ backup: {}, rollback: true });
      expect(report).toMatchObject({ status: 'skipped', changed: false });
      expect(writesOf(world)).toEqual([]);
      expect(oneOf(report).backup).toBeUndefined();
    });
  });

  test('leaves its place in the quota to the next one', async () => {
    const images = [...demoImages, ...foreignImages(17)];
    const instances = [web('i-1', onIt), web('i-2')];
    await withVirtualWorld({ emulator: { world: { instances, images } } }, async (world) => {
      const report = await world.run({ selection: { kind: 'ids', ids: ['i-1', 'i-2'] }, backup: {} });
      expect(report.instances.map(({ status }) => status)).toEqual(['skipped', 'rebuilt']);
      expect(report.status).toBe('rebuilt');
    });
  });

  test('is refused under another name, and for a check that cannot be made', async () => {
    await withVirtualWorld(worldOf(onIt), async (world) => {
      expect(await refusedOf(world, { confirmName: 'other' })).toContain('its name is "i-demo0001-name"');
      const check = { kind: 'tcp', hostPattern: '{publicIp}', port: 1 } as const;
      const request = { health: { checks: [check], deadlineMs: 1, minHealthyTimeMs: 0 } };
      expect(await refusedOf(world, request)).toContain('needs {publicIp}');
      expect((await world.run({ confirmName: 'i-demo0001-name' })).status).toBe('skipped');
    });
  });
});

test('the hook of the plan comes before the first write', async () => {
  await withVirtualWorld({}, async (world) => {
    let before: readonly string[] = ['never'];
    await world.run({ backup: {} }, undefined, {
      planned: async (report) => {
        before = writesOf(world);
        expect(report.instances).toHaveLength(1);
        expect(report.status).toBe('planned');
      }
    });
    expect(before).toEqual([]);
    expect(callsOf(world)).toContain('CreateImage');
  });
});
