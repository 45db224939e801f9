/** The files that a step fills instead of printing commands: each step gets its own, empty ones. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const kinds = ['OUTPUT', 'ENV', 'STATE', 'PATH', 'STEP_SUMMARY'] as const;

type Kind = (typeof kinds)[number];

/** The command files of one step, under `folder`; made at once. */
export class CommandFiles {
  /** `GITHUB_OUTPUT` and its like, for the environment of the step. */
  readonly env: Readonly<Record<string, string>>;

  constructor(folder: string, step: string) {
    mkdirSync(folder, { recursive: true });
    this.env = Object.fromEntries(
      kinds.map((kind) => [`GITHUB_${kind}`, join(folder, `${kind.toLowerCase()}_${step}`)])
    );
    for (const file of Object.values(this.env)) writeFileSync(file, '');
  }

  /** The text of a file; empty where the step took it away. */
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

  /** Takes them away, as the runner does before the next step. */
  remove(): void {
    for (const file of Object.values(this.env)) rmSync(file, { force: true });
  }
}

/**
 * Reads `name=value` lines and `name<<END … END` blocks; the last value of a name counts.
 *
 * @throws {Error} For a line that is neither, or a block without its end, in the runner's words; what stands before it
 *   is in `values` by then.
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
