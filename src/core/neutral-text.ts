/**
 * Text from outside without characters that change what a reader sees: control characters, ESC among them, and
 * separators of lines (Unicode's Zl and Zp) become one space, and marks of the text's direction (Unicode TR 36,
 * "bidirectional text spoofing") become visible.
 */
export function neutralText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
