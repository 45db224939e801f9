/** The inputs of the reusable workflow: it declares those of action.yml and passes them on. */
import { stringify } from 'yaml';
import { type ActionInput, type ActionMetadata, groupsOf, readAction } from './action-metadata.ts';

/** These inputs of the action come from secrets of the GitHub environment. */
const secrets: Readonly<Record<string, string>> = {
  accessKeyId: 'BCE_ACCESS_KEY_ID',
  secretAccessKey: 'BCE_SECRET_ACCESS_KEY',
  sessionToken: 'BCE_SESSION_TOKEN',
  adminPass: 'BCC_ADMIN_PASS'
};

/** The workflow's job has an `environment`, which creates the Deployment record, so the action creates none. */
const byTheJob: readonly string[] = ['githubToken', 'environment', 'environmentUrl'];

/**
 * The text of the workflow with both generated parts between their markers.
 *
 * @param action the text of action.yml
 * @throws Error if a marker is missing
 */
export function fillWorkflow(workflow: string, action: string): string {
  const { inputs } = readAction(action);
  const own = Object.entries(inputs).filter(([name]) => !byTheJob.includes(name));
  const groups = groupsOf(action);
  return between(
    between(workflow, 'inputs', '      ', declarations(own, groups)),
    'with',
    '          ',
    own.map(([name]) => `${name}: \${{ ${name in secrets ? `secrets.${secrets[name]}` : `inputs.${name}`} }}`)
  );
}

function declarations(
  inputs: readonly (readonly [string, ActionMetadata['inputs'][string]])[],
  groups: ReadonlyMap<string, string>
): readonly string[] {
  return inputs
    .filter(([name]) => !(name in secrets))
    .flatMap(([name, input], index) => [
      ...(groups.has(name) && index > 0 ? [''] : []),
      `${name}:`,
      `  description: ${scalar(firstSentence(input.description))}`,
      `  type: ${typeOf(input)}`,
      `  default: ${typeOf(input) === 'string' ? scalar(input.default ?? '') : input.default}`
    ]);
}

function firstSentence(description: string): string {
  return description
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/(?<=\.) .*$/, '');
}

/** An input that may be a percentage, or has no default, must be a string. */
function typeOf({ description, default: usual = '' }: ActionInput): 'boolean' | 'number' | 'string' {
  if (usual === 'true' || usual === 'false') return 'boolean';
  return /^\d+$/.test(usual) && !description.includes('%') ? 'number' : 'string';
}

function scalar(text: string): string {
  return stringify(text, { singleQuote: true, lineWidth: 0 }).trimEnd();
}

function between(text: string, name: string, indent: string, lines: readonly string[]): string {
  const [open, close] = [
    `${indent}# ${name}: npm run docs writes them from action.yml\n`,
    `${indent}# end of ${name}\n`
  ];
  const from = text.indexOf(open);
  const to = text.indexOf(close, from);
  if (from < 0 || to < 0)
    throw new Error(`rebuild.yml lacks the markers "${open.trim()}" and "${close.trim()}"`);
  const body = lines.map((line) => (line === '' ? '\n' : `${indent}${line}\n`)).join('');
  return `${text.slice(0, from + open.length)}${body}${text.slice(to)}`;
}
