import { expect, test } from '@jest/globals';
import type { RawInputs } from '../../../src/config/inputs.ts';
import { problemsOf } from '../raw.ts';

const imageChoice = 'give exactly one of imageId (such as m-DpgNg8lO) and imageName (such as web-*)';
const instanceChoice =
  'give exactly one of instanceId (such as i-YufwpQAe) and instanceTag (such as role=web)';
const confirmsOne = 'a name confirms a single one, so leave confirmName out or give one instanceId';
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
    'observations as far apart as the timeout',
    { timeout: '1m', pollInterval: '60s' },
    ['pollInterval is 1m, which is not shorter than timeout (1m); look more often, or wait longer']
  ],
  ['observations just closer', { timeout: '1m', pollInterval: '59s' }, []],
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
    ['dryRun is empty, and its default would erase; give a value, or leave the input out for false']
  ],
  [
    'no instance',
    { instanceId: '' },
    [`instanceId is not given, and neither is instanceTag; ${instanceChoice}`]
  ],
  [
    'an instance and a tag',
    { instanceTag: 'role=web' },
    [`instanceId is given together with instanceTag; ${instanceChoice}`]
  ],
  [
    'a bad tag is given all the same',
    { instanceId: '', instanceTag: 'role' },
    ['instanceTag has the line "role", which has no "="; write key=value, such as role=web']
  ],
  ['a tag', { instanceId: '', instanceTag: 'role=web' }, []],
  ['no image', { imageId: '' }, [`imageId is not given, and neither is imageName; ${imageChoice}`]],
  ['two images', { imageName: 'web' }, [`imageId is given together with imageName; ${imageChoice}`]],
  [
    'a bad ID is given all the same',
    { imageId: 'web-1' },
    [
      'imageId has "web-1", which is not an image ID; write one such as m-DpgNg8lO, not a name; a name or a pattern goes into imageName'
    ]
  ],
  [
    'a bad name is given all the same',
    { imageId: '', imageName: '**' },
    ['imageName is a pattern that every image matches; write a part of the name as well, such as web-*']
  ],
  ['a wait for an image by its exact name or its ID', { imageWait: '30m' }, []],
  ['a wait for an exact name', { imageWait: '30m', imageId: '', imageName: 'web-v3' }, []],
  ['no wait for a pattern', { imageWait: '0s', imageId: '', imageName: 'web-*' }, []],
  [
    'a wait for a pattern',
    { imageWait: '30m', imageId: '', imageName: 'web-*' },
    [
      'imageWait is 30m, but imageName "web-*" is a pattern, which takes an older image at once; give the exact name, or leave imageWait out'
    ]
  ],
  ['a name for one instance', { confirmName: 'web' }, []],
  [
    'a name for two instances',
    { confirmName: 'web', instanceId: 'i-a,i-b' },
    [`confirmName is given, but instanceId names 2 instances; ${confirmsOne}`]
  ],
  [
    'a name for instances that cannot be read',
    { confirmName: 'web', instanceId: 'i-a,web-1 web-2' },
    [
      'instanceId has "web-1", which is not an instance ID; write one such as i-YufwpQAe, not a name',
      'instanceId has "web-2", which is not an instance ID; write one such as i-YufwpQAe, not a name'
    ]
  ],
  [
    'a name for whatever a tag finds',
    { confirmName: 'web', instanceId: '', instanceTag: 'role=web' },
    [`confirmName is given, but instanceTag may find many instances; ${confirmsOne}`]
  ],
  [
    'a name for an instance and a tag',
    { confirmName: 'web', instanceTag: 'role=web' },
    [`instanceId is given together with instanceTag; ${instanceChoice}`]
  ],
  [
    'a name for nothing',
    { confirmName: 'web', instanceId: '' },
    [`instanceId is not given, and neither is instanceTag; ${instanceChoice}`]
  ],
  [
    'backups to keep where none is made',
    { backupKeep: '3' },
    [
      'backupKeep is given, but backupImage is false; backups are only deleted after a new one was made, so set backupImage to true or leave backupKeep out'
    ]
  ],
  ['backups to keep', { backupKeep: '19', backupImage: 'true' }, []],
  [
    'more backups to keep than there may be',
    { backupKeep: '20', backupImage: 'true' },
    ['backupKeep is "20"; give a whole number from 1 to 19']
  ],
  [
    'backups to keep where nobody can tell whether one is made',
    { backupKeep: '3', backupImage: 'yes' },
    ['backupImage is "yes"; write true or false']
  ],
  [
    'a bad check',
    { healthCheck: 'tcp://{publicIp}' },
    [
      'healthCheck has no port, and tcp has no usual one; write it after the host, such as tcp://{publicIp}:22'
    ]
  ],
  [
    'as long healthy as there is time for',
    { healthDeadline: '10s' },
    [
      'minHealthyTime is 10s, which is not shorter than healthDeadline (10s); ask for a shorter time, or set the deadline later'
    ]
  ],
  ['just shorter healthy', { healthDeadline: '10s', minHealthyTime: '9s' }, []],
  ['script and flag together', { userData: 'x', cleanLastUserData: 'true' }, []]
])('%s', (_, changes, expected) => {
  expect(problemsOf(changes)).toEqual(expected);
});
