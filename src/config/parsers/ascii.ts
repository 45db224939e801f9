import { quoteAscii } from '../../core/quote.ts';
import { type Parser, refused } from './parser.ts';

/** Characters that get into a value by copying or by an input method, with their names and what was meant. */
const lookAlikes: Readonly<Record<string, readonly [name: string, meant: string]>> = {
  '\u00a0': ['no-break space', ' '],
  '\u00ad': ['soft hyphen', ''],
  '\u200b': ['zero width space', ''],
  '\u200c': ['zero width non-joiner', ''],
  '\u200d': ['zero width joiner', ''],
  '\u200e': ['left-to-right mark', ''],
  '\u200f': ['right-to-left mark', ''],
  '\u2060': ['word joiner', ''],
  '\ufeff': ['byte order mark', ''],
  '\u2010': ['hyphen', '-'],
  '\u2011': ['non-breaking hyphen', '-'],
  '\u2012': ['figure dash', '-'],
  '\u2013': ['en dash', '-'],
  '\u2014': ['em dash', '-'],
  '\u2212': ['minus sign', '-'],
  '\u2018': ['typographic quote', "'"],
  '\u2019': ['typographic quote', "'"],
  '\u201c': ['typographic quote', '"'],
  '\u201d': ['typographic quote', '"'],
  '\u3000': ['ideographic space', ' '],
  '\u3001': ['Chinese enumeration comma', ','],
  '\u3002': ['Chinese full stop', '.'],
  '\uff0c': ['Chinese comma', ','],
  '\uff1a': ['Chinese colon', ':'],
  '\uff1b': ['Chinese semicolon', ',']
};

/** Quotes of every kind around the whole value. */
const quotes = /^(["'`“”‘’「『])(.*)["'`“”‘’」』]$/s;

/**
 * A parser of values with a form, which is ASCII only: refuses quotes around the value, and any other character by
 * its escape, since those that look alike or cannot be seen cannot be told from the text.
 */
export function ascii<T>(parse: Parser<T>): Parser<T> {
  return (text) => {
    const [, , inner] = quotes.exec(text) ?? [];
    if (inner !== undefined && inner.trim() !== '') {
      return refused(`is ${quoteAscii(text)}, in quotes that are part of the value; leave them out`);
    }
    const foreign = foreignIn(text);
    return foreign.length === 0 ? parse(text) : refused(faultOf(text, foreign));
  };
}

/** The same for a value that no message may show, such as an address that a password may be a part of. */
export function hiddenAscii<T>(parse: Parser<T>): Parser<T> {
  return (text) => {
    const [first] = foreignIn(text);
    return first === undefined
      ? parse(text)
      : refused(`has ${nameOf(first)} in it, which is not ASCII; ${remedyFor(first)}`);
  };
}

function foreignIn(text: string): readonly string[] {
  return [...new Set([...text].filter((character) => character > '\x7e'))];
}

function faultOf(text: string, foreign: readonly string[]): string {
  const [first = ''] = foreign;
  const named = foreign.slice(0, 3).map(nameOf).join(', ');
  return `is ${quoteAscii(text)}, where ${named} ${foreign.length === 1 ? 'is' : 'are'} not ASCII; ${remedyFor(first)}`;
}

function remedyFor(character: string): string {
  const meant = meantBy(character);
  if (meant === undefined) return 'type the value again';
  return meant === '' ? 'take it out, or type the value again' : `write ${quoteAscii(meant)} instead`;
}

function nameOf(character: string): string {
  const [name] = lookAlikes[character] ?? [fullWidth(character) === undefined ? undefined : 'full-width'];
  const code = quoteAscii(character).slice(1, -1);
  return name === undefined ? code : `${code} (${name})`;
}

function meantBy(character: string): string | undefined {
  return lookAlikes[character]?.[1] ?? fullWidth(character);
}

/** The ASCII character of a full-width one (U+FF01 to U+FF5E), which an input method for Chinese may type. */
function fullWidth(character: string): string | undefined {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0xff01 && code <= 0xff5e ? String.fromCodePoint(code - 0xfee0) : undefined;
}
