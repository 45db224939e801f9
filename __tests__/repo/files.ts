import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The text of a file of the repository. */
export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Whether the repository has the file or folder. */
export function exists(path: string): boolean {
  return existsSync(join(root, path));
}

/** The files below a folder of the repository, with `/` on every system. */
export function filesIn(folder: string, pattern: RegExp): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, '/').length).replaceAll('\\', '/'))
    .toSorted();
}

/** The part of a step that the tests need. */
export interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** The workflows of the project and those that users copy. */
export function workflowFiles(): readonly string[] {
  return [...filesIn('.github/workflows', /\.ya?ml$/), ...filesIn('examples', /\.ya?ml$/)];
}

/** The part of a workflow that the tests need. */
export interface Workflow {
  readonly permissions?: unknown;
  readonly concurrency?: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: unknown;
        readonly 'timeout-minutes'?: unknown;
        readonly steps?: readonly Step[];
      }
    >
  >;
}

const workflows = new Map<string, Workflow>();

/** Reads a workflow; once, for many tests look at each. */
export function workflowOf(path: string): Workflow {
  const workflow = workflows.get(path) ?? (parse(read(path)) as Workflow);
  workflows.set(path, workflow);
  return workflow;
}

/** All steps of a workflow. */
export function stepsOf(workflow: Workflow): readonly Step[] {
  return Object.values(workflow.jobs).flatMap(({ steps }) => steps ?? []);
}

/** The code blocks of a language in a Markdown file. */
export function blocksOf(path: string, language: string): readonly string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms');
  return [...read(path).matchAll(fence)].map(([, block = '']) => block);
}
