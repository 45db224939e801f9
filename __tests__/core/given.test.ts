import { expect, test } from '@jest/globals';
import { given } from '../../src/core/given.ts';

test('what is undefined is no key of the result; null, false, 0 and an empty text are values', () => {
  const all = given({ a: undefined, b: null, c: false, d: 0, e: '' });
  expect(Object.keys(all)).toEqual(['b', 'c', 'd', 'e']);
  expect(all).toEqual({ b: null, c: false, d: 0, e: '' });
});
