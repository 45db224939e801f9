import { expect, test } from '@jest/globals';
import { parseMaxUnavailable } from '../../../src/config/parsers/count-or-percent.ts';

const range = 'give a whole number from 1 to 1000, or a whole percentage from 1% to 100%';
const nothing = 'with which no instance could ever be taken; give at least 1, or 1%';

test.each([
  ['1', { kind: 'count', count: 1 }],
  ['1000', { kind: 'count', count: 1_000 }],
  ['1%', { kind: 'percent', percent: 1 }],
  ['100%', { kind: 'percent', percent: 100 }]
])('%s is read', (text, value) => {
  expect(parseMaxUnavailable(text)).toEqual({ ok: true, value });
});

test.each(['0', '0%', '0 %'])('%s would never begin', (text) => {
  expect(parseMaxUnavailable(text)).toEqual({ ok: false, faults: [`is "${text}", ${nothing}`] });
});

test.each([
  '1001',
  '101%',
  '101 %',
  '1.5',
  '1.5%',
  '-1',
  '+1',
  '01',
  '050%',
  '1e2',
  '%',
  '%50',
  '50%%',
  '50 percent',
  'all',
  '',
  '５０%',
  '9'.repeat(40)
])('%j is refused', (text) => {
  expect(parseMaxUnavailable(text)).toEqual({ ok: false, faults: [`is "${text}"; ${range}`] });
});

test('a percentage with white space in it is answered with the right spelling', () => {
  expect(parseMaxUnavailable('50 %')).toEqual({
    ok: false,
    faults: ['is "50 %", with white space in it; write 50%']
  });
});
