import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { secretInputs } from '../../src/config/inputs.ts';
import { anyCharacter } from '../support/any-character.ts';
import { problemsOf } from './raw.ts';

describe('secrets', () => {
  const hidden = ['accessKeyId', 'userData', ...secretInputs] as const;

  test('are the ones that are masked', () => {
    expect(secretInputs).toEqual(['secretAccessKey', 'sessionToken', 'adminPass', 'githubToken']);
  });

  test('never occur in a message, whatever they are and whatever else is wrong', () => {
    // The mark is in no message of ours, so that finding it means a leak; what follows may be anything.
    const secret = fc
      .tuple(fc.constantFrom('', ' ', '\n', '"'), fc.oneof(fc.string(), fc.string({ unit: anyCharacter })))
      .map(([before, after]) => `${before}Zq9${after}`);
    const secrets = fc.record(
      Object.fromEntries(hidden.map((input) => [input, fc.option(secret, { nil: '' })]))
    );
    const others = fc.record({
      keypairId: fc.constantFrom('', 'k-1', '?'),
      keepImageLogin: fc.constantFrom('true', 'false', '?'),
      cleanLastUserData: fc.constantFrom('', 'true', '?'),
      environment: fc.constantFrom('', 'e'),
      // A URL may hold a password too, right or not.
      endpoint: fc.constantFrom('', 'https://u:Zq9@host', 'http://Zq9@host/path', 'https://u:Zq9@ho st'),
      environmentUrl: fc.constantFrom('', 'https://u:Zq9@host', 'u:Zq9@host')
    });
    fc.assert(
      fc.property(
        secrets,
        others,
        (some, rest) =>
          !problemsOf({ ...some, ...rest })
            .join('\n')
            .includes('Zq9')
      ),
      { numRuns: 1_000 }
    );
  });

  test('do not even shape the message, but for what the message says', () => {
    const letters = fc.stringMatching(/^[a-z]{3,12}$/);
    fc.assert(
      fc.property(fc.constantFrom(...hidden), letters, letters, (input, one, other) => {
        fc.pre(one.length === other.length);
        expect(problemsOf({ [input]: `${one} é\n` })).toEqual(problemsOf({ [input]: `${other} é\n` }));
      })
    );
  });
});
