import { quote } from '../../core/quote.ts';
import { type InputName, isGiven, type Problem, type ReadValues } from '../inputs.ts';
import { durationText } from '../parsers/duration.ts';
import { withoutWaitProblems } from './without-wait.ts';

/** What is wrong between the inputs that say what to wipe, what comes before it, and what after. */
export function guardProblems(values: ReadValues): readonly Problem[] {
  return [
    ...choiceProblems(values, ['instanceId', 'i-YufwpQAe'], ['instanceTag', 'role=web']),
    ...choiceProblems(values, ['imageId', 'm-DpgNg8lO'], ['imageName', 'web-*']),
    ...imageWaitProblems(values),
    ...confirmProblems(values),
    ...backupProblems(values),
    ...withoutWaitProblems(values),
    ...orderProblems(values, 'pollInterval', 'timeout', 'look more often, or wait longer'),
    ...orderProblems(
      values,
      'minHealthyTime',
      'healthDeadline',
      'ask for a shorter time, or set the deadline later'
    )
  ];
}

/** Exactly one of two inputs, which come with an example of each; told at the first. */
function choiceProblems(
  values: ReadValues,
  [one, oneSuchAs]: readonly [InputName, string],
  [other, otherSuchAs]: readonly [InputName, string]
): readonly Problem[] {
  const byOne = isGiven(values, one);
  if (byOne !== isGiven(values, other)) return [];
  const fault = byOne ? `is given together with ${other}` : `is not given, and neither is ${other}`;
  const choice = `give exactly one of ${one} (such as ${oneSuchAs}) and ${other} (such as ${otherSuchAs})`;
  return [{ input: one, message: `${fault}; ${choice}` }];
}

/** While the wanted image is still to come, a pattern would take an older one. */
function imageWaitProblems({ imageWait = 0, imageName }: ReadValues): readonly Problem[] {
  if (imageWait === 0 || !imageName?.includes('*')) return [];
  const message =
    `is ${durationText(imageWait)}, but imageName ${quote(imageName)} is a pattern, which takes an older image at once; ` +
    'give the exact name, or leave imageWait out';
  return [{ input: 'imageWait', message }];
}

/** One name cannot confirm several instances, nor as many as a tag happens to find. */
function confirmProblems(values: ReadValues): readonly Problem[] {
  if (!isGiven(values, 'confirmName')) return [];
  const count = values.instanceId?.length ?? 1;
  // With both, which of the two is meant has to be said first.
  const isByTag = isGiven(values, 'instanceTag') && !isGiven(values, 'instanceId');
  if (count === 1 && !isByTag) return [];
  const fault = isByTag ? 'instanceTag may find many instances' : `instanceId names ${count} instances`;
  const remedy = 'a name confirms a single one, so leave confirmName out or give one instanceId';
  return [{ input: 'confirmName', message: `is given, but ${fault}; ${remedy}` }];
}

function backupProblems(values: ReadValues): readonly Problem[] {
  if (values.backupImage !== false || !isGiven(values, 'backupKeep')) return [];
  const message =
    'is given, but backupImage is false; backups are only deleted after a new one was made, ' +
    'so set backupImage to true or leave backupKeep out';
  return [{ input: 'backupKeep', message }];
}

/** One time must be shorter than the other. */
function orderProblems(
  values: ReadValues,
  shorter: 'pollInterval' | 'minHealthyTime',
  longer: 'timeout' | 'healthDeadline',
  remedy: string
): readonly Problem[] {
  const { [shorter]: time, [longer]: limit } = values;
  if (time === undefined || limit === undefined || time < limit) return [];
  const message = `is ${durationText(time)}, which is not shorter than ${longer} (${durationText(limit)}); ${remedy}`;
  return [{ input: shorter, message }];
}
