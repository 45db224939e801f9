import { describe, expect, test } from '@jest/globals';
import { formatDuration, toIso, toSeconds } from '../../src/core/time.ts';

describe('durations', () => {
  test.each([
    [0, '0s'],
    [-5, '0s'],
    [59_400, '59s'],
    [61_000, '1m 01s'],
    [3_720_000, '1h 02m']
  ])('%i ms', (ms, text) => expect(formatDuration(ms)).toBe(text));

  test('seconds have one decimal, moments are UTC', () => {
    expect(toSeconds(1_249)).toBe(1.2);
    expect(toIso({ nowMs: 1_000, wallMs: Date.UTC(2026, 0, 2) }, 61_000)).toBe('2026-01-02T00:01:00Z');
  });
});
