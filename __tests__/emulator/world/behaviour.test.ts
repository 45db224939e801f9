import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Behaviour,
  behaviourValues,
  defaultBehaviour,
  switchValues
} from '../../../emulator/world/behaviour.ts';
import { withBench } from '../client.ts';

const ID = 'i-demo0001';

test('the default is the first value of every switch', () => {
  expect(Object.keys(defaultBehaviour)).toHaveLength(Object.keys(switchValues).length);
  for (const [key, values] of Object.entries(switchValues)) {
    expect({ key, value: defaultBehaviour[key as keyof Behaviour] }).toEqual({ key, value: values[0] });
    expect(values.length).toBeGreaterThan(1);
  }
});

test.each<[Behaviour['stoppedInstance'], number, string]>([
  ['endsRunning', 200, 'Running'],
  ['endsStopped', 200, 'Stopped'],
  ['refused', 409, 'Stopped']
])('stoppedInstance=%s', async (stoppedInstance, status, finalStatus) => {
  await withBench({ behaviour: { stoppedInstance } }, async ({ rebuild, clock, emulator }) => {
    emulator.setInstance(ID, { status: 'Stopped' });
    expect((await rebuild(ID)).status).toBe(status);
    clock.advance(187_000);
    expect(emulator.instance(ID).status).toBe(finalStatus);
  });
});

test.each([
  ['empty', true, ''],
  ['empty', false, ''],
  ['object', true, '{}'],
  ['object', false, '{}']
] as const)(
  'rebuildReply=%s, rebuildReplyContentType=%s',
  async (rebuildReply, rebuildReplyContentType, text) => {
    await withBench({ behaviour: { rebuildReply, rebuildReplyContentType } }, async ({ rebuild }) => {
      const reply = await rebuild(ID);
      expect(reply).toMatchObject({ status: 200, text });
      expect('content-type' in reply.headers).toBe(rebuildReplyContentType);
    });
  }
);

describe('secondRebuild', () => {
  test('refused, even while the old status is still shown', async () => {
    await withBench({}, async ({ rebuild, clock, emulator }) => {
      await rebuild(ID);
      expect(emulator.instance(ID).status).toBe('Running');
      expect(await rebuild(ID)).toMatchObject({
        status: 409,
        json: { code: 'Instance.RebuildInstanceOperationForbidden' }
      });
      clock.advance(100_000);
      expect((await rebuild(ID)).status).toBe(409);
      clock.advance(87_000);
      expect((await rebuild(ID)).status).toBe(200);
      expect(emulator.rebuilds).toHaveLength(2);
    });
  });

  test('queued: the disk is wiped twice', async () => {
    await withBench({ behaviour: { secondRebuild: 'queued' } }, async ({ rebuild, clock, emulator }) => {
      await rebuild(ID);
      clock.advance(100_000);
      expect((await rebuild(ID, 'm-ubuntu22')).status).toBe(200);
      const [first, second] = emulator.rebuilds;
      expect(second?.startsAtMs).toBe(first?.endsAtMs);
      clock.advance(87_000);
      expect(emulator.instance(ID)).toMatchObject({ status: 'Starting', imageId: 'm-ubuntu22' });
      clock.advance(180_000);
      expect(emulator.instance(ID).status).toBe('Running');
    });
  });
});

test.each<[Behaviour['osChange'], number]>([
  ['allowed', 200],
  ['refused', 400]
])('osChange=%s', async (osChange, status) => {
  await withBench({ behaviour: { osChange } }, async ({ rebuild, clock, emulator }) => {
    expect((await rebuild(ID, 'm-win2022')).status).toBe(status);
    clock.advance(187_000);
    expect(emulator.instance(ID).osName).toBe(status === 200 ? 'Windows Server' : 'Ubuntu');
  });
});

describe('clientTokenOnRebuild', () => {
  test.each<[Behaviour['clientTokenOnRebuild'], number[], number]>([
    ['ignored', [200, 409, 409], 1],
    ['honoured', [200, 200, 403], 1],
    ['rejected', [400, 400, 400], 0]
  ])('%s', async (clientTokenOnRebuild, statuses, rebuilds) => {
    await withBench({ behaviour: { clientTokenOnRebuild } }, async ({ send, encrypt, emulator }) => {
      const target = `/v2/instance/${ID}?rebuild&clientToken=t-1`;
      const body = { imageId: 'm-web-2', adminPass: encrypt('1qaz@WSX') };
      const replies = [
        await send('PUT', target, body),
        await send('PUT', target, body),
        await send('PUT', target, { ...body, imageId: 'm-web-1' })
      ];
      expect(replies.map((reply) => reply.status)).toEqual(statuses);
      expect(emulator.rebuilds).toHaveLength(rebuilds);
    });
  });
});

test.each<[Behaviour['emptyStrings'], number]>([
  ['tolerated', 200],
  ['refused', 400]
])('emptyStrings=%s', async (emptyStrings, status) => {
  await withBench({ behaviour: { emptyStrings } }, async ({ rebuild, encrypt }) => {
    const adminPass = encrypt('1qaz@WSX');
    expect((await rebuild(ID, 'm-web-2', { adminPass, keypairId: '' })).status).toBe(status);
    expect((await rebuild('i-demo0002', 'm-web-2', { adminPass, cleanLastUserData: null })).status).toBe(
      status
    );
  });
});

test.each<[Behaviour['keypairAfterPassword'], string]>([
  ['kept', 'k-old'],
  ['cleared', '']
])('keypairAfterPassword=%s', async (keypairAfterPassword, keypairId) => {
  await withBench({ behaviour: { keypairAfterPassword } }, async ({ rebuild, clock, emulator }) => {
    emulator.setInstance(ID, { keypairId: 'k-old' });
    await rebuild(ID);
    clock.advance(187_000);
    expect(emulator.instance(ID).keypairId).toBe(keypairId);
  });
});

test.each<[Behaviour['passwordRule'], number]>([
  ['newest', 200],
  ['oldEnglish', 400],
  ['terraform', 400]
])('passwordRule=%s', async (passwordRule, status) => {
  await withBench({ behaviour: { passwordRule } }, async ({ rebuild, encrypt, emulator }) => {
    expect((await rebuild(ID, 'm-web-2', { adminPass: encrypt('Abcdefg1_') })).status).toBe(status);
    expect(emulator.calls).toMatchObject([{ passwordLength: 9, passwordValid: status === 200 }]);
  });
});

test.each([true, false])('isOpenHostEyeDefault=%s', async (isOpenHostEyeDefault) => {
  await withBench({ behaviour: { isOpenHostEyeDefault } }, async ({ rebuild, emulator }) => {
    await rebuild(ID);
    expect(emulator.rebuilds).toMatchObject([{ isOpenHostEye: isOpenHostEyeDefault }]);
  });
});

test('powerMs', async () => {
  await withBench({ behaviour: { powerMs: 0 } }, async ({ send, emulator }) => {
    await send('PUT', `/v2/instance/${ID}?stop`);
    expect(emulator.instance(ID).status).toBe('Stopped');
  });
});

test('whatever the switches: an accepted rebuild ends settled, on its image, without the old snapshots', async () => {
  const any = fc.record(
    Object.fromEntries(
      Object.entries(behaviourValues).map(([key, values]) => [key, fc.constantFrom(...values)])
    )
  );
  await fc.assert(
    fc.asyncProperty(any, async (behaviour) => {
      await withBench(
        { behaviour: behaviour as unknown as Behaviour },
        async ({ rebuild, clock, emulator, send }) => {
          expect((await rebuild(ID)).status).toBe(200);
          clock.advance(3_600_000);
          const after = emulator.instance(ID);
          expect(after).toMatchObject({
            status: 'Running',
            imageId: 'm-web-2',
            systemVolume: { status: 'InUse' }
          });
          expect((await send('GET', `/v2/snapshot?volumeId=${ID}`)).json.snapshots).toEqual([]);
        }
      );
    }),
    { numRuns: 60 }
  );
});
