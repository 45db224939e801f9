import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  backupName,
  backupsToPrune,
  byId,
  createdMs,
  customImageQuota,
  isBackupOf,
  quotaLeft
} from '../../../src/core/images/backup.ts';
import type { Image } from '../../../src/core/model/image.ts';

/** The rule of the API (BCC page jjwvynviw). */
const nameRule = /^[A-Za-z\u4e00-\u9fa5][A-Za-z0-9\u4e00-\u9fa5_ /.-]{0,64}$/;

const wallMs = Date.UTC(2026, 10, 24, 9, 15, 0, 999);
const usual = { instanceId: 'i-demo0001', imageId: 'm-web-1', wallMs, runId: '123456' };

function image(id: string, changes: Partial<Image> = {}): Image {
  return {
    id,
    name: backupName({ ...usual, runId: id }),
    type: 'Custom',
    osType: 'linux',
    osName: 'Ubuntu',
    osVersion: '24.04',
    osArch: 'x86_64',
    createTime: '2026-01-01T00:00:00Z',
    status: 'Available',
    minDiskGb: 20,
    ...changes
  };
}

describe('backupName', () => {
  test.each([
    [{}, 'rbi-backup/i-demo0001/m-web-1/20261124T091500Z/123456'],
    [
      { imageId: 'm-DpgNg8lO', runId: '19912345678-2' },
      'rbi-backup/i-demo0001/m-DpgNg8lO/20261124T091500Z/19912345678-2'
    ],
    [
      { imageId: 'm-DpgNg8lO', runId: '0019912345678-2.x' },
      'rbi-backup/i-demo0001/m-DpgNg8lO/20261124T091500Z/19912345678-2.x'
    ],
    [{ imageId: `m-${'x'.repeat(40)}` }, `rbi-backup/i-demo0001/m-${'x'.repeat(19)}/20261124T091500Z/3456`],
    [{ instanceId: 'i-'.padEnd(20, 'x') }, 'rbi-backup/i-xxxxxxxxxxxxxxxxxx/m-web-1/20261124T091500Z/123456'],
    [{ instanceId: 'i-'.padEnd(21, 'x') }, 'rbi-backup/i-xxxxxxxxxxxxxxxxx./m-web-1/20261124T091500Z/123456'],
    [{ instanceId: 'i/1', imageId: '', runId: '本#1' }, 'rbi-backup/i-1./-/20261124T091500Z/--1']
  ])('%j', (changes, name) => {
    expect(backupName({ ...usual, ...changes })).toBe(name);
    expect(name.length).toBeLessThanOrEqual(65);
  });
});

const anyText = fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 }));
const anyId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,29}$/);
const anyTime = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59) });
const anyBackup = fc.record({
  instanceId: fc.oneof(anyText, anyId),
  imageId: fc.oneof(anyText, anyId),
  wallMs: anyTime,
  runId: fc.oneof(anyText, fc.stringMatching(/^\d{1,25}$/))
});

describe('whatever a name is made of', () => {
  test('it obeys the rule of the API', () => {
    fc.assert(
      fc.property(anyBackup, (of) => nameRule.test(backupName(of))),
      { numRuns: 1_000 }
    );
  });

  test('it is recognised by the ID of its instance, and contains the time', () => {
    fc.assert(
      fc.property(anyBackup, (of) => {
        const fits = /^[A-Za-z0-9_-]{1,20}$/.test(of.instanceId);
        const time = new Date(of.wallMs).toISOString().replace(/[-:]|\.\d+/g, '');
        return isBackupOf(backupName(of), of.instanceId) === fits && backupName(of).split('/')[3] === time;
      }),
      { numRuns: 1_000 }
    );
  });

  test('it is never attributed to another instance', () => {
    const near = anyId.chain((id) =>
      fc.tuple(
        fc.constant(id),
        fc.oneof(
          anyId,
          fc.nat(30).map((length) => id.slice(0, length)),
          anyText.map((more) => id + more),
          fc.constant(id.toUpperCase())
        )
      )
    );
    fc.assert(
      fc.property(anyBackup, near, (of, [one, other]) => {
        fc.pre(one !== other);
        return !isBackupOf(backupName({ ...of, instanceId: one }), other);
      }),
      { numRuns: 1_000 }
    );
  });
});

describe('isBackupOf', () => {
  const name = backupName(usual);

  test.each([
    'web',
    '',
    `x${name}`,
    ` ${name}`,
    `${name}\n`,
    `${name}/1`,
    name.toUpperCase(),
    'rbi-backup/i-demo0001',
    'rbi-backup/i-demo0001/m-web-1/20261124T091500Z',
    'rbi-backup/i-demo0001/m-web-1/20261124T091500Z/',
    'rbi-backup/i-demo0001//20261124T091500Z/1',
    'rbi-backup/i-demo0001/m-web-1/20261324T091500Z/1',
    'rbi-backup/i-demo0001/m-web-1/20260230T091500Z/1',
    'rbi-backup/i-demo0001/m-web-1/20261124T240000Z/1',
    'rbi-backup/i-demo0001/m-web-1/2026-11-24T09:15:00Z/1',
    'rbi-backup/i-demo0001/m web 1/20261124T091500Z/1',
    `rbi-backup/i-demo0001/m-web-1/20261124T091500Z/${'1'.repeat(60)}`,
    'rbi-backup/i-demo00012/m-web-1/20261124T091500Z/1',
    'rbi-backup/i-demo000/m-web-1/20261124T091500Z/1'
  ])('%j is none', (other) => {
    expect(isBackupOf(other, usual.instanceId)).toBe(false);
  });

  test('its own name is one', () => {
    expect(isBackupOf(name, usual.instanceId)).toBe(true);
  });
});

describe('backupsToPrune', () => {
  const day = (number: number): string => `2026-01-0${number}T00:00:00Z`;
  const list = [
    image('m-2', { createTime: day(2) }),
    image('m-4', { createTime: day(4) }),
    image('m-1', { createTime: day(1) }),
    image('m-3', { createTime: day(3) })
  ];
  const pruned = (images: readonly Image[], keep: number, inUse: readonly string[] = []): readonly string[] =>
    backupsToPrune(images, usual.instanceId, keep, 'm-4', new Set(inUse)).map(({ id }) => id);

  test('an image in use stays, and counts among those that stay', () => {
    expect(pruned(list, 1, ['m-2'])).toEqual(['m-3', 'm-1']);
    expect(pruned(list, 2, ['m-3'])).toEqual(['m-2', 'm-1']);
  });

  test('a type in lower case is one of a backup too', () => {
    expect(
      pruned(
        list.map((one) => ({ ...one, type: one.type.toLowerCase() })),
        1
      )
    ).toEqual(['m-3', 'm-2', 'm-1']);
  });

  test.each([
    [1, ['m-3', 'm-2', 'm-1']],
    [2, ['m-2', 'm-1']],
    [3, ['m-1']],
    [4, []],
    [19, []]
  ])('of four backups %i stay', (keep, expected) => {
    expect(pruned(list, keep)).toEqual(expected);
  });

  test('the one just made counts also where it is not listed yet, or seems to be old', () => {
    const others = list.filter(({ id }) => id !== 'm-4');
    expect(pruned(others, 2)).toEqual(['m-2', 'm-1']);
    expect(pruned([...others, image('m-4', { createTime: '' })], 2)).toEqual(['m-2', 'm-1']);
  });

  test.each([
    ['another instance', { name: backupName({ ...usual, instanceId: 'i-demo00012' }) }],
    ['somebody else', { name: 'web-2026' }],
    ['another account', { type: 'Sharing' }],
    ['a run that is at it', { status: 'Creating' }],
    ['nobody knows what', { status: 'NotAvailable' }]
  ])('one of %s stays', (_, changes) => {
    expect(pruned([...list, image('m-0', { createTime: day(1), ...changes })], 1)).toEqual([
      'm-3',
      'm-2',
      'm-1'
    ]);
  });

  test('one of a special machine is a backup too', () => {
    expect(pruned([image('m-0', { type: 'GpuBccCustom' })], 1)).toEqual(['m-0']);
  });

  test.each(['CreatedFailed', 'CreateFailed', 'Error'])(
    '%s takes no place, and goes in its turn',
    (status) => {
      const failed = [
        image('m-f', { createTime: day(4), status }),
        image('m-g', { createTime: day(1), status })
      ];
      expect(pruned([...list, ...failed], 2)).toEqual(['m-2', 'm-1', 'm-g']);
    }
  );

  test('if the service gives no time, the time in the name counts', () => {
    const named = (id: string, ms: number): Image =>
      image(id, { createTime: '', name: backupName({ ...usual, wallMs: ms, runId: id }) });
    const silent = [named('m-x', Date.UTC(2025, 0, 1)), named('m-y', Date.UTC(2027, 0, 1))];
    expect(pruned([...list, ...silent], 2)).toEqual(['m-3', 'm-2', 'm-1', 'm-x']);
  });

  test('never names a foreign image, the one just made, or one of the newest', () => {
    const anyImage = fc
      .record({
        id: fc.stringMatching(/^m-[a-z]{1,4}$/),
        name: fc.oneof(
          fc
            .constantFrom('i-demo0001', 'i-demo000', 'i-demo00011')
            .map((instanceId) => backupName({ ...usual, instanceId })),
          fc.constantFrom('web', 'rbi-backup/i-demo0001/mine')
        ),
        type: fc.constantFrom('Custom', 'Sharing', 'System'),
        status: fc.constantFrom('Available', 'Creating', 'CreatedFailed', 'Error', 'NotAvailable'),
        createTime: fc.integer({ min: 1, max: 9 }).map(day)
      })
      .map(({ id, ...changes }) => image(id, changes));
    const someImages = fc.uniqueArray(anyImage, { selector: ({ id }) => id, minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(someImages, fc.integer({ min: 1, max: 19 }), (images, keep) => {
        const madeId = images[0]?.id ?? '';
        const named = backupsToPrune(images, 'i-demo0001', keep, madeId, new Set());
        const ours = images.filter(
          ({ name, type }) => type === 'Custom' && name.startsWith('rbi-backup/i-demo0001/m-')
        );
        const deletable = /^(Available|CreatedFailed|Error)$/;
        // The backups that remain: as many as asked for, or all that existed, and none older than a pruned one.
        const ways = ours.filter(({ id, status }) => status === 'Available' && id !== madeId);
        const left = ways.filter((one) => !named.includes(one));
        const oldest = Math.min(...left.map(createdMs));
        const gone = ways.filter((one) => named.includes(one));
        return (
          named.every((one) => one.id !== madeId && ours.includes(one) && deletable.test(one.status)) &&
          left.length === Math.min(ways.length, keep - 1) &&
          gone.every((one) => createdMs(one) <= oldest)
        );
      }),
      { numRuns: 1_000 }
    );
  });
});

test('quotaLeft counts custom images alone, and never falls below 0', () => {
  const custom = Array.from({ length: 25 }, (_, index) => image(`m-${index}`, { name: 'web' }));
  expect(quotaLeft([])).toBe(customImageQuota);
  expect(quotaLeft([...custom.slice(0, 19), image('m-s', { type: 'System' })])).toBe(1);
  expect(quotaLeft(custom)).toBe(0);
});

test('byId orders images', () => {
  const sorted = [image('b'), image('a'), image('b')].toSorted(byId);
  expect(sorted.map(({ id }) => id)).toEqual(['a', 'b', 'b']);
});
