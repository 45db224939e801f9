/** A health check takes time, and somebody may change the instance meanwhile: green is only what is still so after it. */
import { describe, expect, test } from '@jest/globals';
import { callsOf, health, oneOf, onStage, passes, refuses, web, writesOf } from '../support/stage.ts';
import { type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

const id = 'i-demo0001';

/** An instance on the image already, and one that is to be rebuilt. */
const starts = { skipped: 'm-web-2', rebuilt: 'm-web-1' } as const;

/** Somebody does it while the check passes, in its sixth second. */
function during(change: (world: VirtualWorld) => void) {
  let isDone = false;
  return (sinceMs: number, world: VirtualWorld) => {
    if (sinceMs >= 6_000 && !isDone) {
      isDone = true;
      change(world);
    }
    return passes;
  };
}

function onImage(imageId: string) {
  return { world: { instances: [web(id, { imageId })] } };
}

describe.each(Object.entries(starts))('an instance that would be %s', (status, imageId) => {
  test('is green where nothing has changed, after one more observation a second later', async () => {
    await onStage({ emulator: onImage(imageId) }, async (world, seen) => {
      const without = await world.run({});
      const calls = callsOf(world).length;
      expect(without.status).toBe(status);
      world.emulator.setInstance(id, { imageId });
      const report = await world.run({ health });
      expect(report.status).toBe(status);
      expect(seen.at(-1)).toBe(10_000);
      const last = callsOf(world).slice(calls);
      expect(last.length).toBe(calls + 2);
      expect(last.slice(-2).toSorted()).toEqual(['GetInstance', 'ListVolumes']);
      expect(report.durationSeconds - without.durationSeconds).toBeCloseTo(11, 0);
    });
  });

  test.each([
    ['moved to another image', { imageId: 'm-ubuntu22' }, 'Running on m-ubuntu22'],
    ['stopped', { status: 'Stopped' }, 'Stopped on m-web-2']
  ])('fails where somebody has %s meanwhile', async (_, patch, now) => {
    const script = during(({ emulator }) => emulator.setInstance(id, patch));
    await onStage({ emulator: onImage(imageId), script }, async (world) => {
      const report = await world.run({ health, rollback: true });
      expect(report.status).toBe('failed');
      const { failure, disk, rollback } = oneOf(report);
      expect(failure?.reason).toBe('changed');
      expect(failure?.cause).toContain(`it was Running on m-web-2, and is ${now}`);
      expect(disk).toBe(status === 'skipped' ? 'untouched' : 'erased');
      // What somebody else has made of it is not erased.
      expect(rollback).toBeUndefined();
      expect(writesOf(world)).toEqual(status === 'skipped' ? [] : ['RebuildInstance']);
    });
  });

  test('fails where somebody has rebuilt it from the same image meanwhile', async () => {
    const script = during((world) => {
      const spec = { imageId: 'm-web-2', login: { kind: 'keypairId', keypairId: 'k-demo0001' } } as const;
      void world.bcc.rebuild([id], spec, new AbortController().signal);
    });
    await onStage(
      { emulator: { ...onImage(imageId), behaviour: { rebuildMs: 60_000 } }, script },
      async (world) => {
        // The service shows a rebuild only some time after it has taken it.
        const report = await world.run({ health: { ...health, minHealthyTimeMs: 60_000 } });
        expect(report.status).toBe('failed');
        expect(oneOf(report).failure?.cause).toContain('its system disk is another one');
      }
    );
  });

  test('waits for a snapshot that is taken meanwhile, and checks again', async () => {
    const script = during(({ emulator, clock }) => {
      emulator.setInstance(id, { status: 'SnapshotProcessing' });
      void clock
        .sleep(60_000, new AbortController().signal)
        .then(() => emulator.setInstance(id, { status: 'Running' }));
    });
    await onStage({ emulator: onImage(imageId), script }, async (world, seen) => {
      const report = await world.run({ health });
      expect(report.status).toBe(status);
      expect(seen.at(-1)).toBeGreaterThan(76_000);
      expect(world.lines.filter((line) => line.startsWith('Health: '))).toHaveLength(2);
    });
  });

  test.each([
    ['passes there too', passes, status],
    ['does not pass there', refuses, 'failed']
  ])('is checked again at its new address, and the check %s', async (_, there, ending) => {
    const [old, now] = ['192.168.0.11', '192.168.0.12'];
    const probed: string[] = [];
    let move = (): void => undefined;
    const probe = {
      async probe(check: { readonly host: string }) {
        probed.push(check.host);
        if (probed.length === 3) move();
        return check.host === old ? passes : there;
      },
      hostKeys: async () => []
    };
    await withVirtualWorld({ emulator: onImage(imageId), probe }, async (world) => {
      move = () => world.emulator.setInstance(id, { internalIp: now, publicIp: '203.0.113.9' });
      const report = await world.run({ health });
      expect(report.status).toBe(ending);
      expect([...new Set(probed)]).toEqual([old, now]);
      expect(oneOf(report)).toMatchObject({ internalIp: now, publicIp: '203.0.113.9' });
    });
  });
});
