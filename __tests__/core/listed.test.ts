import { expect, test } from '@jest/globals';
import { listed } from '../../src/core/listed.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `i-${index + 1}`);

test.each([
  [0, ''],
  [1, 'i-1'],
  [20, names(20).join(', ')],
  [21, `${names(20).join(', ')} and 1 more`],
  [1_000, `${names(20).join(', ')} and 980 more`]
])('%i names', (count, text) => {
  expect(listed(names(count))).toBe(text);
});
