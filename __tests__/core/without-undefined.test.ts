import { expect, test } from '@jest/globals';
import { withoutUndefined } from '../../src/core/without-undefined.ts';

test('what is undefined is no key of the result; null, false, 0 and an empty text are values', () => {
  const all = withoutUndefined({ a: undefined, b: null, c: false, d: 0, e: '' });
  expect(Object.keys(all)).toEqual(['b', 'c', 'd', 'e']);
  expect(all).toEqual({ b: null, c: false, d: 0, e: '' });
});
