/** Switches that concern only some runs: a session token, a protected instance, tags that a rebuild changes. */
import { describe, expect, test } from '@jest/globals';
import { type Behaviour, behaviourValues, occasionalValues } from '../../emulator/world/behaviour.ts';
import { withVirtualWorld } from '../support/virtual.ts';

const ID = 'i-demo0001';
const session = {
  accessKeyId: 'ak-temporary0000000000000000000',
  secretAccessKey: 'sk-temporary0123456789abcdefghi',
  sessionToken: 'token-1'
};
const byTag = { kind: 'tags', tags: [{ key: 'app', value: 'web' }] } as const;

describe.each(occasionalValues.tokenRefusal)('a session that expires, shown as %s', (tokenRefusal) => {
  const behaviour = { tokenRefusal, rebuildMs: 60_000 };

  test('before anything was sent: nothing is erased, and the run says so', async () => {
    const emulator = { credentials: session, behaviour: { ...behaviour, sessionEndsAfterMs: 1_000 } };
    await withVirtualWorld({ emulator }, async ({ clock, run, emulator: { rebuilds } }) => {
      await clock.sleep(2_000, new AbortController().signal);
      // A failure before the plan is reported as an error, without a plan.
      await expect(run()).rejects.toThrow();
      expect(rebuilds).toEqual([]);
    });
  });

  test('while the rebuild goes on: never green, and the disk is not called untouched', async () => {
    const emulator = { credentials: session, behaviour: { ...behaviour, sessionEndsAfterMs: 30_000 } };
    await withVirtualWorld({ emulator }, async ({ run, emulator: { rebuilds } }) => {
      const report = await run();
      expect(rebuilds).toHaveLength(1);
      expect(report.status).toBe('failed');
      expect(report.changed).toBe(true);
      const [instance] = report.instances;
      expect(instance?.disk).not.toBe('untouched');
      // AccessDenied blames the policy; its section mentions sessions too.
      const words = tokenRefusal === 'AccessDenied403' ? /policy/ : /sessionToken, which may have run out/;
      expect(instance?.failure?.remedy).toMatch(words);
    });
  });
});

test('keys that are not known yet erase nothing', async () => {
  const emulator = { behaviour: { keysKnownAfterMs: 3_000 } };
  await withVirtualWorld({ emulator }, async ({ run, clock, emulator: { rebuilds } }) => {
    await expect(run()).rejects.toThrow();
    expect(rebuilds).toEqual([]);
    await clock.sleep(3_000, new AbortController().signal);
    expect((await run()).status).toBe('rebuilt');
  });
});

test('a password that the service cannot read with temporary keys is a refusal, and nothing is erased', async () => {
  const emulator = { credentials: session, behaviour: { passwordWithToken: 'refused' } as const };
  await withVirtualWorld({ emulator }, async ({ run, emulator: { rebuilds } }) => {
    const report = await run();
    expect(report).toMatchObject({ status: 'failed', changed: false });
    expect(report.instances[0]).toMatchObject({ disk: 'untouched', failure: { reason: 'invalid' } });
    expect(rebuilds).toEqual([]);
    const login = { kind: 'keypairId', keypairId: 'k-demo0001' } as const;
    expect((await run({ rebuildOptions: { login } })).status).toBe('rebuilt');
  });
});

test.each<[Behaviour['protectedInstance'], string, boolean]>([
  ['rebuilt', 'rebuilt', true],
  ['refused', 'failed', false]
])(
  'an instance with deletion protection that may be rebuilt is %s by the service',
  async (protectedInstance, status, changed) => {
    const emulator = { behaviour: { protectedInstance } };
    await withVirtualWorld({ emulator }, async (world) => {
      world.emulator.setInstance(ID, { deletionProtection: 1 });
      const report = await world.run({ allowProtected: true });
      expect(report).toMatchObject({ status, changed });
      if (!changed) expect(report.instances[0]?.disk).toBe('untouched');
    });
  }
);

test.each(behaviourValues.tagsAfterRebuild)(
  'instances by their tags are rebuilt where tags are %s',
  async (tagsAfterRebuild) => {
    await withVirtualWorld({ emulator: { behaviour: { tagsAfterRebuild } } }, async ({ run, emulator }) => {
      const report = await run({ selection: byTag });
      expect(report.status).toBe('rebuilt');
      expect(emulator.rebuilds).toHaveLength(2);
    });
  }
);

test.each(behaviourValues.emptyTags)(
  'an instance whose missing tags show as %s is not found by a tag, and rebuilt by its ID',
  async (emptyTags) => {
    await withVirtualWorld({ emulator: { behaviour: { emptyTags } } }, async ({ run, emulator }) => {
      emulator.setInstance(ID, { tags: [] });
      const report = await run({ selection: byTag });
      expect(report.instances.map(({ instanceId }) => instanceId)).toEqual(['i-demo0002']);
      expect((await run()).status).toBe('rebuilt');
    });
  }
);

describe('a rebuild that is answered with HTTP 200 and the code of an error', () => {
  const play = { kind: 'softError', code: 'InstanceLocked' } as const;

  test('is proven only by what is seen: none comes, so the run fails and names the code', async () => {
    const emulator = { faults: [{ on: 'RebuildInstance', times: 9, play }] };
    await withVirtualWorld({ emulator }, async ({ run, emulator: { rebuilds } }) => {
      const report = await run();
      expect(rebuilds).toEqual([]);
      expect(report).toMatchObject({ status: 'failed', changed: true });
      expect(report.instances[0]).toMatchObject({ disk: 'unknown', failure: { reason: 'unproven' } });
      expect(report.instances[0]?.failure?.cause).toContain('the service answered with InstanceLocked');
    });
  });

  test('is sent once more after a stretch without a trace, and succeeds if that is taken', async () => {
    const emulator = { faults: [{ on: 'RebuildInstance', play }] };
    await withVirtualWorld({ emulator }, async ({ run, emulator: { rebuilds } }) => {
      expect((await run()).status).toBe('rebuilt');
      expect(rebuilds).toHaveLength(1);
    });
  });
});
