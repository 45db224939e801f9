import { expect, test } from '@jest/globals';
import { ownRebuildMs } from '../../../emulator/bcc/rebuild-timeline.ts';
import { withBench } from '../client.ts';

const all = Array.from({ length: 500 }, (_, index) => `i-${index}`);

test('rebuilds differ by the spread, evenly, and each instance keeps its own time', () => {
  const spread = { rebuildMs: 100_000, rebuildSpread: 0.5 };
  const times = all.map((id) => ownRebuildMs(id, spread));
  expect(Math.min(...times)).toBeGreaterThanOrEqual(50_000);
  expect(Math.max(...times)).toBeLessThanOrEqual(150_000);
  expect(times.filter((ms) => ms < 100_000).length / all.length).toBeCloseTo(0.5, 1);
  expect(all.map((id) => ownRebuildMs(id, spread))).toEqual(times);
  expect(ownRebuildMs('i-1', { ...spread, rebuildSpread: 0 })).toBe(100_000);
});

test('the service keeps to it', async () => {
  await withBench({ behaviour: { rebuildSpread: 0.5 } }, async ({ rebuild, emulator }) => {
    await rebuild('i-demo0001');
    const [record] = emulator.rebuilds;
    const tookMs = (record?.endsAtMs ?? 0) - (record?.startsAtMs ?? 0);
    expect(tookMs).toBe(ownRebuildMs('i-demo0001', { rebuildMs: 180_000, rebuildSpread: 0.5 }));
    expect(tookMs).not.toBe(180_000);
  });
});
