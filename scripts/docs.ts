/**
 * Fills the tables of inputs and outputs in README.md from action.yml, so that there is one place to edit.
 * `node scripts/docs.ts` writes; with `--check` it only compares, and fails where they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** What the tables need of action.yml. */
export interface ActionFile {
  readonly inputs: Readonly<Record<string, ActionInput>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
}

/** One input as action.yml declares it. */
export interface ActionInput {
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string;
}

/** Reads the text of an action.yml. */
export function readAction(text: string): ActionFile {
  return parse(text) as ActionFile;
}

/** The table of inputs, in the order of action.yml. */
export function inputsTable({ inputs }: ActionFile): string {
  const rows = Object.entries(inputs).map(([name, input]) => [
    `\`${name}\``,
    defaultLabel(input),
    input.description
  ]);
  return table(['Input', 'Default', 'Meaning'], rows);
}

/** The table of outputs, in the order of action.yml. */
export function outputsTable({ outputs }: ActionFile): string {
  return table(
    ['Output', 'Meaning'],
    Object.entries(outputs).map(([name, { description }]) => [`\`${name}\``, description])
  );
}

/**
 * The text with both tables put between their markers.
 *
 * @throws Error where a marker is missing
 */
export function fillTables(text: string, action: ActionFile): string {
  return between(between(text, 'inputs', inputsTable(action)), 'outputs', outputsTable(action));
}

function defaultLabel({ required, default: usual }: ActionInput): string {
  if (required === true) return '**required**';
  return usual === undefined ? '' : `\`${usual}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A cell is one line, and a bar in it would end it, even within code. */
function cell(text: string): string {
  return text.trim().replace(/\s+/g, ' ').replaceAll('|', '\\|');
}

function between(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name}: from action.yml -->`, `<!-- end of ${name} -->`];
  const from = text.indexOf(open);
  const to = text.indexOf(close, from);
  if (from < 0 || to < 0) throw new Error(`README.md lacks the markers ${open} and ${close}`);
  return `${text.slice(0, from + open.length)}\n\n${content}\n\n${text.slice(to)}`;
}

function main(args: readonly string[]): void {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const file = join(root, 'README.md');
  const before = readFileSync(file, 'utf8');
  const after = fillTables(before, readAction(readFileSync(join(root, 'action.yml'), 'utf8')));
  if (after === before) return;
  if (args.includes('--check')) {
    process.stderr.write('README.md does not match action.yml: run npm run docs\n');
    process.exitCode = 1;
  } else {
    writeFileSync(file, after);
  }
}

// Not on import, which the tests do.
if (basename(process.argv[1] ?? '') === 'docs.ts') main(process.argv.slice(2));
