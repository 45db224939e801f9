/** action.yml as the generated pages need it. */
import { parse } from 'yaml';

/** What the pages need of action.yml. */
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

/** Headings above inputs in action.yml: a comment line `# == Heading` stands before the first input of a group. */
export function groupsOf(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/^ {2}# == (.+)\n {2}(\w+):$/gm);
  return new Map([...found].map(([, heading = '', name = '']) => [name, heading]));
}
