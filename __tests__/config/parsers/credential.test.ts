import { describe, expect, test } from '@jest/globals';
import {
  parseAccessKeyId,
  parseScript,
  parseSecret,
  parseSecretKey
} from '../../../src/config/parsers/credential.ts';

const edges = 'begins or ends with white space, perhaps a pasted line break; store it again without';
const inside = 'contains white space or a character that is not ASCII; copy it again from the console';
const quoted = 'stands in quotes that are part of the value; store it again without';

describe('parseSecret', () => {
  test('printable ASCII is read as it is', () => {
    expect(parseSecret('a+/=|~!')).toEqual({ ok: true, value: 'a+/=|~!' });
  });

  test.each([
    ['key\n', [edges]],
    [' key', [edges]],
    ['k ey', [inside]],
    ['kéy', [inside]],
    ['k\0ey', [inside]],
    ['\tk\ney', [edges, inside]],
    ['"key"', [quoted]],
    ["'key'", [quoted]]
  ])('%j is refused', (text, faults) => {
    expect(parseSecret(text)).toEqual({ ok: false, faults });
  });
});

describe('parseScript', () => {
  test('a script keeps its white space', () => {
    expect(parseScript('#!/bin/sh\n\necho 你好\n')).toEqual({ ok: true, value: '#!/bin/sh\n\necho 你好\n' });
  });

  test('a blank one is refused', () => {
    expect(parseScript(' \n')).toEqual({ ok: false, faults: [expect.stringMatching(/only white space/)] });
  });
});

describe('the key pair', () => {
  const joined = 'contains a colon, as where ID and secret key are joined; give each in its own input';

  test.each([
    [parseAccessKeyId, 'ALTAKx:0123456789abcdef', joined],
    [parseSecretKey, 'ALTAKx:0123456789abcdef', joined],
    [parseSecretKey, 'ALTAKexample', 'begins with ALTAK, as access key IDs do; are the two keys swapped?']
  ])('joined or swapped is refused by its form', (parse, text, fault) => {
    expect(parse(text)).toEqual({ ok: false, faults: [fault] });
  });

  test('of either form is read', () => {
    expect(parseAccessKeyId('0123456789abcdef0123456789abcdef').ok).toBe(true);
    expect(parseAccessKeyId('ALTAKexample').ok).toBe(true);
    expect(parseSecretKey('0123456789abcdef0123456789abcdef').ok).toBe(true);
  });
});
