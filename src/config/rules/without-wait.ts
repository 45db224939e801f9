import { type InputName, isGiven, type Problem, type ReadValues } from '../inputs.ts';
import { durationText } from '../parsers/duration.ts';

/** An input that cannot be combined with `wait: false`: what it is set to, why not, and how to do without it. */
type AfterWait = readonly [input: InputName, set: string | undefined, reason: string, remedy: string];

/** What is asked for with `wait: false`, although it comes after the rebuild and needs somebody who waits for it. */
export function withoutWaitProblems(values: ReadValues): readonly Problem[] {
  if (values.wait !== false) return [];
  const { rollback, canary = 0, pauseBetweenBatches = 0 } = values;
  const pause = pauseBetweenBatches > 0 ? durationText(pauseBetweenBatches) : undefined;
  const ifGiven = (input: InputName) => (isGiven(values, input) ? 'given' : undefined);
  const inputs: readonly AfterWait[] = [
    [
      'rollback',
      rollback ? 'true' : undefined,
      'what is not waited for cannot be rolled back',
      'rollback to false'
    ],
    [
      'canary',
      canary > 0 ? `${canary}` : undefined,
      'nobody would see whether a canary is healthy before the rest begins',
      'canary to 0'
    ],
    [
      'pauseBetweenBatches',
      pause,
      'a batch that is not waited for has no end to pause after',
      'pauseBetweenBatches to 0s'
    ],
    ['healthCheck', ifGiven('healthCheck'), 'an instance is checked once it runs', 'leave healthCheck out'],
    ['guestScript', ifGiven('guestScript'), 'it runs once the new system is up', 'leave guestScript out'],
    ['blbId', ifGiven('blbId'), 'nobody would give the instances their weights back', 'leave blbId out']
  ];
  return inputs
    .filter(([, set]) => set !== undefined)
    .map(([input, set, reason, remedy]) => ({
      input,
      message: `is ${set}, but wait is false; ${reason}, so set wait to true or ${remedy}`
    }));
}
