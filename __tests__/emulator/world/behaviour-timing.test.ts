import { describe, expect, test } from '@jest/globals';
import { type Behaviour, behaviourValues, defaultBehaviour } from '../../../emulator/world/behaviour.ts';
import { type Bench, withBench } from '../client.ts';

const ID = 'i-demo0001';

/** The sequence of statuses, observed every second, without repetitions. */
function statusesSeen({ emulator, clock }: Bench, seconds: number): string[] {
  const seen: string[] = [];
  for (let second = 0; second <= seconds; second += 1) {
    const { status } = emulator.instance(ID);
    if (seen.at(-1) !== status) seen.push(status);
    clock.advance(1000);
  }
  return seen;
}

describe('statuses', () => {
  test.each(behaviourValues.statuses.map((statuses) => [statuses.join(', '), statuses] as const))(
    '%s',
    async (_name, statuses) => {
      await withBench({ behaviour: { statuses } }, async (bench) => {
        await bench.rebuild(ID);
        const expected = statuses.length === 0 ? ['Running'] : ['Running', ...statuses, 'Running'];
        expect(statusesSeen(bench, 200)).toEqual(expected);
      });
    }
  );

  test.each(behaviourValues.staleRunningMs)('staleRunningMs=%i', async (staleRunningMs) => {
    await withBench({ behaviour: { staleRunningMs } }, async ({ rebuild, clock, emulator }) => {
      await rebuild(ID);
      if (staleRunningMs > 0) {
        clock.advance(staleRunningMs - 1);
        expect(emulator.instance(ID).status).toBe('Running');
        clock.advance(1);
      }
      expect(emulator.instance(ID).status).toBe('Starting');
      clock.advance(defaultBehaviour.rebuildMs);
      expect(emulator.instance(ID).status).toBe('Running');
    });
  });

  test.each(behaviourValues.rebuildMs)('rebuildMs=%i', async (rebuildMs) => {
    await withBench({ behaviour: { rebuildMs } }, async ({ rebuild, clock, emulator }) => {
      await rebuild(ID);
      clock.advance(7000 + rebuildMs - 1);
      expect(emulator.instance(ID).status).toBe('Starting');
      clock.advance(1);
      expect(emulator.instance(ID).status).toBe('Running');
    });
  });
});

/** A value right after acceptance, after the start, and after the end. */
async function threeTimes<T>(bench: Bench, read: () => T): Promise<T[]> {
  await bench.rebuild(ID);
  const accepted = read();
  bench.clock.advance(7000);
  const started = read();
  bench.clock.advance(180_000);
  return [accepted, started, read()];
}

test.each<[Behaviour['imageIdFlips'], string[]]>([
  ['accept', ['m-web-2', 'm-web-2', 'm-web-2']],
  ['start', ['m-web-1', 'm-web-2', 'm-web-2']],
  ['end', ['m-web-1', 'm-web-1', 'm-web-2']]
])('imageIdFlips=%s', async (imageIdFlips, expected) => {
  await withBench({ behaviour: { imageIdFlips } }, async (bench) => {
    expect(await threeTimes(bench, () => bench.emulator.instance(ID).imageId)).toEqual(expected);
  });
});

describe('the system disk', () => {
  test.each<[Behaviour['diskChanges'], boolean[]]>([
    ['accept', [true, true, true]],
    ['start', [false, true, true]],
    ['end', [false, false, true]]
  ])('diskChanges=%s', async (diskChanges, expected) => {
    await withBench({ behaviour: { diskChanges } }, async (bench) => {
      const changed = () => bench.emulator.instance(ID).systemVolume?.id !== 'v-sys-demo0001';
      expect(await threeTimes(bench, changed)).toEqual(expected);
    });
  });

  test.each<[Behaviour['diskReplaced'], boolean, boolean]>([
    ['newId', true, true],
    ['newCreateTime', false, true],
    ['unchanged', false, false]
  ])('diskReplaced=%s', async (diskReplaced, otherId, otherTime) => {
    await withBench({ behaviour: { diskReplaced } }, async (bench) => {
      const old = bench.emulator.instance(ID).systemVolume;
      await threeTimes(bench, () => undefined);
      const disk = bench.emulator.instance(ID).systemVolume;
      expect([disk?.id !== old?.id, disk?.createTime !== old?.createTime]).toEqual([otherId, otherTime]);
      const { json } = await bench.send('GET', `/v2/snapshot?volumeId=${ID}`);
      expect(json.snapshots).toEqual([]);
    });
  });

  test.each<[Behaviour['diskStatusDuringRebuild'], string[]]>([
    ['InUse', ['InUse', 'InUse', 'InUse']],
    ['Creating', ['InUse', 'Creating', 'InUse']]
  ])('diskStatusDuringRebuild=%s', async (diskStatusDuringRebuild, expected) => {
    await withBench({ behaviour: { diskStatusDuringRebuild } }, async (bench) => {
      expect(await threeTimes(bench, () => bench.emulator.instance(ID).systemVolume?.status)).toEqual(
        expected
      );
    });
  });
});
