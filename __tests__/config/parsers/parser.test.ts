import { describe, expect, test } from '@jest/globals';
import {
  neverEmpty,
  optional,
  orDefault,
  parseText,
  required,
  trimmed
} from '../../../src/config/parsers/parser.ts';

describe('what surrounds a parser', () => {
  test('required refuses nothing and blanks, and reads the rest', () => {
    const parse = required(parseText, 'give one');
    expect(parse('')).toEqual({ ok: false, faults: ['is empty; give one'] });
    expect(parse(' \n')).toEqual({ ok: false, faults: ['is empty; give one'] });
    expect(parse(' x')).toEqual({ ok: true, value: ' x' });
  });

  test('optional takes nothing for undefined', () => {
    expect(optional(parseText)('')).toEqual({ ok: true, value: undefined });
    expect(optional(parseText)('x')).toEqual({ ok: true, value: 'x' });
  });

  test('trimmed trims', () => {
    expect(trimmed(parseText)(' x\n')).toEqual({ ok: true, value: 'x' });
  });

  test('orDefault reads the default for nothing and for blanks', () => {
    const parse = orDefault('20m', parseText);
    expect(parse('')).toEqual({ ok: true, value: '20m' });
    expect(parse(' \n')).toEqual({ ok: true, value: '20m' });
    expect(parse('1h')).toEqual({ ok: true, value: '1h' });
  });

  test('neverEmpty says what the default would do', () => {
    const parse = neverEmpty('false', 'erase', parseText);
    const fault = 'is empty, and its default would erase; give a value, or leave the input out for false';
    expect(parse('')).toEqual({ ok: false, faults: [fault] });
    expect(parse(' ')).toEqual({ ok: false, faults: [fault] });
    expect(parse('true')).toEqual({ ok: true, value: 'true' });
  });
});
