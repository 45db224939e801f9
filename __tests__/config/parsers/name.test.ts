import { describe, expect, test } from '@jest/globals';
import { parseImageName, parseName } from '../../../src/config/parsers/name.ts';

const control = 'contains a line break or another control character, which no name has; give one name';
const everything = 'is a pattern that every image matches; write a part of the name as well, such as web-*';

describe('parseImageName', () => {
  test.each(['web', 'web-*', '*web*v1.2', 'CentOS / 7.9 x86_64 (64bit)', '网站-*', 'a.+?[]', '* *'])(
    '%s is read as it is',
    (text) => {
      expect(parseImageName(text)).toEqual({ ok: true, value: text });
    }
  );

  test.each([
    ['*', everything],
    ['***', everything],
    ['web\nweb-2', control],
    ['web\0', control],
    ['web\u0085', control]
  ])('%j is refused', (text, fault) => {
    expect(parseImageName(text)).toEqual({ ok: false, faults: [fault] });
  });
});

test('parseName takes stars for what they are', () => {
  expect(parseName('*')).toEqual({ ok: true, value: '*' });
  expect(parseName('a\tb')).toEqual({ ok: false, faults: [control] });
});
