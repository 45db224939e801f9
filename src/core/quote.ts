/** The longest piece of a value that a message shows, in characters. */
const quotedLength = 60;

/** What nobody can see, or takes for a plain blank: controls, format characters, and separators but the blank. */
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/**
 * A value for a message: in quotes, cut at 60 characters, and with quotes and everything invisible escaped, so that
 * it can neither flood the log, nor begin a line with a workflow command, nor look like another value.
 */
export function quote(text: string): string {
  const characters = [...text];
  const shown = characters.slice(0, quotedLength).join('');
  const quoted = JSON.stringify(characters.length > quotedLength ? `${shown}…` : shown);
  return visible(quoted);
}

/** A text with everything invisible escaped. */
export function visible(text: string): string {
  return text.replace(invisible, escaped);
}

/** Like `quote`, with everything escaped that is not ASCII: for values that should be nothing else. */
export function quoteAscii(text: string): string {
  return quote(text).replace(/[^\x20-\x7e…]/gu, escaped);
}

/** An address for a message, without what may hold a secret: its query and fragment, and all of it beside an `@`. */
export function shownAddress(text: string): string {
  if (text.includes('@')) return 'an address with "@"';
  const start = text.replace(/[?#].*$/s, '');
  return quoteAscii(start === text ? text : `${start}…`);
}

/** A character as JavaScript and JSON write it: `\u200b`, or `\u{1f600}` beyond four digits. */
function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}
