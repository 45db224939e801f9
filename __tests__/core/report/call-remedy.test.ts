import { expect, test } from '@jest/globals';
import type { FailureKind } from '../../../src/core/model/failure.ts';
import { callRemedy, rerunIsSafe } from '../../../src/core/report/call-remedy.ts';
import { failureOf } from '../rebuild/rebuilds.ts';

const kinds: readonly FailureKind[] = [
  'throttled',
  'unreached',
  'transient',
  'ambiguous',
  'denied',
  'skewed',
  'notFound',
  'conflict',
  'invalid',
  'unsent',
  'malformed'
];

test.each(kinds)('%s has a remedy', (kind) => {
  expect(callRemedy(failureOf(kind))).toMatch(/\.$/);
  expect(callRemedy(failureOf(kind), rerunIsSafe).length).toBeGreaterThanOrEqual(
    callRemedy(failureOf(kind)).length
  );
});
