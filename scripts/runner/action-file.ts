/** Reads action.yml as the runner does: which processes to start, and how `with:` becomes their environment. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The part of an action.yml that the stand-in needs; paths are relative to the folder of the action. */
export interface ActionFile {
  readonly main: string;
  readonly post: string | undefined;
  readonly inputs: Readonly<Record<string, InputSpec>>;
}

interface InputSpec {
  readonly default?: unknown;
  readonly deprecationMessage?: string;
}

/** Parsed files by their text: hundreds of runs of a test use the same one. */
const parsed = new Map<string, ActionFile>();

/** Reads the action.yml of a folder. */
export function readActionFile(folder: string): ActionFile {
  const text = readFileSync(join(folder, 'action.yml'), 'utf8');
  const file = parsed.get(text) ?? parseActionFile(text);
  parsed.set(text, file);
  return file;
}

function parseActionFile(text: string): ActionFile {
  const file = parse(text) as {
    readonly runs: { readonly main: string; readonly post?: string };
    readonly inputs?: Readonly<Record<string, InputSpec | null>>;
  };
  const inputs = Object.entries(file.inputs ?? {}).map(([name, spec]) => [name, spec ?? {}]);
  return { main: file.runs.main, post: file.runs.post, inputs: Object.fromEntries(inputs) };
}

/**
 * The `INPUT_*` of a step. Names are case-insensitive. A declared input that is not given gets its default, or ''. An
 * undeclared one is passed on, with a warning.
 */
export function inputsOf(
  { inputs: declared }: ActionFile,
  given: Readonly<Record<string, string>>
): { readonly values: Readonly<Record<string, string>>; readonly warnings: readonly string[] } {
  const variable = (name: string): string => `INPUT_${name.replaceAll(' ', '_')}`.toUpperCase();
  const names = Object.keys(declared);
  const known = new Map(names.map((name) => [name.toLowerCase(), name]));
  const defaults = names.map((name) => [variable(name), String(declared[name]?.default ?? '')]);
  const unexpected = Object.keys(given).filter((name) => !known.has(name.toLowerCase()));
  const deprecated = Object.keys(given).flatMap((name) => {
    const message = declared[known.get(name.toLowerCase()) ?? '']?.deprecationMessage;
    return message === undefined ? [] : [`Input '${name}' has been deprecated with message: ${message}`];
  });
  return {
    values: {
      ...Object.fromEntries(defaults),
      ...Object.fromEntries(Object.entries(given).map(([name, value]) => [variable(name), value]))
    },
    warnings: [
      ...deprecated,
      ...(unexpected.length === 0
        ? []
        : [`Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${names.join("', '")}']`])
    ]
  };
}
