import { expect, test } from '@jest/globals';
import { getRun } from '../../../src/bce/api/cloud-assistant.ts';

/** What a run says of the exit code of its one instance. */
function exitCodeOf(exitCode: unknown): number | undefined {
  const child = { target: { instanceId: 'i-1' }, state: 'SUCCESS', output: { exitCode } };
  const [decoded] = getRun('r-1').decode({ result: { state: 'SUCCESS', children: [child] } }, '').children;
  return decoded?.exitCode;
}

test.each([
  [0, 0],
  ['0', 0],
  [137, 137],
  ['-1', -1]
])('the exit code %j is %i', (given, exitCode) => {
  expect(exitCodeOf(given)).toBe(exitCode);
});

test.each([undefined, null, '', ' ', false, [], {}, 1.5, 'none'])(
  '%j is no exit code, least of all 0',
  (given) => {
    expect(exitCodeOf(given)).toBeUndefined();
  }
);
