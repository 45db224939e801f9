/** The command files that a step writes instead of printing commands. Each step gets its own, empty ones. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const kinds = ['OUTPUT', 'ENV', 'STATE', 'PATH', 'STEP_SUMMARY'] as const;

type Kind = (typeof kinds)[number];

/** The command files of one step in `folder`; the constructor creates them. */
export class CommandFiles {
  /** `GITHUB_OUTPUT` and so on, for the environment of the step. */
  readonly env: Readonly<Record<string, string>>;

  constructor(folder: string, step: string) {
    mkdirSync(folder, { recursive: true });
    this.env = Object.fromEntries(
      kinds.map((kind) => [`GITHUB_${kind}`, join(folder, `${kind.toLowerCase()}_${step}`)])
    );
    for (const file of Object.values(this.env)) writeFileSync(file, '');
  }

  /** The text of a file; '' if the step deleted it. */
  read(kind: Kind): string {
    try {
      return readFileSync(this.env[`GITHUB_${kind}`] ?? '', 'utf8');
    } catch {
      return '';
    }
  }

  /** The text of all of them. */
  text(): string {
    return kinds.map((kind) => this.read(kind)).join('\n');
  }

  /** Deletes them, as the runner does before the next step. */
  remove(): void {
    for (const file of Object.values(this.env)) rmSync(file, { force: true });
  }
}

/**
 * Parses `name=value` lines and `name<<END … END` blocks; the last value of a name counts.
 *
 * @throws {Error} For any other line, or a block without its end, with the runner's message. The values before it are
 *   already in `values`.
 */
export function parseValues(text: string, values: Record<string, string> = {}): Record<string, string> {
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const [equals, block] = [line.indexOf('='), line.indexOf('<<')];
    if (line === '') continue;
    if (equals >= 0 && (block < 0 || equals < block)) {
      values[line.slice(0, equals)] = line.slice(equals + 1);
    } else if (block > 0 && block + 2 < line.length) {
      const delimiter = line.slice(block + 2);
      const end = lines.indexOf(delimiter, index + 1);
      if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`);
      values[line.slice(0, block)] = lines.slice(index + 1, end).join('\n');
      index = end;
    } else {
      throw new Error(`Invalid format '${line}'`);
    }
  }
  return values;
}
