import { expect, test } from '@jest/globals';
import { CallError, CancelledError } from '../../../src/core/model/failure.ts';
import { orCallError } from '../../../src/deploy/calls/or-call-error.ts';
import { failureOf } from '../../core/rebuild/rebuilds.ts';

test('a failed call is a value', async () => {
  const error = new CallError(failureOf('denied'));
  expect(await orCallError(Promise.reject(error))).toBe(error);
  expect(await orCallError(Promise.resolve(7))).toBe(7);
});

test('a cancel and a fault of the program are not', async () => {
  await expect(orCallError(Promise.reject(new CancelledError()))).rejects.toThrow(CancelledError);
  await expect(orCallError(Promise.reject(new TypeError('fault')))).rejects.toThrow('fault');
});
