import { expect, test } from '@jest/globals';
import { problemsOf } from '../support/stage.ts';
import { noCancel, withVirtualWorld } from '../support/virtual.ts';

test('a service that throttles from the first read on holds no run beyond its timeout', async () => {
  const play = { kind: 'throttle', shape: { status: 429, code: 'RateLimit' } } as const;
  const emulator = { faults: [{ on: '*', times: 1_000_000, play }] };
  await withVirtualWorld({ emulator, request: { timeoutMs: 20_000 } }, async (world) => {
    const fromMs = world.clock.nowMs();
    const problems = await problemsOf(world.run({}, noCancel));
    expect(problems.length).toBeGreaterThan(0);
    expect(world.clock.nowMs() - fromMs).toBeLessThan(40_000);
  });
});
