import { describe, expect, test } from '@jest/globals';
import { anyText, optional, quote, required, trimmed } from '../../../src/config/parsers/parser.ts';
import { parseScript, parseSecret } from '../../../src/config/parsers/secret.ts';

const edges = 'begins or ends with white space, perhaps a pasted line break; store it again without';
const inside = 'contains white space or a character that is not ASCII; copy it again from the console';

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
    ['\tk\ney', [edges, inside]]
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

describe('what surrounds a parser', () => {
  test('required refuses nothing and blanks, and reads the rest', () => {
    const parse = required(anyText, 'give one');
    expect(parse('')).toEqual({ ok: false, faults: ['is empty; give one'] });
    expect(parse(' \n')).toEqual({ ok: false, faults: ['is empty; give one'] });
    expect(parse(' x')).toEqual({ ok: true, value: ' x' });
  });

  test('optional takes nothing for undefined', () => {
    expect(optional(anyText)('')).toEqual({ ok: true, value: undefined });
    expect(optional(anyText)('x')).toEqual({ ok: true, value: 'x' });
  });

  test('trimmed trims', () => {
    expect(trimmed(anyText)(' x\n')).toEqual({ ok: true, value: 'x' });
  });

  test('quote cuts, and leaves no line break', () => {
    expect(quote('a\n::error::"')).toBe('"a\\n::error::\\""');
    expect(quote('x'.repeat(60))).toBe(`"${'x'.repeat(60)}"`);
    expect(quote('😀'.repeat(61))).toBe(`"${'😀'.repeat(60)}…"`);
  });
});
