import { describe, expect, test } from '@jest/globals';
import type { ImageState, Spec } from '../../../emulator/world/models.ts';
import { isSettled } from '../../../src/core/model/bcc-status.ts';
import { withBriefWorld } from '../../support/brief.ts';
import { callsOf, demoImages, newCancel, problemsOf, writesOf } from '../../support/stage.ts';
import { noCancel, type VirtualWorld } from '../../support/virtual.ts';

const named = (pattern: string) => ({ kind: 'name', pattern }) as const;

function withImages<T>(
  more: readonly Spec<ImageState>[],
  test: (world: VirtualWorld) => Promise<T>,
  images: readonly Spec<ImageState>[] = demoImages
): Promise<T> {
  return withBriefWorld({ emulator: { world: { images: [...images, ...more] } } }, test);
}

/** The message with which a search ended. */
async function causeOf(world: VirtualWorld, pattern: string): Promise<string> {
  const problems = await problemsOf(world.run({ image: named(pattern) }));
  expect(problems).toHaveLength(1);
  expect(problems[0]?.remedy).not.toBe('');
  expect(writesOf(world)).toEqual([]);
  return problems[0]?.cause ?? '';
}

const releases: readonly Spec<ImageState>[] = [
  { id: 'm-r1', name: 'rel-v1', createTime: '2026-01-01T00:00:00Z' },
  { id: 'm-r3', name: 'rel-v3', createTime: '2026-01-03T00:00:00Z', type: 'Sharing' },
  { id: 'm-r2', name: 'rel-v2', createTime: '2026-01-02T00:00:00Z' },
  { id: 'm-r4', name: 'rel-v4', createTime: '2026-01-04T00:00:00Z', status: 'CreatedFailed' }
];

describe('imageName', () => {
  test.each([
    ['an exact name', 'rel-v2', 'm-r2'],
    ['a name that is a part of no other rule', 'web-2', 'm-web-2'],
    ['a pattern, of which the newest Available wins', 'rel-*', 'm-r3'],
    ['a pattern with text at the end', '*-v1', 'm-r1'],
    ['a pattern with text on both sides', 'r*l-*2', 'm-r2'],
    ['the name of a system image', '22.04 LTS*', 'm-ubuntu22']
  ])('%s: %s', async (_, pattern, id) => {
    await withImages(releases, async (world) => {
      const report = await world.run({ image: named(pattern), dryRun: true });
      expect(report).toMatchObject({ status: 'planned', imageId: id });
    });
  });

  test('what was chosen is what is rebuilt', async () => {
    await withImages(releases, async (world) => {
      expect(await world.run({ image: named('rel-*') })).toMatchObject({
        status: 'rebuilt',
        imageId: 'm-r3'
      });
      expect(world.emulator.rebuilds.map(({ imageId }) => imageId)).toEqual(['m-r3']);
    });
  });

  test('a part of a name is no match, and neither is another case', async () => {
    await withImages(releases, async (world) => {
      expect(await causeOf(world, 'rel-v')).toContain('No image of this account in this region');
      expect(await causeOf(world, 'REL-v1')).toContain('"rel-v1" (m-r1, Available)');
    });
  });

  test('none: the nearest names are listed, nearest first', async () => {
    await withImages(releases, async (world) => {
      const cause = await causeOf(world, 'rel-v5');
      expect(cause).toContain('fits imageName "rel-v5"');
      expect(cause).toMatch(/Nearest: "rel-v\d" \(m-r\d, \w+\), "rel-v\d"/);
      expect(cause).toContain('"rel-v4" (m-r4, CreatedFailed)');
    });
    await withImages(
      [],
      async (world) => {
        expect(await causeOf(world, 'x')).toContain('There is no image at all');
      },
      []
    );
  });

  test('a tie of the newest is no choice', async () => {
    const twins = ['m-a', 'm-b'].map((id) => ({ id, name: 'twin', createTime: '2026-02-01T00:00:00Z' }));
    const older = { id: 'm-c', name: 'twin', createTime: '2026-01-01T00:00:00Z' };
    await withImages([...twins, older], async (world) => {
      const cause = await causeOf(world, 'twin');
      expect(cause).toContain('images of the same age: "twin" (m-a, Available), "twin" (m-b, Available)');
      expect(cause).not.toContain('m-c');
    });
  });

  test('a tie among older ones does no harm', async () => {
    const twins = ['m-a', 'm-b'].map((id) => ({ id, name: 'twin', createTime: '2026-02-01T00:00:00Z' }));
    const newest = { id: 'm-c', name: 'twin', createTime: '2026-03-01T00:00:00Z' };
    await withImages([...twins, newest], async (world) => {
      expect(await world.run({ image: named('twin') })).toMatchObject({ status: 'rebuilt', imageId: 'm-c' });
    });
  });

  test('only images that will never be Available', async () => {
    const bad = (['CreatedFailed', 'NotAvailable'] as const).map((status, index) => ({
      id: `m-bad${index}`,
      name: 'bad',
      status
    }));
    await withImages(bad, async (world) => {
      const cause = await causeOf(world, 'bad');
      expect(cause).toContain('fits only images that cannot be used');
      expect(cause).toContain('"bad" (m-bad0, CreatedFailed)');
      expect(cause).toContain('"bad" (m-bad1, NotAvailable)');
    });
  });

  test('a backup of this action is not chosen by a wide pattern', async () => {
    const backup = {
      id: 'm-backup',
      name: 'rbi-backup/i-demo0001/m-web-1/20260301T000000Z/1',
      createTime: '2026-03-01T00:00:00Z'
    };
    await withImages([backup], async (world) => {
      const report = await world.run({ image: named('*web*'), dryRun: true });
      expect(report.imageId).toBe('m-web-2');
      const asked = await world.run({ image: named('rbi-backup/i-demo0001/*'), dryRun: true });
      expect(asked.imageId).toBe('m-backup');
    });
  });
});

describe('more images than a page holds', () => {
  const many = Array.from({ length: 2_345 }, (_, index) => ({
    id: `m-many${index}`,
    name: `many-${index}`,
    type: 'Sharing',
    createTime: new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString()
  }));

  test('the newest is on the last page', async () => {
    await withImages(many, async (world) => {
      const report = await world.run({ image: named('many-*'), dryRun: true });
      expect(report.imageId).toBe('m-many2344');
      const lists = world.emulator.calls.filter(({ operation }) => operation === 'ListImages');
      expect(lists.map(({ query }) => query['marker'])).toEqual([undefined, 'm-many1000', 'm-many2000']);
      expect(lists.every(({ query }) => query['imageName'] === 'many-')).toBe(true);
    });
  });

  test('near names are searched for on all pages', async () => {
    await withImages(many, async (world) => {
      expect(await causeOf(world, 'many-23444')).toContain('"many-2344" (m-many2344, Available)');
    });
  });

  test('the quota counts the custom ones of all pages', async () => {
    const custom = Array.from({ length: 1_001 }, (_, index) => ({ id: `m-c${index}`, name: `c-${index}` }));
    await withImages(custom, async (world) => {
      const report = await world.run({ backup: {} });
      expect(report.instances[0]?.failure?.cause).toContain('all 20 custom images');
    });
  });

  test('a page that the service refuses ends the search, and the call is named', async () => {
    await withImages(many, async (world) => {
      world.emulator.addFault({
        on: 'ListImages',
        from: 2,
        play: { kind: 'error', status: 400, code: 'BadRequest' }
      });
      expect(await causeOf(world, 'many-*')).toContain('ListImages');
    });
  });
});

describe('an image that is still being created', () => {
  /** Has the emulator make an image of the second instance, as a build would. */
  async function make(world: VirtualWorld, imageName: string): Promise<string> {
    const order = { imageName, instanceId: 'i-demo0002', clientToken: `0-0-0-0-${imageName}` } as const;
    return (await world.bcc.createImage(order, noCancel.signal)).imageId;
  }

  test.each(['name', 'id'] as const)('is waited for, asked for by %s', async (kind) => {
    await withBriefWorld({ emulator: { behaviour: { imageMs: 60_000 } } }, async (world) => {
      const id = await make(world, 'web-v3');
      const image = kind === 'id' ? { kind, id } : named('web-v3');
      const report = await world.run({ image, pollIntervalMs: 5_000 });
      expect(report).toMatchObject({ status: 'rebuilt', imageId: id, imageName: 'web-v3' });
      const sent = world.emulator.calls.find(({ operation }) => operation === 'RebuildInstance');
      const waitedMs = (sent?.atMs ?? 0) - Date.parse('2026-03-01T00:00:00Z');
      expect(waitedMs).toBeGreaterThanOrEqual(60_000);
      expect(waitedMs).toBeLessThan(71_000);
      expect(world.lines.filter((line) => line.includes('still being created; waiting'))).toHaveLength(1);
    });
  });

  test('a newer one in Creating is waited for although an older one is Available', async () => {
    await withBriefWorld({}, async (world) => {
      const id = await make(world, 'web-v3');
      expect((await world.run({ image: named('web-*') })).imageId).toBe(id);
    });
  });

  test('is waited for no longer than timeout', async () => {
    const faults = [{ on: 'CreateImage', play: { kind: 'imageStuck' } }] as const;
    await withBriefWorld({ emulator: { faults } }, async (world) => {
      const id = await make(world, 'web-v3');
      const problems = await problemsOf(world.run({ image: named('web-v3'), timeoutMs: 120_000 }));
      expect(problems[0]?.cause).toBe(`The image ${id} (web-v3) is still being created after 2m 00s.`);
      expect(world.clock.nowMs()).toBe(120_000);
      expect(writesOf(world)).toEqual(['CreateImage']);
    });
  });

  test('fails in the end: the failure is reported, and nothing is sent', async () => {
    const faults = [{ on: 'CreateImage', play: { kind: 'imageEndsIn', status: 'CreatedFailed' } }] as const;
    await withBriefWorld({ emulator: { faults } }, async (world) => {
      await make(world, 'web-v3');
      const problems = await problemsOf(world.run({ image: named('web-v3') }));
      expect(problems[0]?.cause).toContain('fits only images that cannot be used: "web-v3"');
      expect(writesOf(world)).toEqual(['CreateImage']);
    });
  });

  test('is not waited for by a dry run', async () => {
    await withBriefWorld({}, async (world) => {
      const id = await make(world, 'web-v3');
      const report = await world.run({ image: named('web-v3'), dryRun: true });
      expect(world.clock.nowMs()).toBe(0);
      expect(report.imageId).toBe(id);
      expect(world.lines.join('\n')).toContain('the image is Creating');
      expect(report.status).toBe('planned');
    });
  });

  test('a cancel ends the wait', async () => {
    await withBriefWorld({}, async (world) => {
      await make(world, 'web-v3');
      const { cancel, pull } = newCancel();
      world.clock.onSleep = (untilMs) => untilMs > 10_000 && pull();
      await expect(world.run({ image: named('web-v3') }, cancel)).rejects.toThrow();
      expect(world.clock.nowMs()).toBeLessThan(15_000);
      expect(writesOf(world)).toEqual(['CreateImage']);
    });
  });
});

describe('an image that is not there yet', () => {
  const id = 'm-later';

  /** Adds the image to the world after a time. */
  function appearAt(world: VirtualWorld, atMs: number): void {
    let isThere = false;
    world.clock.onSleep = (untilMs) => {
      if (isThere || untilMs < atMs) return;
      isThere = true;
      world.emulator.setImage({ id, name: 'web-v3', createTime: '2026-03-01T00:00:00Z' });
    };
  }

  test.each(['name', 'id'] as const)('is waited for with imageWait, asked for by %s', async (kind) => {
    await withBriefWorld({}, async (world) => {
      appearAt(world, 150_000);
      const image = kind === 'id' ? { kind, id } : named('web-v3');
      const report = await world.run({ image, imageWaitMs: 600_000, pollIntervalMs: 5_000 });
      expect(report).toMatchObject({ status: 'rebuilt', imageId: id });
      const told = world.lines.filter((line) => line.includes('not there yet'));
      expect(told).toHaveLength(3);
      expect(told[1]).toMatch(/waiting for it to appear \(1m 0\ds of at most 10m 00s\)/);
    });
  });

  test('ends the run at once without imageWait', async () => {
    await withBriefWorld({}, async (world) => {
      expect(await causeOf(world, 'web-v3')).toContain('No image of this account in this region fits');
      expect(world.clock.nowMs()).toBe(0);
      expect(world.lines.join()).not.toContain('not there yet');
    });
  });

  test('ends the run once imageWait is over: by name with the near ones, by ID with the input', async () => {
    await withBriefWorld({}, async (world) => {
      const [byName] = await problemsOf(world.run({ image: named('web-v3'), imageWaitMs: 120_000 }));
      expect(byName?.cause).toContain('"web-2" (m-web-2, Available)');
      expect(world.clock.nowMs()).toBe(120_000);
      const [byId] = await problemsOf(world.run({ image: { kind: 'id', id }, imageWaitMs: 120_000 }));
      expect(byId?.cause).toBe('The image m-later was not there when imageWait ended (2m 00s).');
      expect(writesOf(world)).toEqual([]);
    });
  });

  test('is looked for once a minute at least, however long pollInterval is', async () => {
    await withBriefWorld({}, async (world) => {
      await problemsOf(world.run({ image: named('x'), imageWaitMs: 600_000, pollIntervalMs: 300_000 }));
      expect(world.lines.filter((line) => line.includes('not there yet'))).toHaveLength(11);
    });
  });
});

describe('an image that vanishes between plan and send', () => {
  test('erases nothing, and the failure names the image and not only the instance', async () => {
    await withBriefWorld({}, async (world) => {
      const report = await world.run({}, undefined, {
        planned: async () => world.emulator.removeImage('m-web-2')
      });
      const [one] = report.instances;
      expect(report).toMatchObject({ status: 'failed', changed: false });
      expect(one).toMatchObject({ disk: 'untouched', failure: { reason: 'notFound' }, restoreWith: [] });
      expect(one?.failure?.cause).toContain('m-web-2');
      expect(one?.failure?.remedy).not.toContain('i-demo0001 is not known there');
      const now = world.emulator.instance('i-demo0001');
      expect([now.imageId, isSettled(now.status)]).toEqual(['m-web-1', true]);
      expect(callsOf(world).filter((name) => name === 'RebuildInstance')).toHaveLength(1);
    });
  });

  test('is no reason for a rollback', async () => {
    await withBriefWorld({}, async (world) => {
      const report = await world.run({ rollback: true }, undefined, {
        planned: async () => world.emulator.removeImage('m-web-2')
      });
      expect(report.status).toBe('failed');
      expect(report.instances[0]?.rollback).toBeUndefined();
    });
  });
});
