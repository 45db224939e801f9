import { describe, expect, test } from '@jest/globals';
import type { Fault, Play } from '../../../emulator/faults/faults.ts';
import { withBench } from '../client.ts';

const ID = 'i-demo0001';
const READ = `/v2/instance/${ID}`;

function onRebuild(play: Play): Fault[] {
  return [{ on: 'RebuildInstance', play }];
}

describe('in the world', () => {
  test('wrongImage', async () => {
    await withBench({ faults: onRebuild({ kind: 'wrongImage', imageId: 'm-ubuntu22' }) }, async (bench) => {
      await bench.rebuild(ID);
      bench.clock.advance(187_000);
      expect(bench.emulator.instance(ID)).toMatchObject({ status: 'Running', imageId: 'm-ubuntu22' });
      expect(bench.emulator.rebuilds).toMatchObject([{ imageId: 'm-ubuntu22', requestedImageId: 'm-web-2' }]);
    });
  });

  test('stuck', async () => {
    await withBench(
      { faults: onRebuild({ kind: 'stuck', status: 'Starting' }) },
      async ({ rebuild, clock, emulator }) => {
        await rebuild(ID);
        clock.advance(86_400_000);
        expect(emulator.instance(ID).status).toBe('Starting');
        expect((await rebuild(ID)).status).toBe(409);
        emulator.setInstance(ID, { status: 'Running' });
        expect((await rebuild(ID)).status).toBe(200);
      }
    );
  });

  test('unknownStatus', async () => {
    await withBench({ faults: onRebuild({ kind: 'unknownStatus', status: 'Thinking' }) }, async (bench) => {
      await bench.rebuild(ID);
      bench.clock.advance(7000);
      expect(bench.emulator.instance(ID).status).toBe('Thinking');
      bench.clock.advance(180_000);
      expect(bench.emulator.instance(ID).status).toBe('Running');
    });
  });

  test.each(['Error', 'Expired', 'Deleted', 'Recycled', 'Stopped'] as const)('endsIn %s', async (status) => {
    await withBench(
      { faults: onRebuild({ kind: 'endsIn', status }) },
      async ({ rebuild, clock, emulator }) => {
        await rebuild(ID);
        clock.advance(187_000);
        expect(emulator.instance(ID).status).toBe(status);
      }
    );
  });

  test('endsIn Error, and an image that shows only at the end never shows', async () => {
    const faults = onRebuild({ kind: 'endsIn', status: 'Error' });
    await withBench({ behaviour: { imageIdFlips: 'end' }, faults }, async ({ rebuild, clock, emulator }) => {
      await rebuild(ID);
      clock.advance(187_000);
      expect(emulator.instance(ID).imageId).toBe('m-web-1');
    });
  });

  test('lostRebuild', async () => {
    await withBench({ faults: onRebuild({ kind: 'lostRebuild' }) }, async ({ rebuild, clock, emulator }) => {
      const before = emulator.instance(ID);
      expect((await rebuild(ID)).status).toBe(200);
      clock.advance(3_600_000);
      expect(emulator.instance(ID)).toEqual(before);
      expect(emulator.rebuilds).toEqual([]);
    });
  });

  test('diskNeverSettles', async () => {
    await withBench(
      { faults: onRebuild({ kind: 'diskNeverSettles' }) },
      async ({ rebuild, clock, emulator }) => {
        await rebuild(ID);
        clock.advance(3_600_000);
        expect(emulator.instance(ID)).toMatchObject({
          status: 'Running',
          systemVolume: { status: 'Creating' }
        });
      }
    );
  });
});

test('things that somebody else does meanwhile', async () => {
  await withBench({}, async ({ rebuild, clock, emulator, send }) => {
    await rebuild(ID);
    emulator.removeImage('m-web-2');
    clock.advance(7000);
    expect(emulator.instance(ID).imageId).toBe('m-web-2');
    emulator.setInstance(ID, { status: 'Expired' });
    clock.advance(3_600_000);
    expect(emulator.instance(ID).status).toBe('Expired');
    emulator.removeInstance(ID);
    expect((await send('GET', READ)).status).toBe(404);
    expect(() => emulator.instance(ID)).toThrow(ID);
  });
});
