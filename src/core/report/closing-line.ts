/** The last line of the log: what happened. */
import { formatDuration } from '../time.ts';
import type { InstanceReport, InstanceStatus, RunReport } from './report.ts';

/** How many came to what, in the order in which it is told. */
const words: Readonly<Record<InstanceStatus, string>> = {
  rebuilt: 'rebuilt',
  started: 'started and not waited for',
  skipped: 'skipped',
  planned: 'planned',
  failed: 'failed',
  rolledBack: 'rolled back',
  inProgress: 'still being rebuilt without this run',
  notStarted: 'not started'
};

/**
 * What became of the run, in one sentence.
 *
 * @param ok whether the step is green
 */
export function closingLine(report: RunReport, ok: boolean): string {
  if (ok && report.status === 'planned') return 'Nothing was sent: this was a dry run.';
  const [only, ...others] = report.instances;
  const sentence = only !== undefined && others.length === 0 ? ofOne(only, report) : ofMany(report);
  const took = formatDuration(report.durationSeconds * 1000);
  if (ok && only?.status === 'skipped' && others.length === 0) return `${sentence}.`;
  if (ok) return `${sentence} in ${took}.`;
  return `${isCancelled(report, ok) ? 'Cancelled' : 'Failed'} after ${took}: ${sentence}.`;
}

function ofOne(one: InstanceReport, { imageId }: RunReport): string {
  const { instanceId, status, adopted, rollback } = one;
  switch (status) {
    case 'rebuilt':
      return `Rebuilt ${instanceId} from ${imageId}${adopted ? ' (the rebuild was under way already)' : ''}`;
    case 'skipped':
      return `Nothing was erased: ${instanceId} runs on ${imageId} already`;
    case 'started':
      return `Started the rebuild of ${instanceId} from ${imageId}, without waiting for its end,`;
    case 'planned':
      return `nothing was sent for ${instanceId}`;
    case 'rolledBack':
      return `${instanceId} was rolled back onto ${rollback?.imageId ?? 'its earlier image'}${reasonOf(one)}`;
    case 'inProgress':
      return `the rebuild of ${instanceId} from ${imageId} goes on without this run`;
    case 'failed':
      return `${instanceId} was to be rebuilt from ${imageId}${reasonOf(one)}`;
    case 'notStarted':
      return `${instanceId} was not rebuilt`;
  }
}

function reasonOf({ failure }: InstanceReport): string {
  return failure === undefined ? '' : ` (${failure.reason})`;
}

/** Counts of instances, each counted once. */
function ofMany({ instances, imageId }: RunReport): string {
  const count = (status: InstanceStatus): number => instances.filter((one) => one.status === status).length;
  const rebuilt = count('rebuilt');
  const others = Object.entries(words).flatMap(([status, word]) => {
    const number = count(status as InstanceStatus);
    return status === 'rebuilt' || number === 0 ? [] : [`${number} ${word}`];
  });
  if (rebuilt === 0) return `Of ${instances.length} instances, ${others.join(', ')}`;
  const head = `Rebuilt ${rebuilt === instances.length ? 'all' : `${rebuilt} of`} ${instances.length} instances from ${imageId}`;
  return others.length === 0 ? head : `${head} (${others.join(', ')})`;
}

function isCancelled({ instances, rollout }: RunReport, ok: boolean): boolean {
  const failures = instances.flatMap(({ failure }) => (failure === undefined ? [] : [failure.reason]));
  return (
    !ok && (rollout.stopped?.reason === 'cancelled' || failures.every((reason) => reason === 'cancelled'))
  );
}
