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
export function refused(...faults: readonly string[]): Extract<Parsed<unknown>, { ok: false }> {
  return { ok: false, faults };
}

/** The text was understood, unless one of its checks has found a fault. */
export function parsedUnless<T>(faults: readonly (string | undefined)[], value: T): Parsed<T> {
  const found = faults.filter((fault) => fault !== undefined);
  return found.length === 0 ? parsed(value) : refused(...found);
}

/** A parser that refuses the empty or blank text with `remedy`. */
export function required<T>(parse: Parser<T>, remedy: string): Parser<T> {
  return (text) => (text.trim() === '' ? refused(`is empty; ${remedy}`) : parse(text));
}

/**
 * A parser of an input with a default, which takes the empty or blank text for it: a composite action or a reusable
 * workflow passes one on where its own input is not given. Only where the default makes nothing less safe.
 *
 * @param usual the default of action.yml
 */
export function orDefault<T>(usual: string, parse: Parser<T>): Parser<T> {
  return (text) => parse(text.trim() === '' ? usual : text);
}

/**
 * A parser of an input with a default that refuses the empty or blank text, because the default would switch off or
 * weaken what the input guards, and nobody can tell whether that was meant.
 */
export function neverEmpty<T>(usual: string, risk: string, parse: Parser<T>): Parser<T> {
  const remedy = `give a value, or leave the input out for ${usual}`;
  return (text) =>
    text.trim() === '' ? refused(`is empty, and its default would ${risk}; ${remedy}`) : parse(text);
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
export const parseText: Parser<string> = (text) => parsed(text);
