import { describe, expect, test } from '@jest/globals';
import * as decode from '../../../src/bce/api/decode.ts';
import { createImage, getImage } from '../../../src/bce/api/images.ts';
import { getInstance } from '../../../src/bce/api/instances.ts';
import { DecodeError } from '../../../src/bce/api/json-fields.ts';

const spec = { imageName: 'a', instanceId: 'i-1', clientToken: '0-0-0-0-1' } as const;
const least = { id: 'i-1', status: 'Running', imageId: 'm-1' };

const emptyInstance = {
  ...least,
  name: '',
  imageName: '',
  imageType: '',
  osName: '',
  osVersion: '',
  osArch: '',
  zoneName: '',
  spec: '',
  publicIp: '',
  internalIp: '',
  keypairId: '',
  deletionProtection: undefined
};

test('an instance keeps its fields by their names', () => {
  const full = {
    ...emptyInstance,
    name: 'web',
    imageName: 'image',
    imageType: 'Custom',
    osName: 'Ubuntu',
    osVersion: '22.04',
    osArch: 'x86_64',
    zoneName: 'cn-bj-d',
    spec: 'bcc.g5.c2m8',
    publicIp: '1.2.3.4',
    internalIp: '10.0.0.1',
    keypairId: 'k-1',
    deletionProtection: true
  };
  const json = { ...full, deletionProtection: 1, tags: null, unheardOf: {} };
  expect(decode.decodeInstance(json)).toEqual({ ...full, tags: [] });
});

test.each([
  [undefined, undefined],
  [null, []],
  [[], []],
  [
    [{ tagKey: 'role', tagValue: 'web' }, { tagKey: 'bare' }],
    [
      { key: 'role', value: 'web' },
      { key: 'bare', value: '' }
    ]
  ],
  [[{ tagKey: 'a', tagValue: 'b' }, { tagValue: 'c' }], undefined],
  [[null], undefined],
  [['role:web'], undefined],
  ['role:web', undefined],
  [{}, undefined]
])('tags %j are %j', (tags, expected) => {
  const { tags: decoded } = decode.decodeInstance(tags === undefined ? least : { ...least, tags });
  expect(decoded).toEqual(expected);
});

test('what is optional may be missing, null or of another type', () => {
  expect(decode.decodeInstance(least)).toEqual(emptyInstance);
  expect(decode.decodeInstance({ ...least, name: null, publicIp: 7, keypairId: [] })).toEqual(emptyInstance);
});

test.each([
  [0, false],
  [1, true],
  ['0', false],
  ['1', true],
  ['true', true],
  ['True', true],
  ['false', false],
  [true, true],
  [false, false],
  [null, undefined],
  // The protection depends on it, so an unknown value must not be guessed.
  [2, undefined],
  ['', undefined],
  ['ENABLED', undefined],
  [{ on: true }, undefined],
  [Number.POSITIVE_INFINITY, undefined]
])('deletionProtection %j is %j', (given, flag) => {
  expect(decode.decodeInstance({ ...least, deletionProtection: given }).deletionProtection).toBe(flag);
});

test('a long text is clipped, and a long ID or status is refused', () => {
  const name = `${'密'.repeat(1023)}\uD83D\uDE00`;
  expect(decode.decodeInstance({ ...least, name: 'n'.repeat(1024) }).name).toBe('n'.repeat(1024));
  expect(decode.decodeInstance({ ...least, name }).name).toBe(`${'密'.repeat(1023)}…`);
  expect(decode.decodeInstance({ ...least, name: name.slice(1) }).name).toHaveLength(1024);
  expect(decode.decodeInstance({ ...least, name: `x${'\uD83D\uDE00'.repeat(600)}` }).name).toBe(
    `x${'\uD83D\uDE00'.repeat(511)}…`
  );
  expect(decode.decodeInstance({ ...least, id: 'i'.repeat(256) }).id).toHaveLength(256);
  for (const key of ['id', 'status', 'imageId', 'keypairId']) {
    expect(() => decode.decodeInstance({ ...least, [key]: 'x'.repeat(257) })).toThrow(
      new DecodeError(`"${key}" is longer than 256 characters`)
    );
  }
});

describe('an answer is refused', () => {
  test.each<[string, () => unknown]>([
    ['"id" is missing', () => decode.decodeInstance({ ...least, id: '' })],
    ['"status" is missing', () => decode.decodeInstance({ ...least, status: null })],
    ['"imageId" is missing', () => decode.decodeInstance({ ...least, imageId: 3 })],
    ['the instance is not an object', () => getInstance('i-1').decode({}, '')],
    ['the instance is not an object', () => decode.decodeInstance([])],
    ['the answer is not an object', () => getInstance('i-1').decode(undefined, '')],
    ['the answer is not an object', () => getImage('m-1').decode('text', '')],
    ['the image is not an object', () => getImage('m-1').decode({ image: null }, '')],
    ['"status" is missing', () => decode.decodeImage({ id: 'm-1' })],
    ['"id" is missing', () => decode.decodeVolume({ status: 'InUse', isSystemVolume: true })],
    ['"volumes" is not a list', () => decode.decodePage({}, 'volumes', decode.decodeVolume)],
    [
      '"instances" is not a list',
      () => decode.decodePage({ instances: {} }, 'instances', decode.decodeInstance)
    ],
    ['"nextMarker" is missing', () => decode.decodePage({ a: [], isTruncated: true }, 'a', String)],
    ['"imageId" is missing', () => createImage(spec).decode({ requestId: 'r-1' }, '')],
    ['the answer is not an object', () => createImage(spec).decode(undefined, '')],
    ['the answer is not an object', () => decode.decodeUserData('')],
    ['"userData" is not a text', () => decode.decodeUserData({ userData: 7 })],
    ['"userData" is not base64', () => decode.decodeUserData({ userData: '#!/bin/sh' })],
    ['"userData" is not base64', () => decode.decodeUserData({ userData: 'QUJD*' })],
    ['"userData" holds bytes that are not text', () => decode.decodeUserData({ userData: 'H4sIAAAA' })],
    ['"id" is missing', () => decode.decodePage({ a: [{}] }, 'a', decode.decodeImage)]
  ])('%s', (message, run) => {
    expect(run).toThrow(new DecodeError(message));
  });
});

test('an image', () => {
  const image = {
    id: 'm-1',
    name: 'golden',
    type: 'Custom',
    osType: 'linux',
    osName: 'Ubuntu',
    osVersion: '22.04',
    osArch: 'x86_64',
    createTime: '2026-01-01T00:00:00Z',
    status: 'Available',
    minDiskGb: 20
  };
  expect(decode.decodeImage(image)).toEqual(image);
  expect(decode.decodeImage({ ...image, minDiskGb: '40' }).minDiskGb).toBe(40);
  expect(decode.decodeImage({ ...image, minDiskGb: 'many' }).minDiskGb).toBe(0);
  expect(decode.decodeImage({ id: 'm-1', status: 'Error' }).minDiskGb).toBe(0);
});

test.each([
  [{ userData: 'QUI=' }, 'AB'],
  [{ userData: 'QUI' }, 'AB'],
  [{ userData: 'Q\r\nUI=\n' }, 'AB'],
  [{ userData: '77u/IyE=' }, '\uFEFF#!'],
  [{ userData: '' }, undefined],
  [{ userData: null }, undefined],
  [{}, undefined]
])('user data %j', (json, script) => {
  expect(decode.decodeUserData(json)?.reveal()).toBe(script);
});

test('a volume', () => {
  const json = {
    id: 'v-1',
    createTime: '2026-01-01T00:00:00Z',
    diskSizeInGB: 40,
    snapshotNum: '3',
    status: 'InUse',
    isSystemVolume: true,
    attachments: [{ volumeId: 'v-1', instanceId: 'i-1', device: '/dev/vda' }, null, { instanceId: 7 }]
  };
  expect(decode.decodeVolume(json)).toEqual({
    id: 'v-1',
    createTime: '2026-01-01T00:00:00Z',
    sizeInGB: 40,
    snapshotNum: 3,
    status: 'InUse',
    isSystemVolume: true,
    attachedTo: ['i-1']
  });
  expect(decode.decodeVolume({ ...json, attachments: null }).attachedTo).toEqual([]);
});

test('pages', () => {
  expect(decode.decodePage({ snapshots: null }, 'snapshots', decode.decodeSnapshot)).toEqual({ items: [] });
  const json = { snapshots: [{ id: 's-1', name: 'n' }], isTruncated: true, nextMarker: 's-2' };
  expect(decode.decodePage(json, 'snapshots', decode.decodeSnapshot)).toEqual({
    items: [{ id: 's-1', name: 'n', createTime: '', volumeId: '' }],
    nextMarker: 's-2'
  });
  expect(decode.decodeSnapshot({ id: 's-1', volumeId: 'v-1' }).volumeId).toBe('v-1');
  const last = { snapshots: [], isTruncated: false, nextMarker: 'left over' };
  expect(decode.decodePage(last, 'snapshots', decode.decodeSnapshot)).toEqual({ items: [] });
});

test.each(['InUse', 'inuse', 'in-use', 'in_use', 'In_Use'])('the status %s of a disk is InUse', (status) => {
  expect(decode.decodeVolume({ id: 'v-1', status }).status).toBe('InUse');
});

test('a system disk may have no status; the proof decides what that means', () => {
  expect(decode.decodeVolume({ id: 'v-1', isSystemVolume: true }).status).toBe('');
});

test('a data disk and a snapshot may omit what nothing depends on', () => {
  expect(decode.decodeVolume({ id: 'v-2' })).toMatchObject({ id: 'v-2', status: '', isSystemVolume: false });
  expect(decode.decodeSnapshot({ name: 'nightly' })).toMatchObject({ id: '', name: 'nightly' });
});
