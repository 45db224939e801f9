import { type Parser, parsed, parsedUnless, refused } from './parser.ts';

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
      : 'contains white space or a character that is not ASCII; copy it again from the console',
    /^(["'`]).*\1$/s.test(core)
      ? 'stands in quotes that are part of the value; store it again without'
      : undefined
  ];
  return parsedUnless(faults, text);
};

/** What newer access key IDs begin with (BCE console); older ones are 32 hexadecimal digits, as secret keys are. */
const accessKeyPrefix = 'ALTAK';

/** Reads an access key ID. No key has a colon in it, so one is there where both were pasted together. */
export const parseAccessKeyId: Parser<string> = (text) =>
  text.includes(':')
    ? refused('contains a colon, as where ID and secret key are joined; give each in its own input')
    : parseSecret(text);

/** Reads a secret access key, and refuses what is plainly the ID, or both joined by a colon. */
export const parseSecretKey: Parser<string> = (text) =>
  text.startsWith(accessKeyPrefix) && !text.includes(':')
    ? refused(`begins with ${accessKeyPrefix}, as access key IDs do; are the two keys swapped?`)
    : parseAccessKeyId(text);

/** Reads a script, and keeps it to the last byte. One that is blank is taken for an accident. */
export const parseScript: Parser<string> = (text) =>
  text.trim() === ''
    ? refused(
        'holds only white space; leave it out, or set cleanLastUserData to true to clear the earlier script'
      )
    : parsed(text);
