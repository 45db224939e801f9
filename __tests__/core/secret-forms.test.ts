import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { uriEncode } from '../../src/bce/sign.ts';
import { secretForms } from '../../src/core/secret-forms.ts';
import { anyCharacter } from '../support/any-character.ts';

const secret = ' a/b+c=="(密)\' ';

test.each([
  ['as it is', secret],
  ['trimmed', secret.trim()],
  ['as the signature encodes it', uriEncode(secret)],
  ['as a browser encodes it', encodeURIComponent(secret)],
  ['as a form encodes it', encodeURIComponent(secret).replaceAll('%20', '+')],
  ['with small digits', uriEncode(secret).replace(/%../g, (code) => code.toLowerCase())],
  ['encoded twice', uriEncode(uriEncode(secret))],
  ['in JSON', JSON.stringify(secret).slice(1, -1)],
  ['in JSON in JSON', JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)],
  ['in JSON with escaped slashes', JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
  ['in the JSON of Gson', ' a/b+c\\u003d\\u003d\\"(密)\\u0027 '],
  ['as base64', Buffer.from(secret).toString('base64')],
  ['as base64 of URLs', Buffer.from(secret).toString('base64url')],
  ['as encoded base64', encodeURIComponent(Buffer.from(secret).toString('base64'))]
])('a secret %s', (_what, form) => {
  expect(secretForms(secret)).toContain(form);
});

test('the longest comes first, and each once', () => {
  const forms = secretForms(secret);
  expect(forms.map(({ length }) => length)).toEqual(forms.map(({ length }) => length).sort((a, b) => b - a));
  expect(new Set(forms).size).toBe(forms.length);
  expect(new Set(secretForms('abcdefgh'))).toEqual(
    new Set(['abcdefgh', 'YWJjZGVmZ2g=', 'YWJjZGVmZ2g', 'YWJjZGVmZ2g%3D', 'YWJjZGVmZ2g%3d'])
  );
});

test('no form is shorter than the secret without the white space around it', () => {
  const texts = fc.string({
    unit: fc.oneof(anyCharacter, fc.constantFrom('\uD83D', ' ', '+', '%')),
    maxLength: 12
  });
  fc.assert(
    fc.property(texts, (text) => secretForms(text).every(({ length }) => length >= text.trim().length))
  );
});

test('half a surrogate pair is no error, and blanks are no secret', () => {
  expect(secretForms('abc\uD83D')).toContain('abc%EF%BF%BD');
  expect(secretForms('')).toEqual([]);
  expect(secretForms(' \n')).toEqual([]);
});
