import { describe, expect, test } from '@jest/globals';
import { cell, code, table } from '../../../src/core/summary/markdown.ts';

describe('Markdown', () => {
  test('nothing from outside is markup', () => {
    expect(cell('a|b\n<img src=x> `c` [d](e) @all')).not.toMatch(/[|<>`[\]\n@]/);
    expect(code('')).toBe('');
    expect(table(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
  });
});

describe('a long word in a cell', () => {
  test.each([
    [
      'the name of a backup',
      'rbi-backup/i-demo0001/m-web-1/20261124T091500Z/123456',
      'rbi-backup/<wbr>i-demo0001/<wbr>m-web-1/<wbr>20261124T091500Z/<wbr>123456'
    ],
    [
      'a name with underscores',
      'nightly_build_of_the_web_server',
      'nightly&#95;<wbr>build&#95;<wbr>of&#95;<wbr>the&#95;<wbr>web&#95;<wbr>server'
    ],
    [
      'a name with the hash of a commit',
      'web-0123456789abcdef0123456789abcdef01234567',
      'web-0123456789abcdef<wbr>0123456789abcdef<wbr>01234567'
    ],
    [
      'an address',
      'https://www.example.com:8443/healthz',
      'https&#58;//<wbr>www&#46;<wbr>example.<wbr>com:<wbr>8443/<wbr>healthz'
    ]
  ])('has places where a phone can break it: %s', (_, text, marked) => {
    expect(cell(`made ${text} now`)).toBe(`made ${marked} now`);
    expect(code(text)).toBe(`<code>${marked}</code>`);
  });

  test('has none that it brings itself', () => {
    expect(cell('a\u0002b/<wbr>-and-some-more-of-it-and-more')).not.toMatch(/<wbr>[^\w&]|b<wbr>/);
  });

  test.each(['i-demo0001', 'm-web-1 web-1', 'v-sys-demo0001, 40 GB', '2026-01-10T08:00:00Z'])(
    'is none that a phone has room for: %s',
    (text) => expect(cell(text)).toBe(text)
  );
});
