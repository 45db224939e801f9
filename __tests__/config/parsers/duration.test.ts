import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { durationText, durationWithin } from '../../../src/config/parsers/duration.ts';

const parse = durationWithin('0s', '1000h');

describe('durations', () => {
  test.each([
    ['0s', 0],
    ['1s', 1_000],
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h', 3_600_000],
    ['1m30s', 90_000],
    ['1h1s', 3_601_000],
    ['2h05m', 7_500_000],
    ['1h2m3s', 3_723_000],
    ['1h90m', 9_000_000]
  ])('%s is %i ms', (text, value) => {
    expect(parse(text)).toEqual({ ok: true, value });
  });

  test.each([
    '',
    's',
    '5',
    '1.5m',
    '-5s',
    '+5s',
    '5S',
    '5 s',
    '1s1m',
    '1m1m',
    '500ms',
    '1d',
    '1m 30s',
    '５s',
    '5s\n'
  ])('%j is refused', (text) => {
    expect(parse(text).ok).toBe(false);
  });

  test('a bare number is answered with the two things that it may mean', () => {
    expect(parse('20')).toEqual({
      ok: false,
      faults: ['is "20", which has no unit; did you mean 20s or 20m?']
    });
  });

  test('a number beyond all measure is refused in few words', () => {
    for (const text of ['9'.repeat(1_000), `${'9'.repeat(1_000)}h`]) {
      const result = parse(text);
      expect(result.ok ? '' : result.faults.join()).toMatch(
        /^is "9{60}…", which is (no duration|out of range)/
      );
    }
  });

  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_600_000 }), (seconds) => {
        expect(parse(durationText(seconds * 1_000))).toEqual({ ok: true, value: seconds * 1_000 });
      })
    );
  });

  test('units add up', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.nat(1_000), fc.nat(1_000), (h, m, s) => {
        expect(parse(`${h}h${m}m${s}s`)).toEqual({ ok: true, value: ((h * 60 + m) * 60 + s) * 1_000 });
      })
    );
  });
});

describe('ranges', () => {
  test.each([
    ['10s', 10_000, '24h', 86_400_000, ['9s', '24h1s']],
    ['1s', 1_000, '5m', 300_000, ['0s', '301s']],
    ['0s', 0, '1h', 3_600_000, ['1h1s']]
  ])(
    'from %s (%i ms) to %s (%i ms): its borders and nothing beyond',
    (least, leastMs, most, mostMs, beyond) => {
      const within = durationWithin(least, most);
      expect(within(least)).toEqual({ ok: true, value: leastMs });
      expect(within(most)).toEqual({ ok: true, value: mostMs });
      for (const text of beyond) {
        expect(within(text)).toEqual({
          ok: false,
          faults: [`is "${text}", which is out of range; give ${least} to ${most}`]
        });
      }
    }
  );
});

test.each([
  ['5M', '5m'],
  ['1H', '1h'],
  ['1H30M', '1h30m']
])('%s is answered with its lower case', (text, right) => {
  expect(durationWithin('10s', '24h')(text)).toEqual({
    ok: false,
    faults: [`is "${text}"; units are in lower case: ${right}`]
  });
});
