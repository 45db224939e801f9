/** The last line of the log: what happened. */
import { adoptedNote } from '../rebuild/log-lines.ts';
import { isAdopted } from '../run/instance-end.ts';
import { runStatus } from '../run/instance-status.ts';
import type { RunState } from '../run/run-state.ts';
import { formatDuration } from '../time.ts';
import { type DescribedInstance, describeInstances, idOf, statusCounts } from './described-instance.ts';
import { stopMessage } from './stop-message.ts';

/**
 * What happened, in one sentence.
 *
 * @param ok whether the step is green
 */
export function closingLine(state: RunState, ok: boolean): string {
  if (ok && runStatus(state) === 'planned') return 'Nothing was sent: this was a dry run.';
  const instances = describeInstances(state);
  const [only, ...others] = instances;
  const imageId = state.image.id;
  const sentence =
    only !== undefined && others.length === 0 ? ofOne(only, imageId) : ofMany(instances, imageId);
  const took = formatDuration(state.atMs - state.fromMs);
  if (ok && only?.status === 'skipped' && others.length === 0) return `${sentence}.`;
  if (ok) return `${sentence} in ${took}.`;
  return `${isCancelled(state, instances) ? 'Cancelled' : 'Failed'} after ${took}: ${sentence}.`;
}

function ofOne(one: DescribedInstance, imageId: string): string {
  const { run, status } = one;
  const id = idOf(one);
  const reason = one.failure === undefined ? '' : ` (${one.failure.reason})`;
  switch (status) {
    case 'rebuilt':
      return `Rebuilt ${id} from ${imageId}${isAdopted(run) ? ` (${adoptedNote})` : ''}`;
    case 'skipped':
      return (run.rebuild?.starts ?? 0) > 0
        ? `Nothing was erased: ${id} was on ${imageId} already, and is started`
        : `Nothing was erased: ${id} runs on ${imageId} already`;
    case 'started':
      return `Started the rebuild of ${id} from ${imageId}, not waited for,`;
    case 'planned':
      return `nothing was sent for ${id}`;
    case 'rolledBack':
      return `${id} was rolled back to ${run.rollback?.imageId ?? 'its earlier image'}${reason}`;
    case 'inProgress':
      return `the ${run.rollback === undefined ? `rebuild of ${id} from ${imageId}` : `rollback of ${id} to ${run.rollback.imageId}`} goes on without this run`;
    case 'failed':
      return `rebuild of ${id} from ${imageId}${reason}`;
    case 'notStarted':
      return `${id} was not rebuilt`;
  }
}

function ofMany(instances: readonly DescribedInstance[], imageId: string): string {
  const rebuilt = instances.filter(({ status }) => status === 'rebuilt').length;
  const others = statusCounts(instances.filter(({ status }) => status !== 'rebuilt')).map(
    ({ count, label }) => `${count} ${label}`
  );
  if (rebuilt === 0) return `Of ${instances.length} instances, ${others.join(', ')}`;
  const head = `Rebuilt ${rebuilt === instances.length ? 'all' : `${rebuilt} of`} ${instances.length} instances from ${imageId}`;
  return others.length === 0 ? head : `${head} (${others.join(', ')})`;
}

/** Whether a cancel, and nothing else, made the step red. */
function isCancelled(state: RunState, instances: readonly DescribedInstance[]): boolean {
  const { stop } = state.course ?? {};
  if (stop === 'cancelled' && stopMessage(state) !== undefined) return true;
  // Without capacity for the rest a rollout stops although none has failed.
  const failures = instances.flatMap(({ failure }) => failure ?? []);
  return stop !== 'noCapacity' && failures.every(({ reason }) => reason === 'cancelled');
}
