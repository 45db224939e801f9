import { expect, test } from '@jest/globals';
import type { Fault } from '../../../emulator/faults/faults.ts';
import { problemsOf } from '../../support/stage.ts';
import { noCancel, withVirtualWorld } from '../../support/virtual.ts';

test.each<[string, Fault]>([
  [
    'throttles',
    { on: '*', times: 1_000_000, play: { kind: 'throttle', shape: { status: 429, code: 'RateLimit' } } }
  ],
  [
    'says that it is unavailable',
    { on: '*', times: 1_000_000, play: { kind: 'error', status: 503, code: 'ServiceUnavailable' } }
  ]
])('a service that %s from the first read on holds no run beyond its timeout', async (_, fault) => {
  await withVirtualWorld({ emulator: { faults: [fault] } }, async (world) => {
    const fromMs = world.clock.nowMs();
    const problems = await problemsOf(world.run({ timeoutMs: 20_000 }, noCancel));
    expect(problems.length).toBeGreaterThan(0);
    expect(world.clock.nowMs() - fromMs).toBeLessThan(40_000);
  });
});
