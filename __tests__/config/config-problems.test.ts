import { describe, expect, test } from '@jest/globals';
import { parseConfig } from '../../src/config/config.ts';
import { type InputName, inputNames, type RawInputs } from '../../src/config/inputs.ts';
import { problemsOf } from './raw.ts';

describe('problems', () => {
  test('of empty inputs name every input that needs a value', () => {
    const empty = Object.fromEntries(inputNames.map((input) => [input, ''])) as RawInputs;
    const result = parseConfig(empty);
    expect(result.ok ? [] : result.problems.map(({ input }) => input)).toEqual([
      'accessKeyId',
      'secretAccessKey',
      'region',
      // One of two has to be given, which is reported at the first.
      'instanceId',
      'imageId',
      'adminPass',
      // Their defaults would do more than was meant, or guard less.
      'dryRun',
      'backupImage',
      'rollback',
      'wait',
      'canary',
      'pauseBetweenBatches'
    ]);
  });

  test('of all inputs come at once, in the order of the inputs', () => {
    const bad: RawInputs = {
      accessKeyId: 'a\n',
      secretAccessKey: 'short',
      sessionToken: 'a b',
      region: 'BJ',
      endpoint: 'http://example.com',
      instanceId: 'm-a',
      instanceTag: 'role',
      imageId: 'i-a',
      imageName: '*',
      imageWait: '1d',
      adminPass: 'x',
      keypairId: 'k k',
      keepImageLogin: 'yes',
      userData: ' ',
      cleanLastUserData: '1',
      dryRun: 'on',
      force: 'y',
      allowProtected: 'n',
      confirmName: 'a\nb',
      backupImage: 'please',
      backupKeep: '0',
      rollback: 'maybe',
      wait: '0',
      timeout: '20',
      pollInterval: '1h',
      maxUnavailable: '0',
      canary: '-1',
      pauseBetweenBatches: '5',
      maxFailures: '1.5',
      requestsPerSecond: '0',
      healthCheck: 'localhost',
      guestScript: ' ',
      guestUser: 'a b',
      healthDeadline: '3h',
      minHealthyTime: '10',
      blbId: 'i-a',
      drainTime: '2h',
      githubToken: 'é',
      environment: '',
      environmentUrl: 'x',
      summary: 'maybe'
    };
    const result = parseConfig(bad);
    const inputs = result.ok ? [] : result.problems.map(({ input }) => input);
    expect([...new Set(inputs)]).toEqual(inputNames);
    // Too short, too simple, and not the only way to log in.
    expect(inputs.filter((input) => input === 'adminPass')).toHaveLength(3);
  });
});

test.each<[InputName, string, string, string]>([
  ['imageWait', '0s to 6h', '6h1s', '6h'],
  ['timeout', '10s to 24h', '9s', '24h'],
  ['timeout', '10s to 24h', '24h1s', '10s'],
  ['pollInterval', '1s to 5m', '0s', '1s'],
  ['pollInterval', '1s to 5m', '5m1s', '5m'],
  ['pauseBetweenBatches', '0s to 24h', '24h1s', '24h'],
  ['healthDeadline', '10s to 2h', '9s', '2h'],
  ['healthDeadline', '10s to 2h', '2h1s', '11s'],
  ['minHealthyTime', '0s to 1h', '1h1s', '0s'],
  ['drainTime', '0s to 1h', '1h1s', '1h']
])('%s takes %s: not %s, but %s', (input, range, beyond, within) => {
  expect(problemsOf({ [input]: beyond })).toEqual([
    `${input} is "${beyond}", which is out of range; give ${range}`
  ]);
  expect(problemsOf({ [input]: within })).toEqual([]);
});
