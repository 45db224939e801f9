import { describe, expect, test } from '@jest/globals';
import { unlessAborted } from '../../src/bce/unless-aborted.ts';

const never = new Promise<never>(() => undefined);

describe('work beside a signal', () => {
  test('gives what the work gives', async () => {
    await expect(unlessAborted(Promise.resolve(7), new AbortController().signal)).resolves.toBe(7);
    const failed = Promise.reject(new Error('no'));
    await expect(unlessAborted(failed, new AbortController().signal)).rejects.toThrow('no');
  });

  test('ends with the reason of the signal, though the work never settles', async () => {
    const controller = new AbortController();
    const race = unlessAborted(never, controller.signal);
    controller.abort('over');
    await expect(race).rejects.toBe('over');
  });

  test('and at once where the signal was aborted before, whatever the work gives', async () => {
    await expect(unlessAborted(Promise.resolve(7), AbortSignal.abort('over'))).rejects.toBe('over');
  });
});
