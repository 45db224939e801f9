import type { Problem } from '../inputs.ts';
import { isGiven, type ReadValues } from '../inputs.ts';
import { durationText } from '../parsers/duration.ts';

/** What is asked for with `wait: false`, although it comes after the rebuild and needs somebody who waits for it. */
export function withoutWaitProblems(values: ReadValues): readonly Problem[] {
  if (values.wait !== false) return [];
  const { rollback, canary = 0, pauseBetweenBatches = 0 } = values;
  const problems: Problem[] = [];
  if (rollback === true) {
    const message =
      'is true, but wait is false; what is not waited for cannot be rolled back, ' +
      'so set wait to true or rollback to false';
    problems.push({ input: 'rollback', message });
  }
  if (canary > 0) {
    const message =
      `is ${canary}, but wait is false; nobody would see whether a canary is healthy before the rest begins, ` +
      'so set wait to true or canary to 0';
    problems.push({ input: 'canary', message });
  }
  if (pauseBetweenBatches > 0) {
    const message =
      `is ${durationText(pauseBetweenBatches)}, but wait is false; ` +
      'a batch that is not waited for has no end to pause after, so set wait to true or pauseBetweenBatches to 0s';
    problems.push({ input: 'pauseBetweenBatches', message });
  }
  if (isGiven(values, 'healthCheck')) {
    const message =
      'is given, but wait is false; an instance is checked once it runs, so set wait to true or leave healthCheck out';
    problems.push({ input: 'healthCheck', message });
  }
  if (isGiven(values, 'guestScript')) {
    const message =
      'is given, but wait is false; it runs once the new system is up, so set wait to true or leave guestScript out';
    problems.push({ input: 'guestScript', message });
  }
  if (isGiven(values, 'blbId')) {
    const message =
      'is given, but wait is false; nobody would give the instances their weights back, ' +
      'so set wait to true or leave blbId out';
    problems.push({ input: 'blbId', message });
  }
  return problems;
}
