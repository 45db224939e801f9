import type { Tag } from '../../core/model/selection.ts';
import { quote } from '../../core/quote.ts';
import { type Parsed, type Parser, parsed, parsedUnless, refused } from './parser.ts';

/** Nobody needs more to tell instances apart; a longer text is something else that was pasted. */
const maxTags = 20;

const form = 'write key=value, such as role=web';

/**
 * Reads tags: one `key=value` a line, with white space around key and value left out, and blank lines passed
 * over. The first `=` ends the key. Refuses patterns, what is incomplete, and a key that is there twice.
 *
 * No tag at all is refused as well: it would select every instance.
 */
export const parseTags: Parser<readonly Tag[]> = (text) => {
  const lines = text
    .split(/\r\n?|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) return refused(`names no tag; ${form}`);
  if (lines.length > maxTags) {
    return refused(`has ${lines.length} lines; give at most ${maxTags} tags, one a line`);
  }
  const read = lines.map(parseTag);
  const tags = read.flatMap((one) => (one.ok ? [one.value] : []));
  return parsedUnless([...read.flatMap((one) => (one.ok ? [] : one.faults)), ...repeats(tags)], tags);
};

/** Reads one line that is not blank. */
function parseTag(line: string): Parsed<Tag> {
  const end = line.indexOf('=');
  if (end < 0) return refused(`has the line ${quote(line)}, which has no "="; ${form}`);
  const key = line.slice(0, end).trim();
  const value = line.slice(end + 1).trim();
  if (key === '') return refused(`has the line ${quote(line)}, which has no key; ${form}`);
  if (value === '') return refused(`has the line ${quote(line)}, which has no value; ${form}`);
  return line.includes('*')
    ? refused(
        `has the pattern ${quote(line)}; what is erased must be named, so write key and value in full, such as role=web`
      )
    : parsed({ key, value });
}

/** Two values of one key would find nothing, and the same tag again is hardly what was meant. */
function repeats(tags: readonly Tag[]): readonly string[] {
  const keys = [...new Set(tags.map(({ key }) => key))];
  return keys.flatMap((key) => {
    const values = tags.filter((tag) => tag.key === key).map(({ value }) => value);
    if (values.length === 1) return [];
    return new Set(values).size === 1
      ? [`names ${quote(`${key}=${values[0]}`)} more than once; give each tag once`]
      : [
          `gives the key ${quote(key)} more than one value, which no instance can carry at once; give each key once`
        ];
  });
}
