import { afterEach, describe, expect, test } from '@jest/globals';
import { CallError, CancelledError } from '../../src/core/model/failure.ts';
import type { RebuildSpec } from '../../src/core/model/rebuild-spec.ts';
import { Secret } from '../../src/core/model/secret.ts';
import { errorOf, everythingOf, withEmulator } from './emulated.ts';
import { answer } from './server.ts';
import { byLine, closeWorlds, failureOf, never, secretAccessKey, sessionToken, world } from './wire.ts';

afterEach(closeWorlds);

const instance = (id: string, tags?: unknown) => ({ id, status: 'Running', imageId: 'm-1', tags });
const idsOf = (count: number) => Array.from({ length: count }, (_, index) => `i-${index}`);

describe('instances by their tags', () => {
  test.each([
    [[{ key: 'role', value: 'web' }], 'tags=role%3Aweb'],
    [
      [
        { key: 'a b', value: '密' },
        { key: 'c', value: 'd' }
      ],
      'tags=a%20b%3A%E5%AF%86%2Cc%3Ad'
    ],
    [[{ key: 'bare', value: '' }], 'tags=bare'],
    [
      [
        { key: 'time', value: '12:30' },
        { key: 'role', value: 'web' }
      ],
      'tags=role%3Aweb'
    ],
    [
      [
        { key: 'list', value: 'a,b' },
        { key: 'a:b', value: 'c' }
      ],
      ''
    ],
    [[{ key: 'a,b', value: 'c' }], ''],
    [[{ key: '', value: 'c' }], ''],
    [[], '']
  ])('%j: %s', async (tags, query) => {
    const { bcc, requests } = await world((response) => answer(response, 200, { instances: [] }));
    expect(await bcc.listTagged(tags, never)).toEqual([]);
    const after = query === '' ? '' : `&${query}`;
    expect(requests.map(({ line }) => line)).toEqual([`GET /v2/instance?maxKeys=1000${after}`]);
  });

  test('come from all pages, each once, with their tags', async () => {
    const { bcc, requests } = await world((response, _seen, count) =>
      answer(
        response,
        200,
        count === 1
          ? {
              instances: [instance('i-1', [{ tagKey: 'role', tagValue: 'web' }]), instance('i-2', null)],
              isTruncated: true,
              nextMarker: 'i-2'
            }
          : { instances: [instance('i-2', []), instance('i-3')], isTruncated: false }
      )
    );
    const found = await bcc.listTagged([{ key: 'role', value: 'web' }], never);
    expect(found.map(({ id, tags }) => [id, tags])).toEqual([
      ['i-1', [{ key: 'role', value: 'web' }]],
      ['i-2', []],
      ['i-3', undefined]
    ]);
    expect(found[2]).not.toHaveProperty('tags');
    expect(requests[1]?.line).toBe('GET /v2/instance?marker=i-2&maxKeys=1000&tags=role%3Aweb');
  });

  test('on the emulator', async () => {
    const tag = { tagKey: 'app', tagValue: 'web' };
    const instances = idsOf(1_200).map((id, index) => ({ id, ...(index % 2 === 0 ? { tags: [tag] } : {}) }));
    await withEmulator({ world: { instances } }, async ({ bcc, emulator }) => {
      const found = await bcc.listTagged([{ key: 'app', value: 'web' }], never);
      expect(found.length).toBe(600);
      expect((await bcc.listTagged([{ key: 'a:b', value: '' }], never)).length).toBe(1_200);
      expect(emulator.calls.map(({ status }) => status)).toEqual([200, 200, 200]);
    });
  });
});

describe('the system disks of all instances', () => {
  const volume = (id: string, ids: readonly string[], isSystemVolume = true) => ({
    id,
    status: 'InUse',
    diskSizeInGB: 40,
    isSystemVolume,
    attachments: ids.map((instanceId) => ({ volumeId: id, instanceId }))
  });
  const disk = (id: string) => ({ id, createTime: '', sizeInGB: 40, snapshotNum: 0, status: 'InUse' });

  test('one for each that has one, of all pages', async () => {
    const { bcc, requests } = await world((response, _seen, count) =>
      answer(
        response,
        200,
        count === 1
          ? {
              volumes: [volume('v-1', ['i-1']), volume('v-2', ['i-2']), volume('v-3', [])],
              isTruncated: true,
              nextMarker: 'v-3'
            }
          : {
              volumes: [
                volume('v-2', ['i-2']),
                volume('v-4', ['i-1'], false),
                volume('v-5', ['i-3'], false),
                volume('v-6', ['i-4']),
                volume('v-7', ['i-4'])
              ]
            }
      )
    );
    expect([...(await bcc.listSystemDisks(never))]).toEqual([
      ['i-1', disk('v-1')],
      ['i-2', disk('v-2')]
    ]);
    expect(requests.map(({ line }) => line)).toEqual([
      'GET /v2/volume?maxKeys=1000&usageFilter=system',
      'GET /v2/volume?marker=v-3&maxKeys=1000&usageFilter=system'
    ]);
  });

  test('are those that are found one by one', async () => {
    await withEmulator({}, async ({ bcc }) => {
      const all = await bcc.listSystemDisks(never);
      expect([...all.keys()].sort()).toEqual(['i-demo0001', 'i-demo0002']);
      for (const [id, found] of all) {
        expect(found).toEqual(await bcc.getSystemDisk(id, never));
      }
    });
  });
});

describe('all snapshots', () => {
  test('of all pages, with their disk', async () => {
    const { bcc, requests } = await world((response, _seen, count) =>
      answer(
        response,
        200,
        count === 1
          ? { snapshots: [{ id: 's-1', volumeId: 'v-1' }], isTruncated: true, nextMarker: 's-1' }
          : { snapshots: [{ id: 's-2', name: 'n', volumeId: null }] }
      )
    );
    expect(await bcc.listSnapshots(undefined, never)).toEqual([
      { id: 's-1', name: '', createTime: '', volumeId: 'v-1' },
      { id: 's-2', name: 'n', createTime: '', volumeId: '' }
    ]);
    expect(requests.map(({ line }) => line)).toEqual([
      'GET /v2/snapshot?maxKeys=1000',
      'GET /v2/snapshot?marker=s-1&maxKeys=1000'
    ]);
  });

  test('on the emulator', async () => {
    await withEmulator({}, async ({ bcc }) => {
      const [one, ...others] = await bcc.listSnapshots(undefined, never);
      expect([one?.id, others.length]).toEqual(['s-demo0001', 0]);
      expect(one?.volumeId).not.toBe('');
    });
  });
});

describe('a rebuild of many', () => {
  const order: RebuildSpec = { imageId: 'm-2', login: { kind: 'keepImageLogin' } };
  const secret: RebuildSpec = {
    imageId: 'm-2',
    login: { kind: 'adminPass', adminPass: new Secret('1qaz@WSX') },
    userData: new Secret('export TOKEN=user-data-secret')
  };
  const ciphertext = '408484222cad990e5f391d3cc4b198e3';

  test('is one call with the fields of a single one', async () => {
    const { bcc, requests, masked } = await world((response) =>
      answer(response, 200, '', { 'x-bce-request-id': 'r-1' })
    );
    expect(await bcc.rebuild(['i-1', 'i-2', 'i-1'], order, never)).toEqual({ requestId: 'r-1' });
    await bcc.rebuild(
      ['i-1', 'i-2'],
      { imageId: 'm-2', login: { kind: 'keypairId', keypairId: 'k-1' }, cleanLastUserData: true },
      never
    );
    await bcc.rebuild(idsOf(100), secret, never);
    expect(new Set(requests.map(({ line }) => line))).toEqual(new Set(['PUT /v2/instance/rebuild']));
    expect(requests.map(({ body }) => JSON.parse(body))).toEqual([
      { instanceIds: ['i-1', 'i-2'], imageId: 'm-2', keepImageLogin: true },
      { instanceIds: ['i-1', 'i-2'], imageId: 'm-2', keypairId: 'k-1', cleanLastUserData: true },
      {
        instanceIds: idsOf(100),
        imageId: 'm-2',
        adminPass: ciphertext,
        userData: 'export TOKEN=user-data-secret'
      }
    ]);
    expect(masked).toContain(ciphertext);
  });

  test.each([
    ['none', [], 'RebuildInstance'],
    ['101', idsOf(101), 'RebuildBatchInstance'],
    ['one that is no id', ['i-1', ''], 'RebuildBatchInstance']
  ])('of %s never leaves', async (_, ids, operation) => {
    const { bcc, requests, masked } = await world((response) => answer(response, 200, ''));
    expect(await failureOf(bcc.rebuild(ids, secret, never))).toMatchObject({
      kind: 'invalid',
      operation,
      attempts: 0
    });
    expect([...requests, ...masked]).toEqual([]);
  });

  test('of the same one twice is a call for one', async () => {
    const { bcc, requests } = await world((response) => answer(response, 200, ''));
    await bcc.rebuild(['i-1', 'i-1'], order, never);
    expect(requests.map(({ line }) => line)).toEqual(['PUT /v2/instance/i-1?rebuild']);
  });

  test('is not sent either when the password cannot be encrypted', async () => {
    const { bcc, requests } = await world((response) => answer(response, 200, ''), {
      credentials: { accessKeyId: 'ak', secretAccessKey: 'short' }
    });
    expect(await failureOf(bcc.rebuild(['i-1', 'i-2'], secret, never))).toMatchObject({
      kind: 'invalid',
      operation: 'RebuildBatchInstance',
      target: 'i-1, i-2'
    });
    expect(requests).toEqual([]);
  });

  test.each([
    [2, 'RebuildBatchInstance i-0, i-1: '],
    [3, 'RebuildBatchInstance i-0, i-1, i-2: '],
    [12, 'RebuildBatchInstance 12 instances: ']
  ])('of %d: an error begins with %j', async (count, start) => {
    const { bcc } = await world((response) => answer(response, 409, ''));
    const error = await errorOf(bcc.rebuild(idsOf(count), order, never));
    expect(error.message.startsWith(start)).toBe(true);
    expect(error.failure.kind).toBe('conflict');
  });

  test('is not sent again when its answer is lost', async () => {
    const { bcc, requests } = await world((response) => answer(response, 500, { code: 'InternalError' }));
    const failure = await failureOf(bcc.rebuild(['i-1', 'i-2'], order, never));
    expect(failure).toMatchObject({ kind: 'ambiguous', attempts: 1 });
    expect(requests.length).toBe(1);
  });

  test('reports its loss to a caller that has given up', async () => {
    const controller = new AbortController();
    const { bcc } = await world(() => controller.abort());
    const failure = await failureOf(bcc.rebuild(['i-1', 'i-2'], order, controller.signal));
    expect(failure).toMatchObject({ kind: 'ambiguous', target: 'i-1, i-2' });
    const late = bcc.rebuild(['i-1', 'i-2'], order, controller.signal);
    await expect(late).rejects.toBeInstanceOf(CancelledError);
  });

  test('leaves no secret in errors or lines, even where the service echoes what it got', async () => {
    const { bcc, lines, masked } = await world(
      (response, seen) =>
        answer(response, 400, {
          code: 'BadRequest',
          message: `got ${seen.headers.authorization} ${JSON.parse(seen.body).adminPass} 1qaz@WSX`
        }),
      { credentials: { accessKeyId: 'ak', secretAccessKey, sessionToken } }
    );
    const error = await errorOf(bcc.rebuild(['i-1', 'i-2'], secret, never));
    expect(error).toBeInstanceOf(CallError);
    const shown = [...lines, everythingOf(error)].join('\n');
    expect(masked).toContain(ciphertext);
    for (const word of [...masked, secretAccessKey, sessionToken, '1qaz@WSX', 'user-data-secret']) {
      expect(shown).not.toContain(word);
    }
    expect(lines).toEqual(['PUT /v2/instance/rebuild: HTTP 400, BadRequest (0 ms)']);
  });

  test('on the emulator', async () => {
    await withEmulator({}, async ({ bcc, emulator, advance }) => {
      const login = { kind: 'adminPass', adminPass: new Secret('Abcdef1!xyz') } as const;
      const ids = ['i-demo0001', 'i-demo0002'];
      const { requestId } = await bcc.rebuild(ids, { imageId: 'm-web-2', login }, never);
      expect(requestId).not.toBe('');
      advance(3_600_000);
      for (const id of ids) {
        expect((await bcc.getInstance(id, never)).imageId).toBe('m-web-2');
      }
      expect(emulator.calls[0]).toMatchObject({ operation: 'RebuildBatchInstance', status: 200 });
    });
  });
});

describe('a list without end', () => {
  const paged = (index: number, name: string) => ({
    instances: [{ ...instance(`i-${index}`), name }],
    isTruncated: true,
    nextMarker: `i-${index}`
  });

  test('of ever new pages ends at the hundredth', async () => {
    const { bcc, requests } = await world((response, _seen, count) =>
      answer(response, 200, paged(count, ''))
    );
    const failure = await failureOf(bcc.listTagged([], never));
    expect(failure).toMatchObject({ kind: 'malformed', attempts: 1 });
    expect(failure.message).toBe('the list has no end: it has more than 100 pages');
    expect(requests).toHaveLength(100);
  });

  test('of long pages ends at 8 MB of what is kept of them', async () => {
    // A long name makes an instance three times as large.
    const items = Array.from({ length: 1_500 }, (_, at) => ({
      ...instance(`i-${at}`),
      name: 'x'.repeat(1_024)
    }));
    const { bcc, requests } = await world((response, _seen, count) =>
      answer(response, 200, { instances: items, isTruncated: true, nextMarker: `i-${count}` })
    );
    const failure = await failureOf(bcc.listTagged([], never));
    expect(failure.message).toBe('the list has no end: it holds more than 8 MB');
    expect(requests.length).toBeLessThan(10);
  });
});

describe('lists that merely help', () => {
  const odd = {
    'GET /v2/volume?maxKeys=1000&usageFilter=system': {
      volumes: [
        { isSystemVolume: true },
        7,
        { id: 'v-1', isSystemVolume: true, status: 'in-use', attachments: [{ instanceId: 'i-1' }] }
      ]
    },
    'GET /v2/volume?instanceId=i-1': { requestId: 'r-1' },
    'GET /v2/volume?instanceId=i-2': { volumes: [{ id: 'v-2', isSystemVolume: true }] },
    'GET /v2/volume?instanceId=i-3': {
      volumes: [7, { id: 'v-2', isSystemVolume: true, attachments: [{ instanceId: 'i-9' }] }]
    },
    'GET /v2/snapshot?maxKeys=1000&volumeId=v-1': { snapshots: [null, { name: 'n' }] }
  };

  test('leave out what cannot be understood, with one warning for each kind of list', async () => {
    const warnings: string[] = [];
    const { bcc } = await world(byLine(odd), { warn: (line) => void warnings.push(line) });
    const disks = await bcc.listSystemDisks(never);
    expect([...disks].map(([id, disk]) => [id, disk.id, disk.status])).toEqual([['i-1', 'v-1', 'InUse']]);
    expect(await bcc.getSystemDisk('i-1', never)).toBeUndefined();
    expect(await bcc.getSystemDisk('i-2', never)).toMatchObject({ id: 'v-2', status: '' });
    expect(await bcc.listSnapshots('v-1', never)).toEqual([
      { id: '', name: 'n', createTime: '', volumeId: '' }
    ]);
    expect(warnings).toEqual([
      'ListVolumes: what cannot be understood was left out ("id" is missing), so less is known of disks and snapshots.',
      'ListSnapshots: what cannot be understood was left out (the snapshot is not an object), so less is known of disks and snapshots.'
    ]);
  });

  test('still refuse the disk of another instance', async () => {
    const { bcc } = await world(byLine(odd));
    expect(await failureOf(bcc.getSystemDisk('i-3', never))).toMatchObject({ kind: 'malformed' });
  });

  test('still refuse what is no answer of the service', async () => {
    const { bcc } = await world((response) => answer(response, 200, '<html>'));
    expect(await failureOf(bcc.getSystemDisk('i-1', never))).toMatchObject({ kind: 'malformed' });
  });
});
