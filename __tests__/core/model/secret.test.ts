import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { Secret } from '../../../src/core/model/secret.ts';

const secret = new Secret('Zq9-Abcdefg1');

test('is shown only on explicit request, and never when printed', () => {
  expect(secret.reveal()).toBe('Zq9-Abcdefg1');
  const holder = { login: { adminPass: secret } };
  const { login } = structuredClone(JSON.parse(JSON.stringify(holder)) as typeof holder);
  expect(login.adminPass).toBe('[secret]');
  for (const text of [`${secret}`, JSON.stringify(holder), inspect(holder, { depth: 9, showHidden: true })]) {
    expect(text).not.toContain('Zq9');
  }
});

test('equals another one with the same text', () => {
  expect(secret.equals(new Secret('Zq9-Abcdefg1'))).toBe(true);
  expect(secret.equals(new Secret('other'))).toBe(false);
  expect(secret.equals(undefined)).toBe(false);
});
