import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { RebuildSecrets } from '../../../src/core/model/rebuild-secrets.ts';
import { Secret } from '../../../src/core/model/secret.ts';
import { revealed } from '../../support/revealed.ts';

const login = { kind: 'adminPass', adminPass: new Secret('Zq9-Abcdefg1') } as const;
const asRequested = ['m-new', 'asRequested'] as const;
const previous = ['m-old', 'previous'] as const;

test('the secrets of a run are shown by nothing that prints', () => {
  const secrets = new RebuildSecrets({ login, userData: new Secret('#!/bin/sh\n# Zq9') });
  secrets.keepScript('i-1', new Secret('# Zq9'));
  secrets.specOf('i-1', ...previous);
  for (const text of [
    JSON.stringify(secrets),
    `${String(secrets)}`,
    inspect(secrets, { depth: 9, showHidden: true })
  ]) {
    expect(text).not.toContain('Zq9');
  }
});

test('a rebuild sends what the run was asked for', () => {
  const secrets = new RebuildSecrets({ login, userData: new Secret('#!/x') });
  expect(revealed(secrets.specOf('i-1', ...asRequested))).toEqual({
    imageId: 'm-new',
    login: revealed(login),
    userData: '#!/x'
  });
});

test('a rollback brings the previous script back, and clears where there was none', () => {
  const secrets = new RebuildSecrets({ login, userData: new Secret('#!/x') });
  secrets.keepScript('i-1', new Secret('#!/old'));
  expect(revealed(secrets.specOf('i-1', ...previous))).toEqual({
    imageId: 'm-old',
    login: revealed(login),
    userData: '#!/old'
  });
  for (const id of ['i-2', 'i-3']) {
    expect(secrets.specOf(id, ...previous)).toEqual({ imageId: 'm-old', login, cleanLastUserData: true });
  }
});

test('equal specs of several instances are the same object, so that one call can carry them', () => {
  const secrets = new RebuildSecrets({ login });
  for (const [id, script] of [
    ['i-1', '#!/a'],
    ['i-2', '#!/b'],
    ['i-3', '#!/a']
  ] as const)
    secrets.keepScript(id, new Secret(script));
  const [one, two, three] = ['i-1', 'i-2', 'i-3'].map((id) => secrets.specOf(id, ...previous));
  expect(three).toBe(one);
  expect(two).not.toBe(one);
  expect(secrets.specOf('i-1', ...asRequested)).toBe(secrets.specOf('i-2', ...asRequested));
});
