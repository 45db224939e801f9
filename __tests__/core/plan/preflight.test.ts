import { describe, expect, test } from '@jest/globals';
import type { HealthCheck } from '../../../src/core/health/check.ts';
import type { Image } from '../../../src/core/model/image.ts';
import type { Instance } from '../../../src/core/model/instance.ts';
import type { Task } from '../../../src/core/plan/decide.ts';
import {
  type Circumstances,
  type RollbackImage,
  refusalsBefore,
  warningsBefore
} from '../../../src/core/plan/preflight.ts';
import { disk, image, instance, taskOf } from '../rebuild/rebuilds.ts';
import { nameOfRefusal } from './refusal-names.ts';

const calm: Circumstances = { rollbackImage: { kind: 'notAsked' } };

interface Case {
  readonly task?: Partial<Task>;
  readonly image?: Partial<Image>;
  readonly instance?: Partial<Instance>;
  readonly circumstances?: Partial<Circumstances>;
  readonly diskGb?: number;
}

function kindsOf(one: Case): readonly string[] {
  const task = taskOf({ ...one.task, image: { ...image, ...one.image } });
  const size = { ...disk, sizeInGB: one.diskGb ?? disk.sizeInGB };
  const circumstances = { ...calm, ...one.circumstances };
  return refusalsBefore(task, { ...instance, ...one.instance }, size, circumstances, true).map(nameOfRefusal);
}

describe('what is permitted', () => {
  test.each<[string, Case]>([
    ['the usual', {}],
    ['the right name', { circumstances: { confirmName: 'web' } }],
    ['a name with blanks at its ends', { circumstances: { confirmName: ' web\t' } }],
    [
      'a name with blanks where there are others',
      { instance: { name: 'web ' }, circumstances: { confirmName: 'web' } }
    ],
    ['a disk of just the size', { image: { minDiskGb: 40 } }],
    ['an image that tells no size', { image: { minDiskGb: 0 }, diskGb: 0 }],
    ['architectures in other words', { image: { osArch: 'x86_64' }, instance: { osArch: 'amd64 (64bit)' } }],
    ['two ARM words', { image: { osArch: 'arm64' }, instance: { osArch: 'aarch64 (64bit)' } }],
    ['an architecture that nobody knows', { image: { osArch: 'riscv64' } }],
    ['no architecture', { image: { osArch: '' }, instance: { osArch: '' } }],
    ['a key pair on LINUX in capitals', { task: { loginKind: 'keypairId' }, image: { osType: 'LINUX' } }],
    ['a password on Windows', { image: { osType: 'windows' } }],
    ['a GPU instance', { instance: { spec: 'bcc.gn5.c8m80.1v100-32g' }, image: { type: 'GpuBccCustom' } }],
    ['a spec with the letters inside', { instance: { spec: 'bcc.webbc.c2m4' } }],
    ['one place left', { circumstances: { imagesLeft: 1 } }],
    ['a rollback to a backup', { circumstances: { rollbackImage: { kind: 'backup' } } }]
  ])('%s', (_, one) => expect(kindsOf(one)).toEqual([]));
});

describe('what is refused', () => {
  test.each<[string, Case, string]>([
    ['another name', { circumstances: { confirmName: 'Web' } }, 'otherName'],
    ['a part of the name', { circumstances: { confirmName: 'we' } }, 'otherName'],
    ['a blank inside', { circumstances: { confirmName: 'w eb' } }, 'otherName'],
    ['an empty name', { circumstances: { confirmName: '' } }, 'otherName'],
    ['a disk that is a GB too small', { image: { minDiskGb: 41 } }, 'diskTooSmall'],
    ['x86 on ARM', { instance: { osArch: 'arm64' } }, 'otherArchitecture'],
    ['ARM on x86', { image: { osArch: 'aarch64' } }, 'otherArchitecture'],
    [
      '32 bits on ARM',
      { image: { osArch: 'i386 (32bit)' }, instance: { osArch: 'aarch64' } },
      'otherArchitecture'
    ],
    [
      'a key pair on Windows',
      { task: { loginKind: 'keypairId' }, image: { osType: 'Windows' } },
      'noKeypairForWindows'
    ],
    ['an EBC spec', { instance: { spec: 'ebc.l5.c1' } }, 'bareMetal'],
    ['an EBC spec in capitals', { instance: { spec: 'EBC.l5' } }, 'bareMetal'],
    ['a BBC spec', { instance: { spec: 'bbc.s1' } }, 'bareMetal'],
    ['a BBC image', { image: { type: 'BbcCustom' } }, 'bareMetal'],
    ['a GPU BBC image', { image: { type: 'GpuBbcSystem' } }, 'bareMetal'],
    ['an EBC image', { image: { type: 'EbcSystem' } }, 'bareMetal'],
    ['no place left', { circumstances: { imagesLeft: 0 } }, 'noImageQuota'],
    ['less than none left', { circumstances: { imagesLeft: -3 } }, 'noImageQuota']
  ])('%s', (_, one, kind) => expect(kindsOf(one)).toEqual([kind]));

  test('a system disk that the API does not show refuses nothing', () => {
    expect(
      refusalsBefore(taskOf({ image: { ...image, minDiskGb: 999 } }), instance, undefined, calm, true)
    ).toEqual([]);
  });

  test('EBC and BBC are distinguished', () => {
    for (const [spec, family] of [
      ['ebc.x', 'EBC'],
      ['bbc.x', 'BBC'],
      ['gpubbc.x', 'BBC']
    ] as const) {
      const [refusal] = refusalsBefore(taskOf(), { ...instance, spec }, disk, calm, true);
      expect(refusal?.reason).toContain(`bare-metal instance (${family})`);
    }
  });

  test('all at once', () => {
    const everything: Case = {
      task: { loginKind: 'keypairId' },
      image: { osType: 'windows', osArch: 'arm64', minDiskGb: 100 },
      instance: { spec: 'ebc.x', publicIp: '' },
      circumstances: {
        confirmName: 'no',
        checks: [{ kind: 'tcp', hostPattern: '{publicIp}', port: 1 }],
        rollbackImage: { kind: 'missing' },
        imagesLeft: 0
      }
    };
    expect(kindsOf(everything).toSorted()).toEqual(
      [
        'bareMetal',
        'diskTooSmall',
        'noHealthTarget',
        'noImageQuota',
        'noKeypairForWindows',
        'noRollbackImage',
        'otherArchitecture',
        'otherName'
      ].toSorted()
    );
  });
});

describe('the image to roll back to', () => {
  const old: Image = { ...image, id: 'm-old', name: 'web-1' };
  const to = (patch: Partial<Image>): RollbackImage => ({ kind: 'image', image: { ...old, ...patch } });

  test.each<[string, RollbackImage, Partial<Task>, readonly string[]]>([
    ['not asked for', { kind: 'notAsked' }, {}, []],
    ['a backup', { kind: 'backup' }, {}, []],
    ['Available', to({}), {}, []],
    ['shared, with its own login', to({ type: 'Sharing' }), { loginKind: 'keepImageLogin' }, []],
    ['of an unknown type', to({ type: '' }), { loginKind: 'keepImageLogin' }, []],
    ['of the system, with a password', to({ type: 'System' }), {}, []],
    [
      'of the system, with keepImageLogin',
      to({ type: 'System' }),
      { loginKind: 'keepImageLogin' },
      ['noRollbackImage']
    ],
    ['gone', { kind: 'missing' }, {}, ['noRollbackImage']],
    ['being created', to({ status: 'Creating' }), {}, ['noRollbackImage']],
    ['failed', to({ status: 'Error' }), {}, ['noRollbackImage']],
    ['the very same', to({ id: 'm-new' }), {}, ['noRollbackImage']]
  ])('%s', (_, rollbackImage, task, kinds) =>
    expect(kindsOf({ task, circumstances: { rollbackImage } })).toEqual(kinds)
  );

  // A run that was cut off may be rebuilding it from the image.
  test.each([
    ['Running', 1],
    ['Stopped', 1],
    ['Error', 1],
    ['Starting', 0],
    ['ImageProcessing', 0],
    ['Rebuilding', 0]
  ])('the very same, of one that is %s: %i refusals', (status, count) => {
    const circumstances = { rollbackImage: to({ id: 'm-new' }) };
    expect(kindsOf({ instance: { status, imageId: 'm-new' }, circumstances })).toHaveLength(count);
  });

  test.each(['Starting', 'Running'])('another one that is not Available, of one that is %s', (status) => {
    const circumstances = { rollbackImage: to({ status: 'Error' }) };
    expect(kindsOf({ instance: { status }, circumstances })).toEqual(['noRollbackImage']);
  });
});

describe('a health check before the wipe', () => {
  const tcp = (hostPattern: string): HealthCheck => ({ kind: 'tcp', hostPattern, port: 22 });

  test.each<[string, HealthCheck, Partial<Instance>, readonly string[]]>([
    ['an address that is there', tcp('{publicIp}'), {}, []],
    ['no placeholder', tcp('example.com'), { publicIp: '', internalIp: '' }, []],
    ['no public IP', tcp('{publicIp}'), { publicIp: '' }, ['noHealthTarget']],
    ['no internal IP', tcp('{internalIp}'), { internalIp: '' }, ['noHealthTarget']],
    ['a name that leads elsewhere', tcp('{name}.internal'), { name: 'a.evil.com/' }, ['noHealthTarget']]
  ])('%s', (_, health, patch, kinds) => {
    expect(kindsOf({ instance: patch, circumstances: { checks: [health] } })).toEqual(kinds);
  });
});

describe('warnings', () => {
  const linux = { ...image, osType: 'linux', osName: 'Ubuntu' };
  const windows = { ...image, osType: 'windows', osName: 'Windows Server' };

  test.each<[string, Image, Partial<Instance>, readonly RegExp[]]>([
    ['none', linux, {}, []],
    ['Error', linux, { status: 'Error' }, [/status is Error/]],
    ['Stopped is none', linux, { status: 'Stopped' }, []],
    ['Linux to Windows', windows, {}, [/Ubuntu → Windows Server/]],
    ['Windows to Linux', linux, { osName: 'Windows Server' }, [/Windows Server → Ubuntu/]],
    ['Windows to Windows', windows, { osName: 'WINDOWS 2019' }, []],
    ['an unknown system', windows, { osName: '' }, []],
    ['an unknown image', { ...windows, osType: '' }, {}, []],
    ['both', windows, { status: 'Error' }, [/Error/, /→/]]
  ])('%s', (_, wanted, patch, expected) => {
    const warnings = warningsBefore(taskOf({ image: wanted }), { ...instance, ...patch });
    expect(warnings).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(warnings[index]).toMatch(pattern);
  });
});
