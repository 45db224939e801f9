/** Switches for unknowns other than the rebuild itself, each with all of its values. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  type Behaviour,
  conditionValues,
  occasionalValues,
  switchValues
} from '../../../emulator/world/behaviour.ts';
import { withBench } from '../client.ts';

const ID = 'i-demo0001';
const session = {
  accessKeyId: 'ak-temporary',
  secretAccessKey: 'sk-temporary-0123',
  sessionToken: 'token-1'
};
const withToken = (token: string) => ({ headers: { 'x-bce-security-token': token } });

describe('tokenRefusal', () => {
  test.each(occasionalValues.tokenRefusal)(
    '%s of a wrong token, and of a session that has ended',
    async (tokenRefusal) => {
      const [, code = '', status = ''] = /^(\D+)(\d+)$/.exec(tokenRefusal) ?? [];
      const refusal = { status: Number(status), json: { code } };
      const behaviour = { tokenRefusal, sessionEndsAfterMs: 60_000 };
      await withBench({ behaviour, credentials: session }, async ({ send, clock }) => {
        const read = (token: string) => send('GET', `/v2/instance/${ID}`, undefined, withToken(token));
        expect(await read('token-2')).toMatchObject(refusal);
        clock.advance(59_999);
        expect((await read('token-1')).status).toBe(200);
        clock.advance(1);
        expect(await read('token-1')).toMatchObject(refusal);
      });
    }
  );

  test('a token that is missing is a bad signature either way', async () => {
    await withBench(
      { behaviour: { tokenRefusal: 'AccessDenied403' }, credentials: session },
      async ({ send }) => {
        expect((await send('GET', `/v2/instance/${ID}`)).json.code).toBe('SignatureDoesNotMatch');
      }
    );
  });

  test('keys without a token have no session that could end', async () => {
    await withBench({ behaviour: { sessionEndsAfterMs: 1 } }, async ({ send, clock }) => {
      clock.advance(10);
      expect((await send('GET', `/v2/instance/${ID}`)).status).toBe(200);
    });
  });
});

test('keysKnownAfterMs: until then the keys are unknown', async () => {
  await withBench({ behaviour: { keysKnownAfterMs: 3000 } }, async ({ send, clock }) => {
    clock.advance(2999);
    const early = await send('GET', `/v2/instance/${ID}`);
    expect(early).toMatchObject({ status: 403, json: { code: 'InvalidAccessKeyId' } });
    clock.advance(1);
    expect((await send('GET', `/v2/instance/${ID}`)).status).toBe(200);
  });
});

test.each([
  ['accepted', true, 200],
  ['refused', true, 400],
  ['refused', false, 200]
] as const)('passwordWithToken=%s, with a token: %s', async (passwordWithToken, hasToken, status) => {
  const credentials = hasToken ? { credentials: session } : {};
  await withBench(
    { behaviour: { passwordWithToken }, ...credentials },
    async ({ send, encrypt, emulator }) => {
      const body = { imageId: 'm-web-2', adminPass: encrypt('1qaz@WSX') };
      const options = hasToken ? withToken('token-1') : {};
      expect((await send('PUT', `/v2/instance/${ID}?rebuild`, body, options)).status).toBe(status);
      expect(emulator.rebuilds).toHaveLength(status === 200 ? 1 : 0);
    }
  );
});

test.each<[Behaviour['hostnameAfterRebuild'], string]>([
  ['kept', 'web-1'],
  ['reset', ID]
])('hostnameAfterRebuild=%s', async (hostnameAfterRebuild, hostname) => {
  await withBench({ behaviour: { hostnameAfterRebuild } }, async ({ rebuild, clock, emulator }) => {
    await rebuild(ID);
    clock.advance(187_000);
    expect(emulator.instance(ID)).toMatchObject({ hostname, name: 'web-1' });
  });
});

test.each<[Behaviour['tagsAfterRebuild'], number]>([
  ['kept', 1],
  ['dropped', 0]
])('tagsAfterRebuild=%s', async (tagsAfterRebuild, count) => {
  await withBench({ behaviour: { tagsAfterRebuild } }, async ({ rebuild, clock, emulator }) => {
    await rebuild(ID);
    clock.advance(187_000);
    expect(emulator.instance(ID).tags).toHaveLength(count);
  });
});

test.each<[Behaviour['protectedInstance'], number, number]>([
  ['rebuilt', 1, 200],
  ['refused', 1, 403],
  ['refused', 0, 200]
])('protectedInstance=%s, deletionProtection %i', async (protectedInstance, deletionProtection, status) => {
  await withBench({ behaviour: { protectedInstance } }, async ({ send, rebuild }) => {
    await send('PUT', `/v2/instance/${ID}/deletionProtection`, { deletionProtection });
    expect((await rebuild(ID)).status).toBe(status);
  });
});

test.each<[Behaviour['bothNameFilters'], readonly string[] | undefined]>([
  ['refused', undefined],
  ['exact', [ID]],
  ['fuzzy', [ID, 'i-demo0002']],
  ['both', [ID]]
])('bothNameFilters=%s', async (bothNameFilters, ids) => {
  await withBench({ behaviour: { bothNameFilters } }, async ({ send }) => {
    const { status, json } = await send('GET', '/v2/instance?instanceNames=web-1&fuzzyInstanceName=web');
    expect(status).toBe(ids === undefined ? 400 : 200);
    const { instances }: Partial<typeof json> = json;
    expect(instances?.map(({ id }) => id)).toEqual(ids);
    const none = await send('GET', '/v2/instance?instanceNames=web-1&fuzzyInstanceName=db');
    if (bothNameFilters === 'both') expect(none.json.instances).toEqual([]);
  });
});

test.each<[Behaviour['emptyTags'], object]>([
  ['list', { tags: [] }],
  ['absent', {}],
  ['null', { tags: null }]
])('emptyTags=%s, in the list and alone', async (emptyTags, shown) => {
  await withBench({ behaviour: { emptyTags } }, async ({ send, emulator }) => {
    emulator.setInstance(ID, { tags: [] });
    const tagsOf = (instance: object) =>
      Object.fromEntries(Object.entries(instance).filter(([key]) => key === 'tags'));
    const alone = (await send('GET', `/v2/instance/${ID}`)).json.instance;
    const [first, second] = (await send('GET', '/v2/instance')).json.instances;
    expect([alone, first].map(tagsOf)).toEqual([shown, shown]);
    expect(tagsOf(second ?? {})).toEqual({ tags: [{ tagKey: 'app', tagValue: 'web' }] });
  });
});

describe('docs/emulator.md', () => {
  const page = readFileSync(new URL('../../../docs/emulator.md', import.meta.url), 'utf8');
  const items = page.split('\n').filter((line) => line.startsWith('- '));

  test.each(Object.entries(switchValues))('lists %s with every value', (name, values) => {
    const item = items.find((line) => line.includes(`\`${name}\``) || line.includes(`\`${name}=`)) ?? '';
    expect(item).not.toBe('');
    if (name in conditionValues) return;
    for (const value of values as readonly unknown[]) {
      const words = Array.isArray(value) ? value.join(',') || 'none' : value;
      if (typeof words !== 'object') expect(item).toContain(String(words));
    }
  });
});
