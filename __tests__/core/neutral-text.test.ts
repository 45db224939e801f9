import { expect, test } from '@jest/globals';
import { neutralText } from '../../src/core/neutral-text.ts';
import { cell } from '../../src/core/summary/markdown.ts';

test('control characters and line separators become a space, and direction marks become visible', () => {
  expect(neutralText('web\u2028::error::x\u2029y\u0085z')).toBe('web ::error::x y z');
  expect(neutralText('a\u001b[31mb\r\nc')).toBe('a [31mb c');
  expect(neutralText('web\u202egpj.exe\u2066')).toBe('web\ufffdgpj.exe\ufffd');
});

test('plain text of any language stays as it is', () => {
  expect(neutralText('网站 web-1 שלום')).toBe('网站 web-1 שלום');
});

test.each([
  ['https://evil.example/a', 'https&#58;//evil.example/a'],
  ['HTTP://evil.example', 'HTTP&#58;//evil.example'],
  ['www.evil.example', 'www&#46;evil.example'],
  ['go to WWW.evil.example now', 'go to WWW&#46;evil.example now']
])('GitHub makes no link of %s in a summary', (text, safe) => expect(cell(text)).toBe(safe));

test('a time of day keeps its colons', () => expect(cell('at 12:30:00')).toBe('at 12:30:00'));
