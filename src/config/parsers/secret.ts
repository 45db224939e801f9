import { type Parser, parsed, refused } from './parser.ts';

/**
 * Reads a key or a token that goes into a header or into a signature: printable ASCII without white space. A
 * line break that was pasted along breaks the signature, and the service would only answer that it does not
 * match; so it is refused here, with its true name. No message shows the text.
 */
export const parseSecret: Parser<string> = (text) => {
  const core = text.trim();
  const faults = [
    core === text
      ? undefined
      : 'begins or ends with white space, perhaps a pasted line break; store it again without',
    /^[\x21-\x7e]*$/.test(core)
      ? undefined
      : 'contains white space or a character that is not ASCII; copy it again from the console'
  ].filter((fault) => fault !== undefined);
  return faults.length === 0 ? parsed(text) : refused(...faults);
};

/** Reads a script, and keeps it to the last byte. One that is blank is taken for an accident. */
export const parseScript: Parser<string> = (text) =>
  text.trim() === ''
    ? refused(
        'holds only white space; leave it out, or set cleanLastUserData to true to forget the script of before'
      )
    : parsed(text);
