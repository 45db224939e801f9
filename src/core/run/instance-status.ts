/** What became of an instance and of a run, in one word. */
import { endOf } from './instance-end.ts';
import type { InstanceRun } from './instance-run.ts';
import type { RunState } from './run-state.ts';

/** What became of one instance. */
export type InstanceStatus =
  | 'rebuilt'
  | 'skipped'
  | 'planned'
  | 'started'
  | 'inProgress'
  | 'rolledBack'
  | 'failed'
  | 'notStarted';

/** What became of the run; the output `status`. */
export type RunStatus = Exclude<InstanceStatus, 'notStarted'> | 'partial';

/** What became of an instance, as far as is known. */
export function statusOf(run: InstanceRun, state: RunState): InstanceStatus {
  const end = endOf(run);
  if (end === undefined) return run.progress === 'planned' ? untouchedStatus(state) : 'inProgress';
  switch (end.kind) {
    case 'cancelled':
      if (end.goesOn) return 'inProgress';
      return run.rebuild?.ending?.kind === 'rebuilt' || end.at === 'rollback' ? 'failed' : 'notStarted';
    case 'withdrawn':
      return 'notStarted';
    case 'rollbackFailed':
      return 'failed';
    default:
      return end.kind;
  }
}

/** An instance that nothing was done to is part of a plan, or was left out by a run that refused or stopped. */
function untouchedStatus({ course, instances }: RunState): 'planned' | 'notStarted' {
  const isRefused = instances.some(({ target }) => target.decision.action === 'refuse');
  return course === undefined && !isRefused ? 'planned' : 'notStarted';
}

/** The status of the run: the one that all instances share, or the one that tells most. */
export function runStatus(state: RunState): RunStatus {
  const statuses = new Set(state.instances.map((run) => statusOf(run, state)));
  if (statuses.has('inProgress')) return 'inProgress';
  const isGood = statuses.has('rebuilt') || statuses.has('skipped') || statuses.has('started');
  const isBad = statuses.has('failed') || statuses.has('notStarted') || statuses.size === 0;
  if (isBad || statuses.has('rolledBack')) {
    if (isGood) return 'partial';
    return statuses.has('failed') || !statuses.has('rolledBack') ? 'failed' : 'rolledBack';
  }
  if (statuses.has('planned')) return 'planned';
  if (statuses.has('started')) return 'started';
  return statuses.has('rebuilt') ? 'rebuilt' : 'skipped';
}
