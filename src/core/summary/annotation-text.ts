import { clip } from '../report/clip.ts';

/** The runner cuts the text of an annotation after so many characters (actions/runner, IssueMatcher and Issue). */
const runnerLimit = 4_096;

/** Room for the characters that become escapes on the way. */
const limit = runnerLimit - 96;

/** No single line takes up the room of all others. */
const lineLimit = 1_000;

/** Up to four remedies, a link among them, always have room. */
const remedyLimit = 700;

/**
 * The lines of an annotation that is not cut: the first of the `items`, then as many of the others as fit with a count
 * of the rest, and the `remedies` last.
 */
export function annotationText(
  [first = '', ...items]: readonly string[],
  remedies: readonly string[]
): readonly string[] {
  const head = clip(first, lineLimit);
  const tail = remedies.map((line) => clip(line, remedyLimit));
  const more = (count: number): string => `and ${count} more`;
  let left = limit - sizeOf([head, ...tail]) - more(items.length).length - 1;
  const told: string[] = [];
  for (const item of items) {
    const line = clip(item, lineLimit);
    left -= sizeOf([line]);
    if (left < 0) break;
    told.push(line);
  }
  const rest = items.length - told.length;
  return [head, ...told, ...(rest === 0 ? [] : [more(rest)]), ...tail];
}

function sizeOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}
