import { type Parser, parsed, refused } from './parser.ts';

/**
 * Reads a name. What the API calls names is free text of one line. Blanks at its ends are kept, since they may be
 * part of the name; line breaks around it, as YAML leaves them, are not.
 */
export const parseName: Parser<string> = (text) => {
  const line = text.replace(/^[\r\n]+|[\r\n]+$/g, '');
  return /\p{Cc}/u.test(line.trim())
    ? refused('contains a line break or another control character, which no name has; give one name')
    : parsed(line);
};

/** Reads the name that an instance must have. A blank one would switch the check off unseen. */
export const parseConfirmName: Parser<string> = (text) =>
  text.trim() === ''
    ? refused('holds only white space, which would confirm nothing; give the name, or leave the input out')
    : parseName(text);

/**
 * Reads the name of an image, or a pattern in which `*` stands for any text; a blank text is none. A pattern that
 * every name matches is refused: the newest of all images is no choice to erase a disk for.
 */
export const parseImageName: Parser<string | undefined> = (text) => {
  if (text.trim() === '') return parsed(undefined);
  return /^\*+$/.test(text.trim())
    ? refused('is a pattern that every image matches; write a part of the name as well, such as web-*')
    : parseName(text);
};
