import { expect, test } from '@jest/globals';
import { encryptPassword } from '../../../src/bce/api/encrypt-password.ts';
import { CallError } from '../../../src/core/model/failure.ts';
import { passwordData } from '../data.ts';

test.each(passwordData.vectors.map((vector) => [vector.id, vector] as const))('vector %s', (_id, vector) => {
  expect(encryptPassword('RebuildInstance', 'i-1', vector.password, vector.secretKey)).toBe(
    vector.ciphertextHex
  );
});

test('a secret key under 16 characters is refused, and not shown', () => {
  for (const { secretKey } of passwordData.errors) {
    expect(() => encryptPassword('RebuildInstance', 'i-1', '1qaz@WSX', secretKey)).toThrow(CallError);
    expect(() => encryptPassword('RebuildInstance', 'i-1', '1qaz@WSX', secretKey)).not.toThrow(secretKey);
  }
});
