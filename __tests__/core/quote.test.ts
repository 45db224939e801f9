import { expect, test } from '@jest/globals';
import { quote, quoteAscii, visible } from '../../src/core/quote.ts';

test('quote cuts, and leaves no line break', () => {
  expect(quote('a\n::error::"')).toBe('"a\\n::error::\\""');
  expect(quote('x'.repeat(60))).toBe(`"${'x'.repeat(60)}"`);
  expect(quote('😀'.repeat(61))).toBe(`"${'😀'.repeat(60)}…"`);
});

test('quote escapes invisible characters, and leaves other languages as they are', () => {
  expect(quote('网站 web\u200b\u2060\ufeff\u00a0\u0085\u2028')).toBe(
    '"网站 web\\u200b\\u2060\\ufeff\\u00a0\\u0085\\u2028"'
  );
});

test('quoteAscii shows everything else as an escape as well', () => {
  expect(quoteAscii('\uff49\u2011demo\u{1f600}')).toBe('"\\uff49\\u2011demo\\u{1f600}"');
});

test('visible escapes invisible characters and nothing else', () => {
  expect(visible('role=we\u200bb "网"')).toBe('role=we\\u200bb "网"');
});
