import { expect, test } from '@jest/globals';
import { parseBoolean } from '../../../src/config/parsers/boolean.ts';

test.each([
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false]
])('%s is read', (text, value) => {
  expect(parseBoolean(text)).toEqual({ ok: true, value });
});

test.each(['', 'yes', 'no', 'on', '1', '0', 'tRUE', 'true ', 'null'])('%j is refused', (text) => {
  expect(parseBoolean(text)).toEqual({
    ok: false,
    faults: [`is ${JSON.stringify(text)}; write true or false`]
  });
});
