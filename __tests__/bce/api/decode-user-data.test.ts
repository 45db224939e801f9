import { describe, expect, test } from '@jest/globals';
import { Secret } from '../../../src/core/model/secret.ts';
import { errorOf, everythingOf, never, withEmulator } from '../emulated.ts';
import { answer, serve } from '../server.ts';

const script = '#!/bin/sh\nexport TOKEN=user-data-secret # 密\n';
const base64 = Buffer.from(script).toString('base64');
const instances = [{ id: 'i-1', userData: script }, { id: 'i-2' }];

describe('user data', () => {
  test('comes back as text, and there is none where there is none', async () => {
    await withEmulator({ world: { instances } }, async ({ bcc, emulator }) => {
      expect((await bcc.getUserData('i-1', never))?.reveal()).toBe(script);
      expect(await bcc.getUserData('i-2', never)).toBeUndefined();
      expect(emulator.calls[0]).toMatchObject({
        method: 'POST',
        path: '/v2/instance/attribute/getUserdata',
        query: {},
        body: { instanceId: 'i-1' }
      });
    });
  });

  test('is the one that a rebuild left', async () => {
    await withEmulator({ world: { instances } }, async ({ bcc, advance }) => {
      const login = { kind: 'keepImageLogin' } as const;
      await bcc.rebuild(['i-2'], { imageId: 'm-web-2', login, userData: new Secret(script) }, never);
      advance(3_600_000);
      expect((await bcc.getUserData('i-2', never))?.reveal()).toBe(script);
    });
  });

  test('is read again when the answer is lost or broken, for it is a read', async () => {
    const on = 'GetInstanceUserDataInfo';
    const faults = [
      { on, play: { kind: 'reset', when: 'before' } },
      { on, play: { kind: 'cutBody' } },
      { on, play: { kind: 'garbage' } },
      { on, play: { kind: 'error', status: 503, code: '' } }
    ] as const;
    await withEmulator({ world: { instances }, faults }, async ({ bcc, emulator }) => {
      expect((await bcc.getUserData('i-1', never))?.reveal()).toBe(script);
      expect(emulator.calls).toHaveLength(5);
    });
  });

  test('of an instance that is not there', async () => {
    await withEmulator({ world: { instances } }, async ({ bcc, emulator }) => {
      expect((await errorOf(bcc.getUserData('i-9', never))).failure).toMatchObject({
        kind: 'notFound',
        operation: 'GetInstanceUserDataInfo',
        target: 'i-9'
      });
      expect((await errorOf(bcc.getUserData('', never))).failure).toMatchObject({ attempts: 0 });
      expect(emulator.calls).toHaveLength(1);
    });
  });

  test('gets into no error and no debug line, whether it comes, is cut or cannot be understood', async () => {
    const on = 'GetInstanceUserDataInfo';
    const options = {
      world: { instances },
      faults: [{ on, from: 2, times: 5, play: { kind: 'cutBody' } }] as const
    };
    const parts = ['user-data-secret', base64, base64.slice(0, 12)];
    await withEmulator(options, async ({ bcc, lines }) => {
      await bcc.getUserData('i-1', never);
      const error = await errorOf(bcc.getUserData('i-1', never));
      const shown = [...lines, everythingOf(error)].join('\n');
      expect(lines).toHaveLength(6);
      for (const part of parts) {
        expect(shown).not.toContain(part);
      }
    });
  });

  test.each([
    ['plain text', script],
    ['spoilt base64', `${base64.slice(0, 20)}!${base64.slice(20)}`],
    ['bytes', Buffer.concat([Buffer.from(script), Buffer.of(0xff)]).toString('base64')]
  ])('that is %s is malformed, and stays unseen', async (_what, userData) => {
    const server = await serve((_request, response) =>
      answer(response, 200, { instanceId: 'i-1', userData })
    );
    const more = { endpoint: server.url };
    await withEmulator(
      {},
      async ({ bcc, lines }) => {
        const error = await errorOf(bcc.getUserData('i-1', never));
        expect(error.failure).toMatchObject({ kind: 'malformed', httpStatus: 200 });
        const shown = [...lines, everythingOf(error)].join('\n');
        expect(shown).not.toContain('user-data-secret');
        expect(shown).not.toContain(base64.slice(0, 12));
      },
      more
    ).finally(() => server.close());
  });
});
