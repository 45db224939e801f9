/** Reads action.yml for the generated pages. */
import { parse } from 'yaml';

/** The part of action.yml that the pages need. */
export interface ActionMetadata {
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
export function readAction(text: string): ActionMetadata {
  return parse(text) as ActionMetadata;
}

/** Headings of groups by the first input of each: a comment line `# == Heading` before that input. */
export function groupsOf(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/^ {2}# == (.+)\n {2}(\w+):$/gm);
  return new Map([...found].map(([, heading = '', name = '']) => [name, heading]));
}
