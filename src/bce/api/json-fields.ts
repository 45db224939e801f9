/** An answer lacks what it must have. The message names the field, never its value. */
export class DecodeError extends Error {
  override name = 'DecodeError';
}

/** A JSON object whose fields are not known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** `json` as an object. Throws `DecodeError`, which calls it `what`. */
export function record(json: unknown, what: string): Fields {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new DecodeError(`the ${what} is not an object`);
  }
  return { ...json };
}

/** The longest ID, status or other word of the API, in characters (UTF-16 code units). */
const maxWord = 256;

/** The longest other text that is kept, in characters: names and descriptions are far shorter. */
const maxText = 1024;

/** A word that must be there, neither empty nor longer than any of the API. Throws `DecodeError`. */
export function requiredWord(from: Fields, name: string): string {
  const value = word(from, name);
  if (value === '') {
    throw new DecodeError(`"${name}" is missing`);
  }
  return value;
}

/** A word that may be missing. Throws `DecodeError` for one that is longer than any ID or status. */
export function word(from: Fields, name: string): string {
  const value = from[name];
  if (typeof value !== 'string') return '';
  if (value.length > maxWord) {
    throw new DecodeError(`"${name}" is longer than ${maxWord} characters`);
  }
  return value;
}

/** A text, clipped; the empty one where the field is missing or something else. */
export function text(from: Fields, name: string): string {
  return shorten(anyText(from, name), maxText);
}

/** The same of several fields at once. */
export function texts<Name extends string>(
  from: Fields,
  names: readonly Name[]
): Readonly<Record<Name, string>> {
  const entries = names.map((name) => [name, text(from, name)]);
  return Object.fromEntries(entries) as Record<Name, string>;
}

/** A list; an empty one for null, which a service written in Go sends. Throws `DecodeError`, which calls it `what`. */
export function list(json: unknown, what: string): readonly unknown[] {
  const items = json === null ? [] : json;
  if (!Array.isArray(items)) throw new DecodeError(`"${what}" is not a list`);
  return items;
}

/** A text of any length, or the empty one where the field is missing or something else. */
export function anyText(from: Fields, name: string): string {
  const value = from[name];
  return typeof value === 'string' ? value : '';
}

/** The first `most` characters, with a sign that there were more. */
export function shorten(whole: string, most: number): string {
  if (whole.length <= most) return whole;
  const part = whole.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '');
  // A slice keeps the whole text in memory; a copy does not.
  return `${Buffer.from(part, 'utf16le').toString('utf16le')}…`;
}

/** A number, or 0. Some come as strings: snapshotNum does in the vendor's own SDK types. */
export function count(from: Fields, name: string): number {
  const value = Number(from[name] ?? 0);
  return Number.isFinite(value) ? value : 0;
}

/** A flag, which the API gives as a boolean or as 0 and 1; `undefined` where the field is missing or means neither. */
export function optionalFlag(from: Fields, name: string): boolean | undefined {
  const value = String(from[name]).toLowerCase();
  if (value === 'true' || value === '1') return true;
  return value === 'false' || value === '0' ? false : undefined;
}

/** The same, and `false` where it is missing or means neither. */
export function flag(from: Fields, name: string): boolean {
  return optionalFlag(from, name) === true;
}
