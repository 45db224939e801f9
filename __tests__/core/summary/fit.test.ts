import { expect, test } from '@jest/globals';
import { fitted, type Part, textPart } from '../../../src/core/summary/fit.ts';

const long: Part = { priority: 1, pieces: 1_000, draw: (pieces) => 'x'.repeat(pieces) };

test.each([200, 201, 500])(
  'a text that is cut to %i bytes has exactly as many, the note included',
  (limit) => {
    const text = fitted([textPart('é'), long], limit);
    expect(Buffer.byteLength(text)).toBe(limit);
    expect(text).toMatch(/^é\n\nx+\n\n_The rest does not fit/);
  }
);

test('what has the lowest priority is cut first, and of two alike the later one', () => {
  const parts = [textPart('a'.repeat(300), 2), textPart('b'.repeat(300), 1), textPart('c'.repeat(300), 1)];
  const shown = (limit: number): string => fitted(parts, limit).replace(/_.*|\s|(.)(?=\1)/g, '');
  expect([1_000, 800, 500, 200].map(shown)).toEqual(['abc', 'ab', 'a', '']);
});
