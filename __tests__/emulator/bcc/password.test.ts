import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { checkPassword, decryptPassword, passwordProblem } from '../../../emulator/bcc/password.ts';

const { vectors } = JSON.parse(
  readFileSync(new URL('../../data/password.json', import.meta.url), 'utf8')
) as {
  readonly vectors: readonly {
    readonly id: string;
    readonly password: string;
    readonly secretKey: string;
    readonly ciphertextHex: string;
  }[];
};

test.each(vectors.map((vector) => [vector.id, vector] as const))('opens %s', (_id, vector) => {
  expect(decryptPassword(vector.ciphertextHex, vector.secretKey)).toEqual({ password: vector.password });
});

describe('what does not open', () => {
  const secretKey = 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb';
  test.each([
    ['plain text', '1qaz@WSX', secretKey, /hex/],
    ['half a block', '1026b99910e77ece', secretKey, /hex/],
    ['another key', '1026b99910e77eceb139213b27c93040', 'cccccccccccccccc', /decrypt/],
    ['a short key', '1026b99910e77eceb139213b27c93040', '0123456789abcde', /16/]
  ])('%s', (_name, cipher, key, problem) => {
    expect(decryptPassword(cipher, key)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test('upper-case hex, where it is refused', () => {
    const cipher = '1026B99910E77ECEB139213B27C93040';
    expect(checkPassword(cipher, secretKey, { passwordRule: 'newest', upperCaseHex: 'accepted' })).toEqual({
      length: 8,
      password: '1qaz@WSX'
    });
    expect(
      checkPassword(cipher, secretKey, { passwordRule: 'newest', upperCaseHex: 'refused' }).problem
    ).toMatch(/lower/);
  });
});

describe('rules', () => {
  test.each([
    // password, newest, oldEnglish, terraform: whether it is good
    ['1qaz@WSX', true, true, true],
    ['Abcdefg1', true, false, false],
    ['abcdefg1', false, false, false],
    ['abcdefg1!', true, true, true],
    ['ABCDEFG!', false, false, false],
    ['Aa1!aaa', false, false, false],
    ['Aa1!aaaaaaaaaaaaa', true, true, false],
    ['Aa1_aaaa', true, false, false],
    [`Aa1!${'a'.repeat(28)}`, true, true, false],
    [`Aa1!${'a'.repeat(29)}`, false, false, false],
    ['Aa1! aaaa', false, false, false],
    ['Aa1\\|aaaa', true, false, false],
    ['Aa1!aaaaé', false, false, false]
  ])('%s', (password, newest, oldEnglish, terraform) => {
    expect({
      newest: passwordProblem(password, 'newest') === undefined,
      oldEnglish: passwordProblem(password, 'oldEnglish') === undefined,
      terraform: passwordProblem(password, 'terraform') === undefined
    }).toEqual({ newest, oldEnglish, terraform });
  });
});
