/** Why an instance failed: in words for people and in fields for programs. */

import { describeHeldWeights } from '../balancers/held-weights.ts';
import { describeNotHealthy } from '../health/unhealthy.ts';
import type { CallFailure, FailureKind } from '../model/failure.ts';
import { describeRefusals, remedyOfRefusals } from '../plan/refusal.ts';
import { diskStateOf, isUnsent } from '../rebuild/disk-state.ts';
import type { DiskState, FailureReason } from '../rebuild/ending.ts';
import { type CancelledAt, endOf, type FailureCause, type InstanceEnd } from '../run/instance-end.ts';
import { diskOf, type InstanceRun, isLowered } from '../run/instance-run.ts';
import { type Explanation, explain, explainCancel } from './explain.ts';
import { explainHealth, type HealthReason } from './explain-health.ts';
import { whyNotRolledBack } from './why-not-rolled-back.ts';

/** Why an instance failed, in one word; of a call that failed for good it is the kind of its failure. */
export type ReportedReason =
  | Exclude<FailureReason['kind'], 'call'>
  | FailureKind
  | HealthReason
  | 'rejoin'
  | 'rollbackFailed'
  | 'cancelled';

/** Why an instance failed, and how it stands now. */
export interface InstanceFailure extends Explanation {
  /** What it means for the system disk. */
  readonly diskNote: string;
  readonly reason: ReportedReason;
  readonly operation?: string | undefined;
  readonly httpStatus?: number | undefined;
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
}

/**
 * A failure whose cause does not name the instance yet. The note on the disk may be left out: then it is the usual one
 * for the state of the disk.
 */
type FailureDraft = Omit<InstanceFailure, 'diskNote'> & Partial<Pick<InstanceFailure, 'diskNote'>>;

/** Why the instance failed and how it stands now; `undefined` where it did not fail. */
export function failureOf(run: InstanceRun): InstanceFailure | undefined {
  const end = endOf(run);
  const told = end && failureOfEnd(run, end);
  if (told === undefined) return undefined;
  const { id } = run.target.instance;
  const failure = { diskNote: diskNotes[diskOf(run)], ...told, cause: `${id}: ${told.cause}` };
  if (!isLowered(run)) return failure;
  const weights = `It gets no traffic: its weight is 0 on ${describeHeldWeights(run.heldWeights)}.`;
  const isUntouched = run.rebuild === undefined || diskStateOf(run.rebuild) === 'untouched';
  const mayServe = isUntouched || failure.reason === 'rejoin' || end?.kind === 'rolledBack';
  const restore = mayServe
    ? 'The post step of this action restores the weights; see there whether it could.'
    : 'Once it is healthy, restore its weights: the job summary lists them.';
  return { ...failure, diskNote: `${failure.diskNote} ${weights}`, remedy: `${failure.remedy} ${restore}` };
}

const diskNotes: Readonly<Record<DiskState, string>> = {
  untouched: 'The system disk was not touched by this run.',
  erased: 'The old content of the system disk is gone.',
  unknown: 'Whether the system disk is being rebuilt is not known.'
};

/** The failure without a word about weights that are still lowered. */
function failureOfEnd(run: InstanceRun, end: InstanceEnd): FailureDraft | undefined {
  switch (end.kind) {
    case 'rebuilt':
    case 'skipped':
    case 'started':
    case 'withdrawn':
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

function explainCause(cause: FailureCause): FailureDraft {
  switch (cause.kind) {
    case 'refused':
      return {
        reason: 'refused',
        cause: `not rebuilt, because ${describeRefusals(cause.refusals)}.`,
        remedy: remedyOfRefusals(cause.refusals)
      };
    case 'rebuild': {
      const { rebuild, reason } = cause;
      const facts = reason.kind === 'call' ? callFacts(reason.failure) : { reason: reason.kind };
      return { ...facts, ...explain(rebuild, reason) };
    }
    case 'unhealthy':
      return explainHealth(cause.health);
    case 'rejoin':
      return {
        reason: 'rejoin',
        cause: `healthy, but its weights on the load balancers could not be restored: ${cause.problem}`,
        remedy: 'Find out what keeps the load balancer from being changed.'
      };
  }
}

function explainFailed(run: InstanceRun, cause: FailureCause): FailureDraft {
  const failure = explainCause(cause);
  const why = whyNotRolledBack(run);
  return why === undefined ? failure : { ...failure, diskNote: `${diskNotes[diskOf(run)]} ${why}` };
}

function explainRolledBack(run: InstanceRun, cause: FailureCause): FailureDraft {
  const { imageId, health } = run.rollback ?? {};
  const how = health === undefined ? 'runs on it' : 'is healthy again';
  return {
    ...explainCause(cause),
    diskNote: `The instance was rolled back to ${imageId} and ${how}.`,
    remedy: 'Find out what is wrong with the new image before you try again.'
  };
}

function explainRollbackFailed(run: InstanceRun, cause: FailureCause | 'rolloutStopped'): FailureDraft {
  const imageId = run.rollback?.imageId;
  const failure = cause === 'rolloutStopped' ? rolledBackWithOthers : explainCause(cause);
  const ending = run.rollback?.rebuild?.ending;
  if (ending?.kind === 'failed' && ending.reason.kind === 'refused') {
    const { refusals } = ending.reason;
    const diskNote = `It was not rolled back to ${imageId}, because ${describeRefusals(refusals)}.`;
    return { ...failure, diskNote, remedy: remedyOfRefusals(refusals) };
  }
  const problem = rollbackProblem(run, failure.remedy);
  const diskNote =
    cause === 'rolloutStopped'
      ? `It could not be rolled back to ${imageId}: ${problem.cause}`
      : `The rollback to ${imageId} failed as well: ${problem.cause} The old content of the system disk is gone.`;
  return { ...failure, diskNote, remedy: problem.remedy };
}

/** An instance that had succeeded itself. */
const rolledBackWithOthers: FailureDraft = {
  reason: 'rollbackFailed',
  cause: 'rebuilt and healthy, but to be rolled back because the rollout stopped.',
  remedy: 'Look at the instance in the console.'
};

/** A failed call in the form of the result. */
function callFacts(failure: CallFailure): Omit<FailureDraft, keyof Explanation> {
  const { kind, operation, httpStatus, code, requestId } = failure;
  return { reason: kind, operation, httpStatus, code, requestId };
}

function cancelledForward(run: InstanceRun, at: Exclude<CancelledAt, 'rollback'>): Explanation {
  const { rebuild, backup } = run;
  if (at === 'rebuild' && rebuild !== undefined) return explainCancel(rebuild);
  if (at !== 'health') {
    return {
      cause: 'cancelled before the rebuild was sent.',
      remedy: backup === undefined ? 'There is nothing to repair.' : leftBackup(backup)
    };
  }
  if (rebuild?.ending?.kind === 'skipped') {
    return {
      cause: 'cancelled before it was known to be healthy; it runs on the image already.',
      remedy: 'Run again: it is not erased, and the health check is made.'
    };
  }
  return {
    cause: 'cancelled after the rebuild had ended; whether it is healthy is not known.',
    remedy: 'Run again: an instance that runs on the image is not erased again, and the health check is made.'
  };
}

/** After a cancel no rollback is started, but one may be under way. */
function cancelledInRollback(run: InstanceRun, cause: FailureCause | undefined): FailureDraft {
  const { rollback } = run;
  const isSent = rollback?.rebuild !== undefined && !isUnsent(rollback.rebuild);
  const { observed, ...what } = cause === undefined ? rolledBackWithOthers : explainCause(cause);
  return {
    reason: 'cancelled',
    cause: `${what.cause} Cancelled ${isSent ? 'during' : 'before'} its rollback.`,
    observed,
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

/** Why the rollback failed, and what helps: where it was sent, for what became of the instance; else `before` as well. */
function rollbackProblem({ rollback }: InstanceRun, before: string): Explanation {
  const { rebuild, health, problem } = rollback ?? {};
  if (rebuild?.ending?.kind === 'failed' && rebuild.ending.reason.kind !== 'refused') {
    const { cause, remedy } = explain(rebuild, rebuild.ending.reason);
    return { cause, remedy: isUnsent(rebuild) ? `${remedy} ${before}` : remedy };
  }
  if (health?.healthy === false) {
    return { cause: `${describeNotHealthy(health.reason)}.`, remedy: explainHealth(health).remedy };
  }
  return { cause: problem ?? 'it did not come to an end.', remedy: before };
}
