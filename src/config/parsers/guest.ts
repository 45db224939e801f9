import { quote } from '../../core/quote.ts';
import { type Parser, parsed, refused } from './parser.ts';

/** Reads the script that runs inside the new system, and keeps it to the last byte. No message shows it. */
export const parseGuestScript: Parser<string> = (text) => {
  if (text.trim() === '') return refused('holds only white space; write the commands, or leave it out');
  if (/^#![^\n]*\r/.test(text)) {
    return refused(
      'has Windows line ends (CR LF) after #!, so that no shell would be found; store it with LF'
    );
  }
  return text.includes('\0')
    ? refused('holds a NUL character, as files in UTF-16 do; store the script as UTF-8')
    : parsed(text);
};

/** Reads the name of a user inside the guest. */
export const parseGuestUser: Parser<string> = (text) =>
  /^[a-z_][a-z0-9_.-]{0,31}$/i.test(text)
    ? parsed(text)
    : refused(`is ${quote(text)}, which is no user name; write one such as root or deploy`);
