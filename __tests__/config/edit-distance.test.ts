import { expect, test } from '@jest/globals';
import { editDistance } from '../../src/config/edit-distance.ts';

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
