import { expect, test } from '@jest/globals';
import { integerWithin } from '../../../src/config/parsers/integer.ts';

const parse = integerWithin(1, 19);

test.each([
  ['1', 1],
  ['19', 19]
])('%s is read', (text, value) => {
  expect(parse(text)).toEqual({ ok: true, value });
});

test.each(['0', '20', '-1', '+1', '1.0', '01', '1e1', '0x1', '', ' ', '1\n', '１', 'all'])(
  '%j is refused',
  (text) => {
    expect(parse(text)).toEqual({
      ok: false,
      faults: [`is ${JSON.stringify(text)}; give a whole number from 1 to 19`]
    });
  }
);

test('zero is a whole number too', () => {
  expect(integerWithin(0, 1)('0')).toEqual({ ok: true, value: 0 });
});
