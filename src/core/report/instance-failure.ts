/** Why an instance failed: in words for people and in fields for programs. */

import { describeHeldWeights, openHeldWeights } from '../balancers/held-weights.ts';
import { describeNotHealthy } from '../health/unhealthy.ts';
import type { CallFailure } from '../model/failure.ts';
import { describeRefusals, remedyOfRefusals } from '../plan/refusal.ts';
import { diskStateOf, isUnsent } from '../rebuild/disk-state.ts';
import { type CancelledAt, endOf, type FailureCause, type InstanceEnd } from '../run/instance-end.ts';
import { diskOf, type InstanceRun } from '../run/instance-run.ts';
import { describeDiskState, type Explanation, explain, explainCancel, explainRefusals } from './explain.ts';
import { explainHealth } from './explain-health.ts';
import type { ReportedReason } from './failure-reasons.ts';
import { whyNotRolledBack } from './no-rollback.ts';

/** Why an instance failed, and how it stands now. */
export interface InstanceFailure extends Explanation {
  /** The kind of the reason, such as `timedOut`, or of the failed call, such as `denied`. */
  readonly reason: ReportedReason;
  readonly operation?: string;
  readonly httpStatus?: number;
  readonly code?: string;
  readonly requestId?: string;
}

/** Why the instance failed and how it stands now; `undefined` where it did not fail. */
export function failureOf(run: InstanceRun): InstanceFailure | undefined {
  const end = endOf(run);
  const failure = end && failureOfEnd(run, end);
  const open = openHeldWeights(run.heldWeights);
  if (failure === undefined || open.length === 0) return failure;
  const weights = `It gets no traffic: its weight is 0 on ${describeHeldWeights(open)}.`;
  const mayServe = isUntouched(run) || failure.reason === 'rejoin' || end?.kind === 'rolledBack';
  const restore = mayServe
    ? 'The post step of this action restores the weights; see there whether it could.'
    : 'Once it is healthy, restore its weights: the job summary lists them.';
  return { ...failure, diskNote: `${failure.diskNote} ${weights}`, remedy: `${failure.remedy} ${restore}` };
}

/** The failure without a word about weights that are still lowered. */
function failureOfEnd(run: InstanceRun, end: InstanceEnd): InstanceFailure | undefined {
  switch (end.kind) {
    case 'rebuilt':
    case 'skipped':
    case 'started':
      return undefined;
    case 'failed':
      return explainFailed(run, end.cause);
    case 'rolledBack':
      return end.cause === 'rolloutStopped' ? undefined : explainRolledBack(run, end.cause);
    case 'rollbackFailed':
      return explainRollbackFailed(run, end.cause);
    case 'cancelled':
      return end.at === 'rollback'
        ? cancelledInRollback(run, end.cause)
        : { reason: 'cancelled', ...cancelledForward(run, end.at) };
  }
}

function explainCause(run: InstanceRun, cause: FailureCause): InstanceFailure {
  const { id } = run.target.instance;
  const diskNote = describeDiskState(diskOf(run));
  switch (cause.kind) {
    case 'refused':
      return { reason: 'refused', ...explainRefusals(id, cause.refusals), diskNote };
    case 'rebuild': {
      const { rebuild, reason } = cause;
      const facts = reason.kind === 'call' ? callFacts(reason.failure) : { reason: reason.kind };
      return { ...facts, ...explain(rebuild, reason) };
    }
    case 'unhealthy':
      return { ...explainHealth(id, cause.health), diskNote };
    case 'rejoin':
      return {
        reason: 'rejoin',
        cause: `${id}: healthy, but its weights on the load balancers could not be restored: ${cause.problem}`,
        diskNote,
        remedy: 'Find out what keeps the load balancer from being changed.'
      };
  }
}

function explainFailed(run: InstanceRun, cause: FailureCause): InstanceFailure {
  const failure = explainCause(run, cause);
  const why = whyNotRolledBack(run);
  return why === undefined ? failure : { ...failure, diskNote: `${failure.diskNote} ${why}` };
}

function explainRolledBack(run: InstanceRun, cause: FailureCause): InstanceFailure {
  const { imageId, health } = run.rollback ?? {};
  const how = health === undefined ? 'runs on it' : 'is healthy again';
  return {
    ...explainCause(run, cause),
    diskNote: `The instance was rolled back to ${imageId} and ${how}.`,
    remedy: 'Find out what is wrong with the new image before you try again.'
  };
}

function explainRollbackFailed(run: InstanceRun, cause: FailureCause | 'rolloutStopped'): InstanceFailure {
  const imageId = run.rollback?.imageId;
  const failure = cause === 'rolloutStopped' ? rolledBackWithOthers(run) : explainCause(run, cause);
  const ending = run.rollback?.rebuild?.ending;
  if (ending?.kind === 'failed' && ending.reason.kind === 'refused') {
    const { refusals } = ending.reason;
    const diskNote = `It was not rolled back to ${imageId}, because ${describeRefusals(refusals)}.`;
    return { ...failure, diskNote, remedy: remedyOfRefusals(refusals) };
  }
  const problem = rollbackProblem(run);
  const diskNote =
    cause === 'rolloutStopped'
      ? `It could not be rolled back to ${imageId}: ${problem}`
      : `The rollback to ${imageId} failed as well: ${problem} The old content of the system disk is gone.`;
  return { ...failure, diskNote };
}

/** An instance that had succeeded itself. */
function rolledBackWithOthers({ target }: InstanceRun): InstanceFailure {
  return {
    reason: 'rollbackFailed',
    cause: `${target.instance.id}: rebuilt and healthy, but to be rolled back because the rollout stopped.`,
    diskNote: describeDiskState('erased'),
    remedy: 'Look at the instance in the console.'
  };
}

/** A failed call in the form of the result. */
function callFacts(failure: CallFailure): Omit<InstanceFailure, keyof Explanation> {
  const { kind, operation, httpStatus, code, requestId } = failure;
  return {
    reason: kind,
    operation,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(code === undefined ? {} : { code }),
    ...(requestId === undefined ? {} : { requestId })
  };
}

function cancelledForward(run: InstanceRun, at: Exclude<CancelledAt, 'rollback'>): Explanation {
  const { rebuild, backup } = run;
  const { id } = run.target.instance;
  if (at === 'rebuild' && rebuild !== undefined) return explainCancel(rebuild);
  if (at !== 'health') {
    return {
      cause: `${id}: cancelled before the rebuild was sent`,
      diskNote: describeDiskState('untouched'),
      remedy: backup === undefined ? 'There is nothing to repair.' : leftBackup(backup)
    };
  }
  if (rebuild?.ending?.kind === 'skipped') {
    return {
      cause: `${id}: cancelled before it was known to be healthy; it runs on the image already`,
      diskNote: describeDiskState('untouched'),
      remedy: 'Run again: it is not erased, and the health check is made.'
    };
  }
  return {
    cause: `${id}: cancelled after the rebuild had ended; whether it is healthy is not known`,
    diskNote: describeDiskState('erased'),
    remedy: 'Run again: an instance that runs on the image is not erased again, and the health check is made.'
  };
}

/** After a cancel no rollback is started, but one may be under way. */
function cancelledInRollback(run: InstanceRun, cause: FailureCause | undefined): InstanceFailure {
  const { rollback } = run;
  const isSent = rollback?.rebuild !== undefined && !isUnsent(rollback.rebuild);
  const { course, ...what } = cause === undefined ? rolledBackWithOthers(run) : explainCause(run, cause);
  return {
    reason: 'cancelled',
    cause: `${what.cause} Cancelled ${isSent ? 'during' : 'before'} its rollback.`,
    ...(course === undefined ? {} : { course }),
    diskNote: describeDiskState('erased'),
    remedy: isSent
      ? `The rollback to ${rollback?.imageId} goes on without this run; look at the instance in the console before you run again.`
      : 'Roll it back with the lines that the summary gives, or run again.'
  };
}

function leftBackup({ imageId, imageName }: NonNullable<InstanceRun['backup']>): string {
  const image =
    imageId === undefined
      ? `A backup image named ${imageName} may be there`
      : `The backup image ${imageId} stays`;
  return `${image}; delete it if it is not wanted.`;
}

function rollbackProblem({ rollback }: InstanceRun): string {
  if (rollback?.problem !== undefined) return rollback.problem;
  const ending = rollback?.rebuild?.ending;
  if (rollback?.rebuild !== undefined && ending?.kind === 'failed' && ending.reason.kind !== 'refused') {
    const { cause } = explain(rollback.rebuild, ending.reason);
    return cause.replace(`${rollback.rebuild.task.instanceId}: `, '').replace(/\.?$/, '.');
  }
  if (rollback?.health?.healthy === false) return `${describeNotHealthy(rollback.health.reason)}.`;
  return 'it did not come to an end.';
}

function isUntouched({ rebuild }: InstanceRun): boolean {
  return rebuild === undefined || diskStateOf(rebuild) === 'untouched';
}
