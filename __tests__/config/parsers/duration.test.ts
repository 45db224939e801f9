import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  drainTimeRange,
  durationText,
  durationWithin,
  healthDeadlineRange,
  minHealthyTimeRange,
  pauseRange,
  pollIntervalRange,
  timeoutRange
} from '../../../src/config/parsers/duration.ts';

const parse = durationWithin({ minMs: 0, maxMs: 1_000 * 3_600_000 });

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
    [timeoutRange, '10s', '24h', '9s', '24h1s', '10s to 24h'],
    [pollIntervalRange, '1s', '5m', '0s', '301s', '1s to 5m'],
    [healthDeadlineRange, '10s', '2h', '9s', '2h1s', '10s to 2h']
  ])('%j takes its borders and nothing beyond', (range, least, most, below, above, words) => {
    const within = durationWithin(range);
    expect(within(least)).toEqual({ ok: true, value: range.minMs });
    expect(within(most)).toEqual({ ok: true, value: range.maxMs });
    for (const text of [below, above]) {
      expect(within(text)).toEqual({
        ok: false,
        faults: [`is "${text}", which is out of range; give ${words}`]
      });
    }
  });
});

describe('no time at all will do', () => {
  test.each([
    ['to stay healthy', minHealthyTimeRange, '1h', 3_600_000],
    ['to drain', drainTimeRange, '1h', 3_600_000],
    ['between batches', pauseRange, '24h', 86_400_000]
  ])('%s', (_, range, most, mostMs) => {
    const within = durationWithin(range);
    expect(within('0s')).toEqual({ ok: true, value: 0 });
    expect(within(most)).toEqual({ ok: true, value: mostMs });
    expect(within(`${most}1s`)).toEqual({
      ok: false,
      faults: [`is "${most}1s", which is out of range; give 0s to ${most}`]
    });
  });
});

test.each([
  ['5M', '5m'],
  ['1H', '1h'],
  ['1H30M', '1h30m']
])('%s is answered with its lower case', (text, right) => {
  expect(durationWithin(timeoutRange)(text)).toEqual({
    ok: false,
    faults: [`is "${text}"; units are in lower case: ${right}`]
  });
});
