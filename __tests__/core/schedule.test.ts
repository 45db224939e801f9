import { describe, expect, test } from '@jest/globals';
import { nextBeat, observeMoment } from '../../src/core/schedule.ts';

describe('the beat', () => {
  test('keeps to the grid, but is never in the past', () => {
    expect(nextBeat(0, 5_000, 100)).toBe(4_800);
    expect(nextBeat(0, 5_000, 9_000)).toBe(13_800);
  });

  test('an observation is moved by a tenth at most, and never past the deadline or before now', () => {
    const observation = { dueMs: 10_000, spreadMs: 500 };
    expect(observeMoment(observation, 99_000, 0, 0)).toBe(9_500);
    expect(observeMoment(observation, 99_000, 0, 0.5)).toBe(10_000);
    expect(observeMoment(observation, 10_100, 0, 0.999)).toBe(10_100);
    expect(observeMoment(observation, 99_000, 9_900, 0)).toBe(9_900);
  });
});
