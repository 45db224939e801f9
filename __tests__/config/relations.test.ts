import { expect, test } from '@jest/globals';
import type { RawInputs } from '../../src/config/inputs.ts';
import { problemsOf } from './raw.ts';

const choice = 'give exactly one of adminPass, keypairId, and keepImageLogin: true';
test.each<[string, Partial<RawInputs>, readonly string[]]>([
  ['no login', { keypairId: '' }, [`adminPass is not given, and nothing else says how to log in; ${choice}`]],
  ['two logins', { keepImageLogin: 'true' }, [`keypairId is given together with keepImageLogin; ${choice}`]],
  [
    'three logins',
    { adminPass: 'Abcdefg1', keepImageLogin: 'true' },
    [`adminPass is given together with keypairId and keepImageLogin; ${choice}`]
  ],
  [
    'a bad password is given all the same',
    { keypairId: '', adminPass: 'Abcdef1' },
    ['adminPass is too short: it has 7 characters; use 8 to 32']
  ],
  [
    'a bad flag may have been the login',
    { keypairId: '', keepImageLogin: 'yes' },
    ['keepImageLogin is "yes"; write true or false']
  ],
  [
    'a bad flag does not hide the login',
    { keepImageLogin: 'yes' },
    ['keepImageLogin is "yes"; write true or false']
  ],
  [
    'a secret key too short for the cipher',
    { secretAccessKey: 'x'.repeat(15), keypairId: '', adminPass: 'Abcdefg1' },
    [
      'secretAccessKey is shorter than 16 characters, too short to encrypt adminPass with; copy the whole key, or log in by keypairId'
    ]
  ],
  ['one just long enough', { secretAccessKey: 'x'.repeat(16), keypairId: '', adminPass: 'Abcdefg1' }, []],
  ['a short one that encrypts nothing', { secretAccessKey: 'x' }, []],
  [
    'looks as far apart as the timeout',
    { timeout: '1m', pollInterval: '60s' },
    ['pollInterval is 1m, which is not shorter than timeout (1m); look more often, or wait longer']
  ],
  ['looks just closer', { timeout: '1m', pollInterval: '59s' }, []],
  [
    'a bad timeout is not compared',
    { timeout: '5s', pollInterval: '10s' },
    ['timeout is "5s", which is out of range; give 10s to 24h']
  ],
  [
    'an environment without a token',
    { environment: 'e' },
    [
      'githubToken is not given, but environment is; a Deployment record needs both githubToken and environment, so give both or none'
    ]
  ],
  [
    'a token without an environment',
    { githubToken: 't', environment: ' ' },
    [
      'environment is not given, but githubToken is; a Deployment record needs both githubToken and environment, so give both or none'
    ]
  ],
  [
    'a token and an address',
    { githubToken: 't', environmentUrl: 'https://e' },
    [
      'environment is not given, but githubToken and environmentUrl are; a Deployment record needs both githubToken and environment, so give both or none'
    ]
  ],
  [
    'a flag that an expression left empty',
    { dryRun: '' },
    ['dryRun is empty; give a value, or leave the input out to get its default']
  ],
  ['script and flag together', { userData: 'x', cleanLastUserData: 'true' }, []]
])('%s', (_, changes, expected) => {
  expect(problemsOf(changes)).toEqual(expected);
});
