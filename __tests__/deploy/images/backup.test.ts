import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../../emulator/faults/faults.ts';
import type { ImageState, Spec } from '../../../emulator/world/models.ts';
import type { InstanceReport } from '../../../src/core/report/report.ts';
import type { Bcc } from '../../../src/ports/bcc.ts';
import { withBriefWorld } from '../../support/brief.ts';
import { callsOf, demoImages, foreignImages, newCancel, oneOf, web, writesOf } from '../../support/stage.ts';
import type { VirtualOptions, VirtualWorld } from '../../support/virtual.ts';

const startMs = Date.parse('2026-03-01T00:00:00Z');

/** Runs with a backup that fails: nothing may be erased, and the reason is the backup. */
async function failing(
  faults: readonly Fault[],
  check: (one: InstanceReport, world: VirtualWorld) => Promise<void> | void,
  options: VirtualOptions = {}
): Promise<void> {
  await withBriefWorld({ ...options, emulator: { ...options.emulator, faults } }, async (world) => {
    const report = await world.run({ backup: {}, rollback: true });
    const one = oneOf(report);
    expect(report).toMatchObject({ status: 'failed', changed: false });
    expect(one).toMatchObject({ status: 'failed', disk: 'untouched', failure: { reason: 'backup' } });
    expect(one.failure?.cause).toContain('the backup failed, so nothing was erased');
    expect(one.failure?.diskNote).toBe('The system disk was not touched by this run.');
    expect(one.restoreWith).toEqual([]);
    expect(one.rollback).toBeUndefined();
    expect(world.emulator.rebuilds).toEqual([]);
    expect(callsOf(world)).not.toContain('RebuildInstance');
    await check(one, world);
  });
}

async function customImages(world: VirtualWorld): Promise<readonly string[]> {
  const images = await world.bcc.listImages({ imageType: 'Custom' }, new AbortController().signal);
  return images.map(({ id }) => id);
}

describe('a backup', () => {
  test.each([true, false])('is Available before the wipe (shows in the status: %s)', async (shows) => {
    const behaviour = { imageShowsProcessing: shows, imageMs: 60_000 };
    await withBriefWorld({ emulator: { behaviour } }, async (world) => {
      const report = await world.run({ backup: {}, pollIntervalMs: 5_000 });
      expect(report).toMatchObject({ status: 'rebuilt', changed: true });
      expect(writesOf(world)).toEqual(['CreateImage', 'RebuildInstance']);
      const { backup, adopted, restoreWith, phases } = oneOf(report);
      const image = await world.bcc.getImage(backup?.imageId ?? '', new AbortController().signal);
      expect(image).toMatchObject({ status: 'Available', name: backup?.imageName });
      expect(world.emulator.rebuilds[0]?.acceptedAtMs).toBeGreaterThanOrEqual(startMs + 60_000);
      // Its own ImageProcessing is not work of somebody else, which would require minutes of stable time.
      expect(adopted).toBe(false);
      expect(world.emulator.rebuilds[0]?.acceptedAtMs).toBeLessThan(startMs + 71_000);
      expect(restoreWith).toContain(`imageId: ${backup?.imageId}`);
      expect(phases[1]).toMatchObject({ phase: 'backup', startedAt: '2026-03-01T00:00:05Z' });
      // The name has instance, old image, time and run.
      expect(backup?.imageName).toBe('rbi-backup/i-demo0001/m-web-1/20260301T000005Z/4711');
      const made = world.emulator.calls.find(({ operation }) => operation === 'CreateImage');
      expect(made?.body).toEqual({ imageName: backup?.imageName, instanceId: 'i-demo0001' });
      expect(made?.query['clientToken']).toMatch(/^[\da-f-]{36}$/);
    });
  });

  test('is waited for if a replica does not show it yet, and does not count as deleted', async () => {
    const behaviour = { replicas: 1, replicaLagMs: 8_000, imageMs: 20_000 };
    await withBriefWorld({ emulator: { behaviour } }, async (world) => {
      const report = await world.run({ backup: {} });
      expect(report).toMatchObject({ status: 'rebuilt', changed: true });
      expect(
        world.emulator.calls.some(({ operation, status }) => operation === 'GetImage' && status === 404)
      ).toBe(true);
    });
  });

  test('is made of each instance just before its own wipe', async () => {
    await withBriefWorld({}, async (world) => {
      const report = await world.run({
        backup: {},
        selection: { kind: 'ids', ids: ['i-demo0001', 'i-demo0002'] }
      });
      expect(report.status).toBe('rebuilt');
      expect(writesOf(world)).toEqual(['CreateImage', 'RebuildInstance', 'CreateImage', 'RebuildInstance']);
      const ids = report.instances.map(({ backup }) => backup?.imageId);
      expect(new Set(ids).size).toBe(2);
    });
  });

  test('is made of a stopped instance too', async () => {
    await withBriefWorld({}, async (world) => {
      world.emulator.setInstance('i-demo0001', { status: 'Stopped' });
      expect((await world.run({ backup: {} })).status).toBe('rebuilt');
      expect(writesOf(world)[0]).toBe('CreateImage');
    });
  });

  test('is made after a change of somebody else has ended: a change under way is no reason to fail', async () => {
    await withBriefWorld({ emulator: { behaviour: { powerMs: 60_000 } } }, async (world) => {
      const { signal } = new AbortController();
      world.emulator.setInstance('i-demo0001', { status: 'Stopped' });
      await world.bcc.start('i-demo0001', signal);
      const report = await world.run({ backup: {} });
      expect(oneOf(report).failure).toBeUndefined();
      expect(report.status).toBe('rebuilt');
      expect(writesOf(world)).toEqual(['StartInstance', 'CreateImage', 'RebuildInstance']);
    });
  });

  test("is not made, and does not fail, where a cancelled run's rebuild is only waited for", async () => {
    await withBriefWorld({}, async (world) => {
      const { cancel, pull } = newCancel();
      world.clock.onSleep = () => world.clock.nowMs() > 20_000 && pull();
      expect((await world.run({}, cancel)).status).toBe('inProgress');
      world.clock.onSleep = () => undefined;
      const again = await world.run({ backup: {} });
      expect(oneOf(again).failure).toBeUndefined();
      expect(again.status).toBe('skipped');
      expect(writesOf(world)).toEqual(['RebuildInstance']);
    });
  });

  test('is made by the next run if a cancel has left the instance in ImageProcessing', async () => {
    await withBriefWorld({}, async (world) => {
      const { cancel, pull } = newCancel();
      world.clock.onSleep = () => world.clock.nowMs() > 15_000 && pull();
      await world.run({ backup: {} }, cancel);
      world.clock.onSleep = () => undefined;
      const again = await world.run({ backup: {} });
      expect(oneOf(again).failure).toBeUndefined();
      expect(again.status).toBe('rebuilt');
      expect(writesOf(world)).toEqual(['CreateImage', 'CreateImage', 'RebuildInstance']);
    });
  });

  test('is not made where nothing is erased', async () => {
    await withBriefWorld({}, async (world) => {
      world.emulator.setInstance('i-demo0001', { imageId: 'm-web-2' });
      world.emulator.setInstance('i-demo0002', { imageId: 'm-web-2', status: 'Stopped' });
      const report = await world.run({
        backup: {},
        selection: { kind: 'ids', ids: ['i-demo0001', 'i-demo0002'] }
      });
      expect(report).toMatchObject({ status: 'skipped', changed: false });
      expect(writesOf(world)).toEqual(['StartInstance']);
    });
  });

  test('tolerates a lost answer to its creation', async () => {
    for (const play of [
      { kind: 'reset', when: 'after' },
      { kind: 'error', status: 500, code: 'InternalError', when: 'after' },
      { kind: 'cutBody' }
    ] as const) {
      await withBriefWorld({ emulator: { faults: [{ on: 'CreateImage', play }] } }, async (world) => {
        const report = await world.run({ backup: {} });
        expect(report.status).toBe('rebuilt');
        const made = world.emulator.calls.filter(({ operation }) => operation === 'CreateImage');
        expect(new Set(made.map(({ query }) => query['clientToken'])).size).toBe(1);
        expect(await customImages(world)).toEqual(['m-web-1', 'm-web-2', oneOf(report).backup?.imageId]);
      });
    }
  });
});

describe('a backup that fails', () => {
  test('by being missing for longer than the maximum lag of a replica', async () => {
    const gone = { kind: 'error', status: 404, code: 'NoSuchObject' } as const;
    await failing([{ on: 'GetImage', from: 3, times: 99, play: gone }], ({ failure }, world) => {
      expect(failure?.cause).toContain('NoSuchObject');
      expect(world.clock.nowMs()).toBeLessThan(60_000);
    });
  });

  test('by being stuck in Creating', async () => {
    const stuck = { on: 'CreateImage', play: { kind: 'imageStuck' } } as const;
    const check: Parameters<typeof failing>[1] = ({ failure, backup }, world) => {
      expect(failure?.cause).toContain(`${backup?.imageId} is Creating`);
      expect(failure?.cause).toContain('2m 00s');
      expect(world.clock.nowMs()).toBe(125_000);
    };
    await failing([stuck], check, { request: { timeoutMs: 120_000, pollIntervalMs: 5_000 } });
  });

  test('by a read that is refused while the other one is still out, which is waited for', async () => {
    let out = 0;
    let stage: VirtualWorld | undefined;
    const wrap = (bcc: Bcc): Bcc => ({
      ...bcc,
      async getInstance(...given) {
        out += 1;
        await stage?.clock.sleep(3_000, given[1]);
        const instance = await bcc.getInstance(...given);
        out -= 1;
        return instance;
      }
    });
    const denied: Fault = { on: 'GetImage', from: 3, times: 99, play: { kind: 'accessDenied' } };
    await withBriefWorld({ wrap, emulator: { faults: [denied] } }, async (world) => {
      stage = world;
      const report = await world.run({ backup: {} });
      expect(oneOf(report).failure?.reason).toBe('backup');
      expect(out).toBe(0);
    });
  });

  test('by an instance that does not become stable again', async () => {
    await withBriefWorld({ emulator: { behaviour: { imageMs: 60_000 } } }, async (world) => {
      world.clock.onSleep = (untilMs) => {
        if (untilMs > 70_000) return;
        if (untilMs > 60_000) world.emulator.setInstance('i-demo0001', { status: 'SnapshotProcessing' });
      };
      const one = oneOf(await world.run({ backup: {}, timeoutMs: 120_000, pollIntervalMs: 5_000 }));
      expect(one.failure?.reason).toBe('backup');
      expect(one.failure?.cause).toContain('the instance SnapshotProcessing');
      expect(writesOf(world)).toEqual(['CreateImage']);
    });
  });

  test.each(['CreatedFailed', 'CreateFailed', 'Error', 'NotAvailable'] as const)(
    'by ending in %s',
    async (status) => {
      const fault = { on: 'CreateImage', play: { kind: 'imageEndsIn', status } } as const;
      await failing([fault], ({ failure, backup }, world) => {
        expect(failure?.cause).toContain(`${backup?.imageId} came to the status ${status}`);
        expect(world.clock.nowMs()).toBeLessThan(130_000);
      });
    }
  );

  test('by a refusal of its creation', async () => {
    const conflict = {
      on: 'CreateImage',
      times: Number.POSITIVE_INFINITY,
      play: { kind: 'error', status: 409, code: 'Image.InstanceStatusForbidden', message: 'busy' }
    } as const;
    await failing([conflict], ({ failure, backup }) => {
      expect(failure?.cause).toContain('CreateImage i-demo0001: busy (HTTP 409');
      expect(backup).toBeUndefined();
    });
  });

  test('by the quota that the service finds full', async () => {
    const full = {
      on: 'CreateImage',
      times: Number.POSITIVE_INFINITY,
      play: { kind: 'error', status: 413, code: 'Image.ImageQuotaExceedLimit', message: 'full' }
    } as const;
    await failing([full], ({ failure }) => expect(failure?.cause).toContain('Image.ImageQuotaExceedLimit'));
  });

  test('by a permission that is missing', async () => {
    await failing([{ on: 'CreateImage', times: 99, play: { kind: 'accessDenied' } }], ({ failure }) =>
      expect(failure?.remedy).toContain('CreateImage')
    );
  });

  test('by an instance in Error, of which no image can be made', async () => {
    const world = { instances: [web('i-demo0001', { status: 'Error' })] };
    await failing([], ({ failure }) => expect(failure?.cause).toContain('The instance is Error'), {
      emulator: { world }
    });
  });

  test('by reads that fail for good, with the image named', async () => {
    const fault = { on: 'GetImage', from: 2, times: 99, play: { kind: 'accessDenied' } } as const;
    await failing([fault], ({ backup, failure }) => {
      expect(backup?.imageId).toMatch(/^m-/);
      expect(failure?.cause).toContain('GetImage');
    });
  });

  test('keeps the following instances from starting', async () => {
    const faults = [{ on: 'CreateImage', play: { kind: 'imageEndsIn', status: 'Error' } }] as const;
    await withBriefWorld({ emulator: { faults } }, async (world) => {
      const report = await world.run({
        backup: {},
        selection: { kind: 'ids', ids: ['i-demo0001', 'i-demo0002'] }
      });
      expect(report.instances.map(({ status }) => status)).toEqual(['failed', 'notStarted']);
      expect(writesOf(world)).toEqual(['CreateImage']);
    });
  });
});

describe('a cancel while the backup is made', () => {
  test('sends nothing more and names the image', async () => {
    await withBriefWorld({}, async (world) => {
      const { cancel, pull } = newCancel();
      world.clock.onSleep = () => world.clock.nowMs() > 15_000 && pull();
      const report = await world.run({ backup: {}, rollback: true }, cancel);
      const one = oneOf(report);
      expect(writesOf(world)).toEqual(['CreateImage']);
      expect(report.changed).toBe(false);
      expect(one).toMatchObject({
        status: 'notStarted',
        disk: 'untouched',
        failure: { reason: 'cancelled' }
      });
      expect(one.backup?.imageId).toMatch(/^m-/);
      expect(one.failure?.remedy).toMatch(new RegExp(`${one.backup?.imageId}.* stays`));
    });
  });

  test('while its creation is not answered: the name of the possible image is reported', async () => {
    const { cancel, pull } = newCancel();
    const faults = [{ on: 'CreateImage', play: { kind: 'hang', when: 'after' } }] as const;
    const onCall = ({ operation }: { readonly operation: string }) => {
      if (operation === 'CreateImage') setTimeout(pull, 20);
    };
    await withBriefWorld({ emulator: { faults, onCall } }, async (world) => {
      // As in a real run, writes get a little more time than everything else.
      const later: AbortController = new AbortController();
      cancel.signal.addEventListener('abort', () => setTimeout(() => later.abort(), 50));
      const one = oneOf(await world.run({ backup: {} }, { signal: cancel.signal, writes: later.signal }));
      expect(await customImages(world)).toHaveLength(3);
      expect(JSON.stringify([one.failure, one.backup ?? null])).toContain('rbi-backup/i-demo0001/');
    });
  });
});

describe('old backups', () => {
  function backupOf(instanceId: string, day: number, patch: Partial<ImageState> = {}): Spec<ImageState> {
    const date = `2026-01-${String(day).padStart(2, '0')}`;
    return {
      id: `m-old-${instanceId}-${day}`,
      name: `rbi-backup/${instanceId}/m-web-1/${date.replaceAll('-', '')}T000000Z/${day}`,
      createTime: `${date}T00:00:00Z`,
      ...patch
    };
  }

  const images: readonly Spec<ImageState>[] = [
    ...demoImages,
    ...foreignImages(2),
    backupOf('i-demo0001', 3),
    backupOf('i-demo0001', 1),
    backupOf('i-demo0001', 2),
    backupOf('i-demo0002', 1),
    { id: 'm-like', name: 'rbi-backup/i-demo0001/by-hand' },
    backupOf('i-demo0001', 4, { id: 'm-shared-to-us', type: 'Sharing' })
  ];

  test.each<[number | undefined, readonly string[]]>([
    [undefined, []],
    [1, ['m-old-i-demo0001-3', 'm-old-i-demo0001-2', 'm-old-i-demo0001-1']],
    [2, ['m-old-i-demo0001-2', 'm-old-i-demo0001-1']],
    [4, []]
  ])('keep %s: only ours of this instance go, the oldest', async (keep, gone) => {
    await withBriefWorld({ emulator: { world: { images } } }, async (world) => {
      const before = await customImages(world);
      const report = await world.run({ backup: keep === undefined ? {} : { keep } });
      expect(report.status).toBe('rebuilt');
      const deleted = world.emulator.calls.filter(({ operation }) => operation === 'DeleteImage');
      expect(deleted.map(({ path }) => path.split('/').at(-1)).toSorted()).toEqual(gone.toSorted());
      const left = [...before.filter((id) => !gone.includes(id)), oneOf(report).backup?.imageId];
      expect((await customImages(world)).toSorted()).toEqual(left.toSorted());
      const writes = writesOf(world);
      expect(writes.slice(0, 2)).toEqual(['CreateImage', 'RebuildInstance']);
    });
  });

  test('stay where the rebuild failed', async () => {
    const faults = [{ on: 'RebuildInstance', play: { kind: 'endsIn', status: 'Error' } }] as const;
    for (const rollback of [false, true]) {
      await withBriefWorld({ emulator: { world: { images }, faults } }, async (world) => {
        const report = await world.run({ backup: { keep: 1 }, rollback });
        expect(report.status).toBe(rollback ? 'rolledBack' : 'failed');
        expect(writesOf(world)).not.toContain('DeleteImage');
      });
    }
  });

  test('that cannot be deleted are a warning only', async () => {
    const faults = [{ on: 'DeleteImage', times: 99, play: { kind: 'accessDenied' } }] as const;
    await withBriefWorld({ emulator: { world: { images }, faults } }, async (world) => {
      const report = await world.run({ backup: { keep: 1 } });
      expect(report.status).toBe('rebuilt');
      expect(oneOf(report).failure).toBeUndefined();
      expect(world.lines.join('\n')).toContain('warning: Old backups of i-demo0001 could not be deleted');
    });
  });

  test('one that is shared and cannot be deleted does not keep the others', async () => {
    const shared = images.map((each) =>
      each.id === 'm-old-i-demo0001-3' ? { ...each, shared: true } : each
    );
    await withBriefWorld({ emulator: { world: { images: shared } } }, async (world) => {
      expect((await world.run({ backup: { keep: 1 } })).status).toBe('rebuilt');
      expect(world.lines.join('\n')).toContain('warning: Old backups');
      const left = await customImages(world);
      expect(left.filter((id) => id.startsWith('m-old-i-demo0001'))).toEqual(['m-old-i-demo0001-3']);
    });
  });

  test('a cancel while they are deleted does not undo what is proven', async () => {
    const { cancel, pull } = newCancel();
    const onCall = ({ operation }: { readonly operation: string }) => {
      if (operation === 'DeleteImage') pull();
    };
    await withBriefWorld({ emulator: { world: { images }, onCall } }, async (world) => {
      const one = oneOf(await world.run({ backup: { keep: 1 } }, cancel));
      expect(one.status).toBe('rebuilt');
    });
  });
});
