import { describe, expect, test } from '@jest/globals';
import { cell, code, table } from '../../../src/core/summary/markdown.ts';

describe('Markdown', () => {
  test('nothing from outside is markup', () => {
    expect(cell('a|b\n<img src=x> `c` [d](e) @all')).not.toMatch(/[|<>`[\]\n@]/);
    expect(code('')).toBe('');
    expect(table(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
  });
});
