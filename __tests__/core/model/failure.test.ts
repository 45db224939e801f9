import { expect, test } from '@jest/globals';
import { describeFailure } from '../../../src/core/model/failure.ts';
import { failureOf } from '../rebuild/rebuilds.ts';

test('a failure names what was tried, on what, and what came back', () => {
  const failure = failureOf('denied', {
    httpStatus: 403,
    code: 'AccessDenied',
    requestId: 'r-1',
    attempts: 2
  });
  expect(describeFailure(failure)).toBe(
    'RebuildInstance i-1: no (HTTP 403, AccessDenied, request ID r-1, 2 tries)'
  );
  expect(describeFailure({ ...failureOf('denied'), target: '' })).toBe('RebuildInstance: no');
});
