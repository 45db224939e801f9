import { expect, test } from '@jest/globals';
import { systemClock } from '../../src/action/system-clock.ts';
import { CancelledError } from '../../src/core/model/failure.ts';

const never = new AbortController().signal;

test('no sleep ends before its moment: an observation that comes early has to be made again', async () => {
  const early = await Promise.all(
    Array.from({ length: 200 }, async (_, at) => {
      await systemClock.sleep(at / 3, never);
      const ms = 5 + (at % 7) * 0.3;
      const fromMs = systemClock.nowMs();
      await systemClock.sleep(ms, never);
      return Math.min(0, systemClock.nowMs() - fromMs - ms);
    })
  );
  expect(Math.min(...early)).toBe(0);
});

test('a sleep ends with the signal, before or while it lasts', async () => {
  const off = new AbortController();
  const sleeping = systemClock.sleep(60_000, off.signal);
  off.abort();
  await expect(sleeping).rejects.toThrow(CancelledError);
  await expect(systemClock.sleep(0, off.signal)).rejects.toThrow(CancelledError);
});
