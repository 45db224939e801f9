import { formatDuration } from './duration.ts';
import { isGiven, type ReadValues } from './fields.ts';
import type { Problem } from './inputs.ts';

/** What is wrong between the inputs that say what to wipe, what comes before it, and what after. */
export function guardProblems(values: ReadValues): readonly Problem[] {
  return [
    ...imageProblems(values),
    ...confirmProblems(values),
    ...backupProblems(values),
    ...unwaitedProblems(values),
    ...healthProblems(values)
  ];
}

/** Exactly one image. */
function imageProblems(values: ReadValues): readonly Problem[] {
  const byId = isGiven(values, 'imageId');
  if (byId !== isGiven(values, 'imageName')) return [];
  const fault = byId ? 'is given together with imageName' : 'is not given, and neither is imageName';
  const choice = 'give exactly one of imageId (such as m-DpgNg8lO) and imageName (such as web-*)';
  return [{ input: 'imageId', message: `${fault}; ${choice}` }];
}

/** One name cannot confirm several instances. */
function confirmProblems({ confirmName, instanceId }: ReadValues): readonly Problem[] {
  if (confirmName === undefined || instanceId === undefined || instanceId.length === 1) return [];
  const message =
    `is given, but instanceId names ${instanceId.length} instances; ` +
    'a name confirms a single one, so leave confirmName out or give one instanceId';
  return [{ input: 'confirmName', message }];
}

function backupProblems(values: ReadValues): readonly Problem[] {
  if (values.backupImage !== false || !isGiven(values, 'backupKeep')) return [];
  const message =
    'is given, but backupImage is false; backups are only deleted after a new one was made, ' +
    'so set backupImage to true or leave backupKeep out';
  return [{ input: 'backupKeep', message }];
}

/** What comes after the rebuild needs somebody who waits for it. */
function unwaitedProblems(values: ReadValues): readonly Problem[] {
  if (values.wait !== false) return [];
  const problems: Problem[] = [];
  if (values.rollback === true) {
    const message =
      'is true, but wait is false; what is not waited for cannot be rolled back, ' +
      'so set wait to true or rollback to false';
    problems.push({ input: 'rollback', message });
  }
  if (isGiven(values, 'healthCheck')) {
    const message =
      'is given, but wait is false; an instance is checked once it runs, so set wait to true or leave healthCheck out';
    problems.push({ input: 'healthCheck', message });
  }
  return problems;
}

function healthProblems({ healthDeadline, minHealthyTime }: ReadValues): readonly Problem[] {
  if (healthDeadline === undefined || minHealthyTime === undefined || minHealthyTime < healthDeadline) {
    return [];
  }
  const [time, deadline] = [formatDuration(minHealthyTime), formatDuration(healthDeadline)];
  const message =
    `is ${time}, which is not shorter than healthDeadline (${deadline}); ` +
    'ask for a shorter time, or set the deadline later';
  return [{ input: 'minHealthyTime', message }];
}
