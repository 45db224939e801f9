/**
 * Generates what several files repeat, so that each fact is edited in one place: docs/inputs.md, docs/outputs.md and the
 * inputs of the reusable workflows from action.yml and the schema of `result`; the owner of the repository in documents
 * and examples from package.json. With `--check` it only compares, and fails if a file differs.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ActionInput, groupsOf, readAction } from './action-metadata.ts';
import { emulatedWorkflow } from './emulated-workflow.ts';
import { ownerOf, withOwner } from './owner.ts';
import { fillWorkflow } from './workflow-inputs.ts';

/** The part of a JSON Schema that the page of the outputs needs. */
export interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly $ref?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** The page of the inputs, in the order of action.yml. Lists, not tables, because they fit on a phone. */
export function inputsPage(text: string): string {
  const groups = groupsOf(text);
  const parts = Object.entries(readAction(text).inputs).map(([name, input]) => {
    const group = groups.get(name);
    const heading = group === undefined ? '' : `## ${group}\n\n`;
    return `${heading}### \`${name}\`\n\n${defaultLine(input)}${oneLine(input.description)}`;
  });
  const intro =
    'Durations need a unit: `90s`, `15m`, `1h30m`. Booleans are `true` or `false`. All problems of all inputs are reported at once, before the first call. A name that is not an input but looks like one, such as `dry-run` or `password`, is refused, because GitHub only warns of it; any other unknown name is warned of. An empty text means the default, and is refused where the default would guard less (`dryRun`, `wait`, `rollback`, ...).';
  return page('Inputs', 'action.yml', intro, parts);
}

/** The page of the outputs: those of action.yml, and the properties of `result`. */
export function outputsPage(text: string, schema: Schema): string {
  const outputs = Object.entries(readAction(text).outputs).map(
    ([name, { description }]) => `### \`${name}\`\n\n${oneLine(description)}`
  );
  const intro =
    'For several instances, an output about one instance holds one value for each, split by commas, in the order of `instanceIds`. What is known before the wait is set before the wait.';
  const form = [
    '## The form of `result`',
    `${oneLine(schema.description ?? '')} The schema: [result.schema.json](result.schema.json).`,
    listOf(schema, schema, 0).join('\n')
  ];
  return page('Outputs', 'action.yml and result.schema.json', intro, [...outputs, ...form]);
}

function page(title: string, source: string, intro: string, parts: readonly string[]): string {
  const mark = `<!-- Written by npm run docs from ${source}. -->`;
  return `${[`# ${title}`, mark, intro, ...parts].join('\n\n')}\n`;
}

function listOf(schema: Schema, root: Schema, depth: number): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const own = resolved(property, root);
    const inner = own.items === undefined ? own : resolved(own.items, root);
    const words = oneLine(property.description ?? own.description ?? inner.description ?? '');
    const oneOf =
      own.enum === undefined ? '' : ` One of ${own.enum.map((word) => `\`${word}\``).join(', ')}.`;
    const label = own.type === 'array' ? `${name}[]` : name;
    const line = `${'  '.repeat(depth)}- \`${label}\`${words === '' ? '' : `: ${words}`}${oneOf}`;
    return [line, ...listOf(inner, root, depth + 1)];
  });
}

function resolved(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.replace('#/$defs/', '');
  return (name === undefined ? undefined : root.$defs?.[name]) ?? schema;
}

function defaultLine({ required, default: usual }: ActionInput): string {
  if (required === true) return '**Required.** ';
  return usual === undefined ? '' : `Default \`${usual}\`. `;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

function main(args: readonly string[]): void {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const action = read('action.yml');
  const workflow = '.github/workflows/rebuild.yml';
  const owner = ownerOf(read('package.json'));
  const filled = fillWorkflow(withOwner(read(workflow), owner), action);
  const named = ['README.md', 'README.zh-CN.md', '.github/CODEOWNERS', '.github/ISSUE_TEMPLATE/config.yml'];
  for (const folder of ['docs', 'examples']) {
    const files = readdirSync(join(root, folder)).filter((name) => /\.(?:md|yml)$/.test(name));
    named.push(...files.map((name) => `${folder}/${name}`));
  }
  const pages = {
    ...Object.fromEntries(named.map((path) => [path, withOwner(read(path), owner)])),
    'docs/inputs.md': inputsPage(action),
    'docs/outputs.md': outputsPage(action, JSON.parse(read('docs/result.schema.json')) as Schema),
    [workflow]: filled,
    '.github/workflows/rebuild-emulated.yml': emulatedWorkflow(filled)
  };
  for (const [path, text] of Object.entries(pages)) {
    if (!args.includes('--check')) writeFileSync(join(root, path), text);
    else if (!existsSync(join(root, path)) || read(path) !== text) {
      process.stderr.write(`${path} does not match its sources: run npm run docs\n`);
      process.exitCode = 1;
    }
  }
}

// Not when a test imports this file.
if (basename(process.argv[1] ?? '') === 'docs.ts') main(process.argv.slice(2));
