import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { annotationText } from '../../../src/core/summary/annotation-text.ts';

/** What the runner shows of an annotation. */
const runnerLimit = 4_096;

const items = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `instanceId i-${index} is not known. `.repeat(6));

describe('the text of an annotation', () => {
  test('is left as it is where it fits', () => {
    expect(annotationText(['Nothing was sent.', 'one', 'two'], ['Do this.'])).toEqual([
      'Nothing was sent.',
      'one',
      'two',
      'Do this.'
    ]);
  });

  test('keeps its first sentence and its remedies, and counts the items that have no room', () => {
    const lines = annotationText(['Nothing was sent.', ...items(100)], ['Do this.']);
    expect(lines[0]).toBe('Nothing was sent.');
    expect(lines.at(-1)).toBe('Do this.');
    expect(lines.at(-2)).toBe(`and ${100 - (lines.length - 3)} more`);
    expect(lines.length).toBeGreaterThan(10);
  });

  test('always fits', () => {
    const text = fc.string({ maxLength: 3_000 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 60 }), fc.array(text, { maxLength: 4 }), (...parts) => {
        expect(annotationText(...parts).join('\n').length).toBeLessThanOrEqual(runnerLimit);
      })
    );
  });
});
