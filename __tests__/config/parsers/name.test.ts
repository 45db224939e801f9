import { describe, expect, test } from '@jest/globals';
import { parseConfirmName, parseImageName, parseName } from '../../../src/config/parsers/name.ts';

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

test('parseName takes stars literally', () => {
  expect(parseName('*')).toEqual({ ok: true, value: '*' });
  expect(parseName('a\tb')).toEqual({ ok: false, faults: [control] });
});

test('parseName keeps blanks at the ends, and no line breaks', () => {
  expect(parseName('web-prod ')).toEqual({ ok: true, value: 'web-prod ' });
  expect(parseName('\n web\r\n')).toEqual({ ok: true, value: ' web' });
});

test('parseConfirmName refuses a blank, which would confirm nothing', () => {
  const fault = 'holds only white space, which would confirm nothing; give the name, or leave the input out';
  for (const blank of [' ', '\n', '\u3000']) {
    expect(parseConfirmName(blank)).toEqual({ ok: false, faults: [fault] });
  }
});

test('parseImageName takes a blank as absent', () => {
  expect(parseImageName(' \n')).toEqual({ ok: true, value: undefined });
});
