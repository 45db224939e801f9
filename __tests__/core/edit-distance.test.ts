import { expect, test } from '@jest/globals';
import { editDistance } from '../../src/core/edit-distance.ts';

test.each([
  ['', '', 0],
  ['wait', '', 4],
  ['', 'wait', 4],
  ['wait', 'wait', 0],
  ['wait', 'waits', 1],
  ['wait', 'wit', 1],
  ['wait', 'want', 1],
  ['wait', 'wiat', 1],
  ['wait', 'iawt', 2],
  ['timeout', 'tmieuot', 2],
  ['canary', 'region', 6]
])('from %j to %j', (one, other, edits) => {
  expect(editDistance(one, other)).toBe(edits);
  expect(editDistance(other, one)).toBe(edits);
});

test.each([
  ['*', '', 0],
  ['*', 'web-1', 0],
  ['web-*', 'web-20260210', 0],
  ['web-*', 'wbe-20260210', 1],
  ['*-prod', 'web-1-prd', 1],
  ['a*b*c', 'axxbyyc', 0],
  ['a*b*c', 'axxyyc', 1],
  ['web*', 'db', 2]
])('from %j, where a * stands for any text, to %j', (pattern, name, edits) => {
  expect(editDistance(pattern, name, '*')).toBe(edits);
});
