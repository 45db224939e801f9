import { editDistance } from '../core/edit-distance.ts';
import { quote } from '../core/quote.ts';
import { type InputName, inputNames, type Problem } from './inputs.ts';
import { bareName, synonyms } from './synonyms.ts';

/** Where GitHub's runner puts an input: a blank becomes `_`, and the case is lost. */
const prefix = 'INPUT_';

/** From so many letters on, a name with two wrong ones is still told from another word; shorter ones may have one. */
const longName = 6;

/**
 * The names of the inputs that a workflow gives and the action does not have, as the environment shows them: in
 * capitals, without `INPUT_`.
 */
export function undeclaredInputs(
  environment: Readonly<Record<string, string | undefined>>
): readonly string[] {
  const declared = new Set(inputNames.map((name) => name.toUpperCase()));
  return Object.keys(environment)
    .filter((name) => name.toUpperCase().startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((name) => name !== '' && !declared.has(name.toUpperCase()))
    .toSorted((one, other) => (one < other ? -1 : 1));
}

/**
 * What a workflow gives and the action does not have. GitHub only warns of it, and passes it on. One that is meant
 * for an input of ours is a problem: a guard with a misspelled name guards nothing. Of the others a person is told.
 */
export function judgeUnknown(undeclared: readonly string[]): {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
} {
  const problems: Problem[] = [];
  const unknown: string[] = [];
  for (const name of undeclared) {
    const meant = meantBy(name);
    if (meant === undefined) unknown.push(name);
    else {
      problems.push({
        input: meant,
        message: `is not spelled ${shown(name)}; GitHub only warns of an unknown input, and it has no effect. Write ${meant}, or remove it.`
      });
    }
  }
  const warnings =
    unknown.length === 0
      ? []
      : [`This action has no input ${unknown.map(shown).join(', ')}: without effect. Check the spelling.`];
  return { problems, warnings };
}

/** The case was lost in the environment, so capitals say nothing. */
function shown(name: string): string {
  return quote(name.toLowerCase());
}

function meantBy(name: string): InputName | undefined {
  const bare = bareName(name);
  const near = inputNames
    .map((input) => ({ input, edits: editDistance(bare, bareName(input)) }))
    .filter(({ input, edits }) => edits <= (bareName(input).length < longName ? 1 : 2))
    .toSorted((one, other) => one.edits - other.edits);
  return near.find(({ edits }) => edits === 0)?.input ?? synonyms.get(bare) ?? near[0]?.input;
}
