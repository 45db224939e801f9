import { type Parser, parsed, refused } from './parser.ts';

/** Reads a name. What the API calls names is free text, but of one line, and nobody can see a control character. */
export const parseName: Parser<string> = (text) =>
  /\p{Cc}/u.test(text)
    ? refused('contains a line break or another control character, which no name has; give one name')
    : parsed(text);

/**
 * Reads the name of an image, or a pattern in which `*` stands for any text. One that every name matches is
 * refused: which image happens to be the newest of all is nothing to wipe a disk for.
 */
export const parseImageName: Parser<string> = (text) =>
  /^\*+$/.test(text)
    ? refused('is a pattern that every image matches; write a part of the name as well, such as web-*')
    : parseName(text);
