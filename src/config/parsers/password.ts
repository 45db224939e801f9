import { type Parser, parsedUnless } from './parser.ts';

/** The symbols that a password may hold, in the order of the vendor's list. */
export const passwordSymbols = "()`~!@#$%^&*-_+=\\|{}[]:;'<>,.?/";

const minLength = 8;
const maxLength = 32;
const minClasses = 3;

/**
 * Reads the password for the instance, by the newest rule that the vendor documents (BCC pages for changePass,
 * 2025-12-03, and CreateInstanceBySpec): 8 to 32 characters; three of upper case, lower case, digits and
 * symbols; only the listed symbols; ASCII only, since the cipher works on bytes.
 *
 * All broken parts of the rule are told at once. A message depends on counts alone, never on a character.
 */
export const parsePassword: Parser<string> = (text) => {
  const characters = [...text];
  const faults = [
    lengthFault(characters.length),
    classFault(characters),
    /^\s|\s$/.test(text)
      ? 'begins or ends with white space, perhaps a pasted line break; remove it'
      : undefined,
    characters.some((character) => character > '\x7f')
      ? 'contains a character that is not ASCII; use letters without accents, digits and symbols'
      : undefined,
    // White space at either end has had its own message, which helps more.
    [...text.trim()].some((character) => character <= '\x7f' && !isPermitted(character))
      ? `contains a character that is not permitted; use letters, digits and ${passwordSymbols}`
      : undefined
  ];
  return parsedUnless(faults, text);
};

function lengthFault(length: number): string | undefined {
  if (length >= minLength && length <= maxLength) {
    return undefined;
  }
  const fault = length < minLength ? 'is too short' : 'is too long';
  return `${fault}: it has ${length} character${length === 1 ? '' : 's'}; use ${minLength} to ${maxLength}`;
}

function classFault(characters: readonly string[]): string | undefined {
  const classes = [/[A-Z]/, /[a-z]/, /[0-9]/].filter((pattern) =>
    characters.some((one) => pattern.test(one))
  );
  const count = classes.length + (characters.some(isSymbol) ? 1 : 0);
  return count >= minClasses
    ? undefined
    : `is too simple: it has ${count} of the four classes upper case, lower case, digits and symbols; ` +
        `use at least ${minClasses} of them`;
}

function isPermitted(character: string): boolean {
  return /^[A-Za-z0-9]$/.test(character) || isSymbol(character);
}

function isSymbol(character: string): boolean {
  return passwordSymbols.includes(character);
}
