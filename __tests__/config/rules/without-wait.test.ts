import { expect, test } from '@jest/globals';
import type { RawInputs } from '../../../src/config/inputs.ts';
import { problemsOf } from '../raw.ts';

test.each<[string, Partial<RawInputs>, readonly string[]]>([
  [
    'much that comes after a wait, without one',
    {
      wait: 'false',
      rollback: 'true',
      canary: '2',
      pauseBetweenBatches: '90s',
      healthCheck: 'ssh://{publicIp}',
      blbId: 'lb-a'
    },
    [
      'rollback is true, but wait is false; what is not waited for cannot be rolled back, so set wait to true or rollback to false',
      'canary is 2, but wait is false; nobody would see whether a canary is healthy before the rest begins, so set wait to true or canary to 0',
      'pauseBetweenBatches is 1m30s, but wait is false; a batch that is not waited for has no end to pause after, so set wait to true or pauseBetweenBatches to 0s',
      'healthCheck is given, but wait is false; an instance is checked once it runs, so set wait to true or leave healthCheck out',
      'blbId is given, but wait is false; nobody would give the instances their weights back, so set wait to true or leave blbId out'
    ]
  ],
  [
    'the same with a wait',
    {
      rollback: 'true',
      canary: '2',
      pauseBetweenBatches: '90s',
      healthCheck: 'ssh://{publicIp}',
      blbId: 'lb-a'
    },
    []
  ],
  [
    'what has no effect without a wait, or alone',
    { wait: 'false', maxUnavailable: '50%', maxFailures: '2', drainTime: '1h' },
    []
  ],
  [
    'canaries and a pause that cannot be read are not compared',
    { wait: 'false', canary: 'one', pauseBetweenBatches: '5' },
    [
      'canary is "one"; give a whole number from 0 to 1000',
      'pauseBetweenBatches is "5", which has no unit; did you mean 5s or 5m?'
    ]
  ],
  [
    'a bad wait is not compared',
    { wait: 'no', rollback: 'true', canary: '1', healthCheck: 'ssh://{publicIp}', blbId: 'lb-a' },
    ['wait is "no"; write true or false']
  ]
])('%s', (_, changes, expected) => {
  expect(problemsOf(changes)).toEqual(expected);
});
