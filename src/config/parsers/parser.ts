/** What became of one input's text: a value, or everything that is wrong with it. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Reads one input's text. Pure, and never throws. */
export type Parser<T> = (text: string) => Parsed<T>;

/** The text was understood. */
export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** The text is refused, for at least one reason. Each reads on after the input's name. */
export function refused(...faults: readonly string[]): {
  readonly ok: false;
  readonly faults: readonly string[];
} {
  return { ok: false, faults };
}

/**
 * A parser that refuses the empty or blank text with `remedy`.
 *
 * An input with a default is also read by this one: it is empty only where somebody passed an expression that
 * gave nothing, and to guess what they meant (`dryRun` is `false`, say) could cost them a disk.
 */
export function required<T>(parse: Parser<T>, remedy: string): Parser<T> {
  return (text) => (text.trim() === '' ? refused(`is empty; ${remedy}`) : parse(text));
}

/** A parser that takes the empty text for `undefined`, which is "not given". */
export function optional<T>(parse: Parser<T>): Parser<T | undefined> {
  return (text) => (text === '' ? parsed(undefined) : parse(text));
}

/** A parser that does not care about white space around the value. Not for secrets. */
export function trimmed<T>(parse: Parser<T>): Parser<T> {
  return (text) => parse(text.trim());
}

/** Accepts any text as it is. */
export const anyText: Parser<string> = (text) => parsed(text);

/** The longest piece of a value that a message shows, in characters. */
const quotedLength = 60;

/**
 * A value for a message: in quotes, cut at 60 characters, and with line breaks and quotes escaped, so that it
 * can neither flood the log nor begin a line with a workflow command.
 */
export function quote(text: string): string {
  const characters = [...text];
  const shown = characters.slice(0, quotedLength).join('');
  return JSON.stringify(characters.length > quotedLength ? `${shown}…` : shown);
}
