import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parsePassword, passwordSymbols } from '../../../src/config/parsers/password.ts';

const tooSimple = (count: number): string =>
  `is too simple: it has ${count} of the four classes upper case, lower case, digits and symbols; use at least 3 of them`;
const notAscii = 'contains a character that is not ASCII; use letters without accents, digits and symbols';
const notPermitted = `contains a character that is not permitted; use letters, digits and ${passwordSymbols}`;
const edges = 'begins or ends with white space, perhaps a pasted line break; remove it';

function faultsOf(text: string): readonly string[] {
  const result = parsePassword(text);
  return result.ok ? [] : result.faults;
}

/** The rule once more, by character codes instead of patterns. */
function isGoodPassword(text: string): boolean {
  const classes = new Set<string>();
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 0x30 && code <= 0x39) {
      classes.add('digit');
    } else if (code >= 0x41 && code <= 0x5a) {
      classes.add('upper');
    } else if (code >= 0x61 && code <= 0x7a) {
      classes.add('lower');
    } else if (code > 0x20 && code < 0x7f && code !== 0x22) {
      // Of all printable ASCII symbols only the double quote is not on the vendor's list.
      classes.add('symbol');
    } else {
      return false;
    }
  }
  return text.length >= 8 && text.length <= 32 && classes.size >= 3;
}

/** Texts on both sides of the rule: plain noise, and near misses made of permitted characters. */
const candidates = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'aZ9!'), minLength: 6, maxLength: 34 }),
  fc.string({ unit: fc.constantFrom(...'abXY01', ...passwordSymbols, '"', ' '), minLength: 6, maxLength: 34 })
);

describe('parsePassword', () => {
  test.each([
    'Abcdefg1',
    'abcdef1!',
    'ABCDEF1!',
    'Abcdefg!',
    'Aa1!'.repeat(8),
    `Aa1${passwordSymbols.slice(0, 29)}`
  ])('%s is good', (text) => {
    expect(parsePassword(text)).toEqual({ ok: true, value: text });
  });

  test.each(['\\', '|', "'", '`', '?', '-'])('%s counts as a symbol', (symbol) => {
    expect(faultsOf(`abcdef1${symbol}`)).toEqual([]);
  });

  test.each([
    ['A1b!xy', ['is too short: it has 6 characters; use 8 to 32']],
    ['Aa1!'.repeat(8).concat('x'), ['is too long: it has 33 characters; use 8 to 32']],
    ['x', ['is too short: it has 1 character; use 8 to 32', tooSimple(1)]],
    ['abcdefgh', [tooSimple(1)]],
    ['abcdefg1', [tooSimple(2)]],
    ['Abcdefg1é', [notAscii]],
    ['Abcdefg1😀', [notAscii]],
    ['Abcdefg1"', [notPermitted]],
    ['Abcd efg1', [notPermitted]],
    ['Abcdefg1\n', [edges]],
    [' Abcdefg1', [edges]],
    ['Abcdefg1\0', [notPermitted]],
    ['ä "', ['is too short: it has 3 characters; use 8 to 32', tooSimple(0), notAscii, notPermitted]]
  ])('%j is refused for all that is wrong with it', (text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });

  test('agrees with the rule written another way', () => {
    fc.assert(
      fc.property(candidates, (text) => parsePassword(text).ok === isGoodPassword(text)),
      { numRuns: 2_000 }
    );
  });

  test('says the same of every order of the same characters, so that no message depends on one of them', () => {
    const shuffled = fc
      .array(fc.constantFrom(...'abcXYZ019!"é\0'), { minLength: 1, maxLength: 40 })
      .chain((one) => fc.tuple(fc.constant(one), fc.shuffledSubarray(one, { minLength: one.length })));
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(faultsOf(other.join(''))).toEqual(faultsOf(one.join('')));
      })
    );
  });
});
