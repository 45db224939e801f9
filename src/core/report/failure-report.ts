/** A failed deed in the form of the result. */

import { describeHeldWeights, openHeldWeights } from '../balancers/held-weights.ts';
import { describeNotHealthy } from '../health/reason.ts';
import type { CallFailure } from '../model/failure.ts';
import { describeRefusals, type Refusal, remedyOfRefusals } from '../plan/refusal.ts';
import { diskStateOf } from '../rebuild/disk-state.ts';
import type { RebuildState } from '../rebuild/rebuild-state.ts';
import { hasSucceeded, type InstanceRun, isRolledBack, type Rollback } from '../run/instance-run.ts';
import { describeDiskState, type Explanation, explain, explainCancel } from './explain.ts';
import { explainHealth } from './explain-health.ts';
import { whyNotRolledBack } from './no-rollback.ts';
import type { FailureReport } from './report.ts';

/** Why the deed failed and how it stands now; `undefined` where it went well. */
export function failureOfRun(run: InstanceRun): FailureReport | undefined {
  const failure = failureBut(run);
  const open = openHeldWeights(run.heldWeights);
  if (failure === undefined || open.length === 0) return failure;
  const weights = `It gets no traffic: its weight is 0 on ${describeHeldWeights(open)}.`;
  const isWhole = run.rebuild === undefined || diskStateOf(run.rebuild) === 'untouched';
  const isKnownWell = isWhole || failure.reason === 'rejoin' || isRolledBack(run);
  const restore = isKnownWell
    ? 'The post step of this action restores the weights; look there whether it could.'
    : 'Once it is healthy, restore the weights that the summary lists.';
  return { ...failure, diskNote: `${failure.diskNote} ${weights}`, remedy: `${failure.remedy} ${restore}` };
}

/** The failure without a word about load balancers that are still left. */
function failureBut(run: InstanceRun): FailureReport | undefined {
  if (run.cancelled) return cancelled(run);
  const back = run.rollback;
  if (hasSucceeded(run) && (back === undefined || isRolledBack(run))) return undefined;
  const failure = causeOf(run);
  if (failure === undefined) return undefined;
  if (back === undefined) {
    const why = whyNotRolledBack(run);
    return why === undefined ? failure : { ...failure, diskNote: `${failure.diskNote} ${why}` };
  }
  if (isRolledBack(run)) {
    return {
      ...failure,
      diskNote: `The instance was put back onto ${back.imageId} and ${back.health === undefined ? 'runs on it' : 'is healthy again'}.`,
      remedy: 'Find out what is wrong with the new image before you try again.'
    };
  }
  const leftAlone = refusalsOf(back);
  if (leftAlone !== undefined) {
    return {
      ...failure,
      diskNote: `It was not rolled back onto ${back.imageId}, because ${describeRefusals(leftAlone)}.`,
      remedy: remedyOfRefusals(leftAlone)
    };
  }
  if (hasSucceeded(run)) {
    return { ...failure, diskNote: `It could not be put back onto ${back.imageId}: ${rollbackProblem(run)}` };
  }
  return {
    ...failure,
    diskNote: `The rollback onto ${back.imageId} failed as well: ${rollbackProblem(run)} The old content of the system disk is gone.`
  };
}

/** Why a rollback left the instance alone, if it did. */
function refusalsOf({ rebuild }: Rollback): readonly Refusal[] | undefined {
  const ending = rebuild?.ending;
  return ending?.kind === 'failed' && ending.reason.kind === 'refused' ? ending.reason.refusals : undefined;
}

/** A failed call in the form of the result. */
function callFacts(failure: CallFailure): Omit<FailureReport, keyof Explanation> {
  const { kind, operation, httpStatus, code, requestId } = failure;
  return {
    reason: kind,
    operation,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(code === undefined ? {} : { code }),
    ...(requestId === undefined ? {} : { requestId })
  };
}

function cancelled(run: InstanceRun): FailureReport {
  const { rebuild, backup } = run;
  const id = run.target.instance.id;
  if (causeOf(run) !== undefined) return cancelledInRollback(run);
  if (
    rebuild === undefined ||
    (isUnsent(rebuild) && rebuild.ending?.kind === 'cancelled' && backup !== undefined)
  ) {
    return {
      reason: 'cancelled',
      cause: `${id}: cancelled before the rebuild was sent`,
      diskNote: describeDiskState('untouched'),
      remedy: backup === undefined ? 'Nothing of it needs to be mended.' : leftBehind(backup)
    };
  }
  if (rebuild.ending?.kind === 'cancelled') return { reason: 'cancelled', ...explainCancel(rebuild) };
  if (rebuild.ending?.kind === 'skipped') {
    return {
      reason: 'cancelled',
      cause: `${id}: cancelled before it was known to be healthy; it runs on the image already`,
      diskNote: describeDiskState('untouched'),
      remedy: 'Run again: it is not erased, and the health check is made.'
    };
  }
  return {
    reason: 'cancelled',
    cause: `${id}: cancelled after the rebuild had ended; whether it is healthy is not known`,
    diskNote: describeDiskState('erased'),
    remedy: 'Run again: an instance that runs on the image is not erased again, and the health check is made.'
  };
}

function isUnsent({ sends, inDoubt }: RebuildState): boolean {
  return sends === 0 && !inDoubt;
}

/** A rollback is never begun after a cancel, but one may be under way. */
function cancelledInRollback(run: InstanceRun): FailureReport {
  const sent = run.rollback?.rebuild !== undefined && !isUnsent(run.rollback.rebuild);
  return {
    reason: 'cancelled',
    cause: `${causeOf(run)?.cause ?? run.target.instance.id} Cancelled ${sent ? 'while it was put back' : 'before it was put back'}.`,
    diskNote: describeDiskState('erased'),
    remedy: sent
      ? `The way back onto ${run.rollback?.imageId} goes on without this run; look at the instance in the console before you run again.`
      : 'Put it back with the lines that the summary gives, or run again.'
  };
}

function leftBehind({ imageId, imageName }: NonNullable<InstanceRun['backup']>): string {
  const image =
    imageId === undefined
      ? `A backup image named ${imageName} may be there`
      : `The backup image ${imageId} stays`;
  return `${image}; delete it if it is not wanted.`;
}

function causeOf(run: InstanceRun): FailureReport | undefined {
  const id = run.target.instance.id;
  const { rebuild, health } = run;
  if (rebuild?.ending?.kind === 'failed') {
    const { reason } = rebuild.ending;
    const facts = reason.kind === 'call' ? callFacts(reason.failure) : { reason: reason.kind };
    return { ...facts, ...explain(rebuild, reason) };
  }
  if (health?.healthy !== false) return afterwards(run);
  return {
    ...explainHealth(id, health),
    diskNote: describeDiskState(rebuild?.ending?.kind === 'skipped' ? 'untouched' : 'erased')
  };
}

/** What went wrong although the new system is well: it did not get its traffic back, or was put back with others. */
function afterwards({
  target: { instance },
  rollback,
  rejoinProblem,
  rebuild
}: InstanceRun): FailureReport | undefined {
  if (rejoinProblem !== undefined) {
    return {
      reason: 'rejoin',
      cause: `${instance.id}: well, but its weights on the load balancers could not be restored: ${rejoinProblem}`,
      diskNote: describeDiskState(rebuild?.ending?.kind === 'rebuilt' ? 'erased' : 'untouched'),
      remedy: 'Find out what keeps the load balancer from being changed.'
    };
  }
  if (rollback === undefined) return undefined;
  return {
    reason: 'putBack',
    cause: `${instance.id}: rebuilt and well, but to be put back because the rollout has stopped.`,
    diskNote: describeDiskState('erased'),
    remedy: 'Look at the instance in the console.'
  };
}

function rollbackProblem(run: InstanceRun): string {
  const { rollback } = run;
  if (rollback?.problem !== undefined) return rollback.problem;
  const ending = rollback?.rebuild?.ending;
  if (rollback?.rebuild !== undefined && ending?.kind === 'failed')
    return explain(rollback.rebuild, ending.reason).cause.replace(/\.?$/, '.');
  if (rollback?.health?.healthy === false) return `${describeNotHealthy(rollback.health.reason)}.`;
  return 'it did not come to an end.';
}
