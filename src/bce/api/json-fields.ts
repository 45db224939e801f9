/** An answer lacks what it must have. The message names the field, never its value. */
export class DecodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DecodeError';
  }
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

/** A text that must be there and not empty. Throws `DecodeError`. */
export function vital(from: Fields, name: string): string {
  const value = text(from, name);
  if (value === '') {
    throw new DecodeError(`"${name}" is missing`);
  }
  return value;
}

/** A text, or the empty one where the field is missing or something else. */
export function text(from: Fields, name: string): string {
  const value = from[name];
  return typeof value === 'string' ? value : '';
}

/** A number, or 0. Some come as strings: snapshotNum does in the vendor's own SDK types. */
export function count(from: Fields, name: string): number {
  const value = Number(from[name] ?? 0);
  return Number.isFinite(value) ? value : 0;
}

/** A flag as `flag` reads it, or `undefined` where the field is missing: then nobody knows. */
export function optionalFlag(from: Fields, name: string): boolean | undefined {
  return from[name] === undefined || from[name] === null ? undefined : flag(from, name);
}

/** A flag, which the API gives as a boolean or as 0 and 1. */
export function flag(from: Fields, name: string): boolean {
  const value = from[name];
  return value === true || value === 1 || value === '1' || String(value).toLowerCase() === 'true';
}
