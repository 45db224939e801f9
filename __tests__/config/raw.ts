import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { parseConfig } from '../../src/config/config.ts';
import type { RawInputs } from '../../src/config/inputs.ts';

const action = parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')) as {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
};

/** What a runner hands over for an empty `with:` block. */
const defaults = Object.fromEntries(
  Object.entries(action.inputs).map(([name, { default: usual = '' }]) => [name, usual])
) as RawInputs;

/** Inputs as a runner hands them over for the shortest `with:` block, defaults of action.yml included. */
export const minimal: RawInputs = {
  ...defaults,
  accessKeyId: 'ALTAKexampleKeyId',
  secretAccessKey: '0123456789abcdef0123456789abcdef',
  instanceId: 'i-YufwpQAe',
  imageId: 'm-DpgNg8lO',
  keypairId: 'k-keypair1'
};

/** The problems of the minimal inputs after some changes, each with its input's name in front. */
export function problemsOf(changes: Partial<RawInputs>): readonly string[] {
  const result = parseConfig({ ...minimal, ...changes });
  return result.ok ? [] : result.problems.map(({ input, message }) => `${input} ${message}`);
}
