import { neutralText } from '../neutral-text.ts';

/** Words that may be wider than a column on a phone, and where such a word may be broken. */
const longWords = /\S{25,}/g;
const breaks = /[/_.:](?=\w)|[a-z\d]{16}(?=[a-z\d])/gi;

/**
 * Text from outside, made safe for a cell of a Markdown table: nothing in it is markup, and it is one line. GitHub
 * makes links of bare addresses, so the signs by which it knows them are escaped too. Long words get places to break.
 */
export function cell(text: string): string {
  const oneLine = neutralText(text).replace(/\s+/g, ' ').trim();
  const marks = /[\\`*_{}[\]<>()#+!|~&@]|:(?=\/\/)|(?<=\b[Ww]{3})\./g;
  return oneLine
    .replace(longWords, (word) => word.replace(breaks, '$&\u0002'))
    .replace(marks, (sign) => `&#${sign.codePointAt(0)};`)
    .replaceAll('\u0002', '<wbr>');
}

/** Text in code type, in a cell. */
export function code(text: string): string {
  return text === '' ? '' : `<code>${cell(text)}</code>`;
}

/** A table; cells are given as finished Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The first rows of a table, and how many are left out; without any row only that. */
export function firstRows(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  count: number
): readonly string[] {
  const missing = rows.length - count;
  return [
    ...(count === 0 ? [] : [table(head, rows.slice(0, count))]),
    ...(missing === 0 ? [] : [`_${missing} more are left out here._`])
  ];
}

/** Parts under a line to click on; the line is given as finished Markdown. */
export function fold(title: string, parts: readonly string[], isOpen = false): string {
  return [`<details${isOpen ? ' open' : ''}><summary>${title}</summary>`, ...parts, '</details>'].join(
    '\n\n'
  );
}

/** A block of code; nothing in it can end it, for backticks do not occur in what is put there. */
export function fenced(language: string, lines: readonly string[]): string {
  return [`\`\`\`${language}`, ...lines.map((line) => line.replaceAll('`', '')), '```'].join('\n');
}
