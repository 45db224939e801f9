import { expect, test } from '@jest/globals';
import { groupBy } from '../../src/core/group-by.ts';

test('groups come in the order of their first item, and keep the order of the items', () => {
  const groups = groupBy(['b1', 'a1', 'b2', 'a2', 'b3'], (item) => item[0]);
  expect([...groups]).toEqual([
    ['b', ['b1', 'b2', 'b3']],
    ['a', ['a1', 'a2']]
  ]);
});

test('nothing makes no group', () => {
  expect(groupBy([], () => 'key').size).toBe(0);
});
