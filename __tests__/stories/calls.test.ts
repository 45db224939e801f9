import { describe, expect, test } from '@jest/globals';
import type { RunRequest } from '../../src/ports/request.ts';
import { callsOf, foreignImages, health, onStage, passes } from '../support/stage.ts';

/** What is called up to the first rebuild, that one included, in any order but for the last. */
async function callsBefore(request: Partial<RunRequest>): Promise<readonly string[]> {
  return onStage({}, async (world) => {
    await world.run(request);
    const calls = callsOf(world);
    return calls.slice(0, calls.indexOf('RebuildInstance') + 1);
  });
}

const second = ['GetInstance', 'ListVolumes'];
const plain = ['GetInstance', 'GetImage', 'ListVolumes', 'ListSnapshots', ...second, 'RebuildInstance'];

function without(calls: readonly string[], known: readonly string[]): readonly string[] {
  const rest = [...calls];
  for (const name of known) rest.splice(rest.indexOf(name), 1);
  return rest.toSorted();
}

describe('the calls before the wait', () => {
  test('a plain run: four reads, two more that must agree with them, and the rebuild', async () => {
    const calls = await callsBefore({});
    expect(calls.toSorted()).toEqual(plain.toSorted());
    expect(calls.slice(0, 3).toSorted()).toEqual(['GetImage', 'GetInstance', 'ListVolumes']);
    expect(calls[3]).toBe('ListSnapshots');
    expect(calls.slice(4, 6).toSorted()).toEqual(second);
    expect(calls.slice(6)).toEqual(['RebuildInstance']);
  });

  test.each<[string, Partial<RunRequest>, readonly string[]]>([
    ['confirmName', { confirmName: 'web-1' }, []],
    ['allowProtected', { allowProtected: true }, []],
    ['health', { health }, []],
    ['rollback', { rollback: true }, ['GetImage', 'GetInstanceUserDataInfo']],
    ['rollback and health', { rollback: true, health }, ['GetImage', 'GetInstanceUserDataInfo']]
  ])('%s adds only its own', async (_, request, more) => {
    const calls = await callsBefore(request);
    expect(without(calls, plain)).toEqual(more.toSorted());
  });

  test('an image by name is one list instead of one read', async () => {
    const calls = await callsBefore({ image: { kind: 'name', pattern: 'web-2' } });
    expect(without(calls, ['GetInstance', 'ListImages', 'ListVolumes', 'ListSnapshots', ...second])).toEqual([
      'RebuildInstance'
    ]);
  });

  test('a backup adds the list for the quota, its making, and reads until it is Available', async () => {
    const calls = await callsBefore({ backup: {} });
    const rest = without(calls, [...plain, 'ListImages', 'CreateImage']);
    expect(new Set(rest)).toEqual(new Set(['GetImage', 'GetInstance', 'ListVolumes']));
    // One fresh observation with the disk, for the one of the plan is minutes old.
    expect(rest.filter((name) => name === 'ListVolumes')).toHaveLength(1);
    const made = calls.indexOf('CreateImage');
    expect(calls.slice(made + 1, made + 3).toSorted()).toEqual(['GetImage', 'GetInstance']);
    expect(rest.length).toBeLessThan(60);
  });

  test('a rollback with a backup does not read the previous image', async () => {
    const calls = await callsBefore({ backup: {}, rollback: true });
    expect(calls.slice(0, calls.indexOf('CreateImage')).toSorted()).toEqual(
      [
        'GetImage',
        'GetInstance',
        'GetInstanceUserDataInfo',
        'ListImages',
        'ListSnapshots',
        'ListVolumes',
        ...second
      ].toSorted()
    );
  });

  test('a skipped instance costs three reads and the two that must agree, and two after a health check', async () => {
    for (const request of [{}, { rollback: true }, { rollback: true, health }]) {
      const after = 'health' in request ? second : [];
      await onStage({ script: () => passes }, async (world) => {
        world.emulator.setInstance('i-demo0001', { imageId: 'm-web-2' });
        expect((await world.run(request)).status).toBe('skipped');
        expect(callsOf(world).toSorted()).toEqual(['GetImage', ...second, ...second, ...after].toSorted());
      });
    }
  });

  test('the image is read once for many instances', async () => {
    const instances = Array.from({ length: 12 }, (_, index) => ({ id: `i-${index}`, imageId: 'm-web-2' }));
    await onStage({ emulator: { world: { instances } } }, async (world) => {
      const report = await world.run({ selection: { kind: 'ids', ids: instances.map(({ id }) => id) } });
      expect(report.status).toBe('skipped');
      const calls = callsOf(world);
      expect(calls.filter((name) => name === 'GetImage')).toHaveLength(1);
    });
  });
});

describe('the wait', () => {
  test('after the backup no observation comes before its time', async () => {
    await onStage({}, async (world) => {
      await world.run({ backup: {}, health });
      // 2 minutes of backup, 45 s of rebuild, at most two observations per interval, and a few more between the phases.
      expect(world.emulator.calls.length).toBeLessThan(87);
    });
  });

  test('pruning lists once and deletes each image once', async () => {
    const { emulator } = {
      emulator: {
        world: {
          images: [
            { id: 'm-web-1', name: 'web-1' },
            { id: 'm-web-2', name: 'web-2' },
            ...foreignImages(2),
            { id: 'm-b1', name: 'rbi-backup/i-demo0001/m-web-1/20260101T000000Z/1' },
            { id: 'm-b2', name: 'rbi-backup/i-demo0001/m-web-1/20260102T000000Z/2' }
          ]
        }
      }
    };
    await onStage({ emulator }, async (world) => {
      await world.run({ backup: { keep: 1 } });
      const calls = callsOf(world);
      expect(calls.slice(-3)).toEqual(['ListImages', 'DeleteImage', 'DeleteImage']);
    });
  });
});
