/** Text from outside, made safe for a cell of a Markdown table: nothing in it is markup, and it is one line. */
export function cell(text: string): string {
  const oneLine = text.replace(/\s+/g, ' ').trim();
  return oneLine.replace(/[\\`*_{}[\]<>()#+!|~&@]/g, (sign) => `&#${sign.codePointAt(0)};`);
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
