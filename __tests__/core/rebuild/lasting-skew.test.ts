/** Reads that are refused for the time of their signature: a clock that differs is mended, an ended session is not. */
import { describe, expect, test } from '@jest/globals';
import type { RebuildEvent } from '../../../src/core/rebuild/rebuild-state.ts';
import { failureOf, playRebuild, taskOf } from './rebuilds.ts';

const refused = (atMs: number, kind: 'skewed' | 'transient' = 'skewed'): RebuildEvent => ({
  type: 'observeFailed',
  atMs,
  failure: failureOf(kind)
});

/** Plays a wait in which every read fails from 20 s on, as `observe` says. */
function endOf(observe: (atMs: number) => RebuildEvent | undefined) {
  const { rebuild, observedMs } = playRebuild(taskOf(), {
    show: () => ({}),
    observe: (atMs) => (atMs < 20_000 ? undefined : observe(atMs))
  });
  return { ending: rebuild.ending, lastMs: observedMs.at(-1) ?? 0 };
}

describe('reads refused as skewed', () => {
  test('end the wait after a minute of nothing else', () => {
    const { ending, lastMs } = endOf((atMs) => refused(atMs));
    expect(ending).toMatchObject({ kind: 'failed', reason: { kind: 'call', failure: { kind: 'skewed' } } });
    expect(lastMs).toBeGreaterThanOrEqual(75_000);
    expect(lastMs).toBeLessThan(120_000);
  });

  test('do not where a read succeeds, or fails for another reason, within that minute', () => {
    const mixed = endOf((atMs) => refused(atMs, atMs < 100_000 ? 'transient' : 'skewed'));
    expect(mixed.lastMs).toBeGreaterThanOrEqual(160_000);
    const healed = endOf((atMs) => (atMs < 70_000 ? refused(atMs) : undefined));
    expect(healed.lastMs).toBeGreaterThan(120_000);
  });
});
