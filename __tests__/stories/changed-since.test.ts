/** An instance that somebody else changes during a rollout is neither erased nor rolled back. */
import { describe, expect, test } from '@jest/globals';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import type { RunRequest } from '../../src/ports/request.ts';
import { defaultOptions } from '../support/default-request.ts';
import { fleetRequest, onFleet, probeOf, rebuiltIds, statusesOf } from '../support/fleets.ts';
import { health, oneOf } from '../support/stage.ts';
import { noCancel, type VirtualWorld } from '../support/virtual.ts';

/** Does it once, at the first wait after the service has accepted this many rebuilds. */
function afterRebuilds({ emulator, clock }: VirtualWorld, count: number, act: () => void): void {
  let isDone = false;
  clock.onSleep = () => {
    if (isDone || emulator.rebuilds.length < count) return;
    isDone = true;
    act();
  };
}

const tags = [
  { key: 'group', value: 'blue' },
  { key: 'env', value: 'prod' }
];

describe('an instance that changes between the plan and its turn is refused', () => {
  const changes: readonly (readonly [string, (world: VirtualWorld, id: string) => void, string])[] = [
    [
      'a new name',
      ({ emulator }, id) => emulator.setInstance(id, { name: 'kept' }),
      'its name is "kept", not'
    ],
    [
      'another image',
      ({ emulator }, id) => emulator.setInstance(id, { imageId: 'm-ubuntu22' }),
      'its image is m-ubuntu22, not m-web-1'
    ],
    [
      'a tag removed',
      ({ emulator }, id) => emulator.setInstance(id, { tags: [{ tagKey: 'group', tagValue: 'blue' }] }),
      'it no longer carries group=blue and env=prod'
    ]
  ];

  test.each(changes)('for %s', async (_, change, words) => {
    const world = fleetWorld(3);
    const own = tags.map(({ key, value }) => ({ tagKey: key, tagValue: value }));
    const instances = (world.instances ?? []).map((one) =>
      one.id.startsWith('i-fleet') ? { ...one, tags: own } : one
    );
    await onFleet(
      3,
      async (virtual, ids) => {
        const [first, second, third] = ids;
        afterRebuilds(virtual, 1, () => change(virtual, second ?? ''));
        const request = {
          ...fleetRequest(ids, 1, { maxFailures: 1 }),
          selection: { kind: 'tags', tags } as const
        };
        const report = await virtual.run(request);
        expect(rebuiltIds(virtual)).toEqual([first, third]);
        expect(statusesOf(report)).toBe('rebuilt failed rebuilt');
        const { failure, disk } = oneOf(report, second);
        expect(failure?.reason).toBe('refused');
        expect(failure?.cause).toContain(`it has changed since the plan was made: ${words}`);
        expect(disk).toBe('untouched');
      },
      { emulator: { world: { ...world, instances } } }
    );
  });

  test('for a rebuild from the same image by somebody else, which shows in the system disk alone', async () => {
    await onFleet(2, async (virtual, ids) => {
      const [first, second = ''] = ids;
      afterRebuilds(virtual, 1, () => {
        void virtual.bcc.rebuild([second], { ...defaultOptions, imageId: 'm-web-1' }, noCancel.signal);
      });
      const report = await virtual.run(fleetRequest(ids, 1));
      expect(rebuiltIds(virtual)).toEqual([first, second]);
      expect(statusesOf(report)).toBe('rebuilt failed');
      const { failure, disk } = oneOf(report, second);
      expect(failure?.reason).toBe('refused');
      expect(failure?.cause).toMatch(/its system disk is v-\S+, not v-\S+: somebody has rebuilt it/);
      expect(disk).toBe('untouched');
    });
  });

  test('but a tag that did not select it may be removed', async () => {
    await onFleet(2, async (virtual, ids) => {
      afterRebuilds(virtual, 1, () => virtual.emulator.setInstance(ids[1] ?? '', { tags: [] }));
      expect(statusesOf(await virtual.run(fleetRequest(ids, 1)))).toBe('rebuilt rebuilt');
    });
  });
});

describe('a rollback leaves alone', () => {
  const rollback: Partial<RunRequest> = { rollback: true, health };

  test('a finished instance that somebody has moved to another image, and the others are rolled back', async () => {
    let stage: VirtualWorld | undefined;
    const probe = probeOf(
      (id) => id !== 'i-fleet00003' || stage?.emulator.instance(id).imageId !== 'm-web-2'
    );
    await onFleet(
      3,
      async (virtual, ids) => {
        stage = virtual;
        const [first, second, third] = ids;
        afterRebuilds(virtual, 3, () => {
          virtual.emulator.setInstance(second ?? '', {
            status: 'Running',
            imageId: 'm-ubuntu22',
            imageName: 'hotfix'
          });
        });
        const report = await virtual.run({ ...fleetRequest(ids, 1), ...rollback });
        expect(rebuiltIds(virtual)).toEqual([first, second, third, third, first]);
        expect(oneOf(report, first).status).toBe('rolledBack');
        const { status, failure } = oneOf(report, second);
        expect(status).toBe('failed');
        expect(failure?.diskNote).toContain(
          'It was not rolled back to m-web-1, because it runs on m-ubuntu22, not on m-web-2 that this run put on it'
        );
        expect(virtual.emulator.instance(second ?? '').imageId).toBe('m-ubuntu22');
      },
      { probe }
    );
  });

  test('an instance whose rebuild was lost and that only a scheduled snapshot has disturbed', async () => {
    const faults = [{ on: 'RebuildInstance', times: 2, play: { kind: 'reset', when: 'before' } }] as const;
    await onFleet(
      1,
      async (virtual, ids) => {
        const id = ids[0] ?? '';
        virtual.clock.onSleep = () => {
          const nowMs = virtual.clock.nowMs();
          if (nowMs < 25_000 || nowMs > 120_000) return;
          const status = nowMs < 50_000 ? 'SnapshotProcessing' : 'Running';
          virtual.emulator.setInstance(id, { status });
        };
        const report = await virtual.run({ ...fleetRequest(ids, 1), rollback: true });
        expect(rebuiltIds(virtual)).toEqual([]);
        expect(report.status).toBe('failed');
      },
      { emulator: { world: fleetWorld(1), faults } }
    );
  });
});
