/** A failed deed in the form of the result. */

import { describeUnhealthy } from '../health/reason.ts';
import type { CallFailure } from '../model/failure.ts';
import { fateOf } from '../rebuild/disk-state.ts';
import type { Life } from '../rebuild/rebuild-state.ts';
import { type Deed, isRolledBack, isWell } from '../run/instance-run.ts';
import { describeFate, type Explanation, explain, explainCancel } from './explain.ts';
import { describeHolds, openHolds } from '../balancers/held-weights.ts';
import type { FailureReport } from './report.ts';

/** Why the deed failed and how it stands now; `undefined` where it went well. */
export function failureOfDeed(deed: Deed): FailureReport | undefined {
  const failure = failureBut(deed);
  const open = openHolds(deed.holds);
  if (failure === undefined || open.length === 0) return failure;
  const weights = `It gets no traffic: its weight is 0 on ${describeHolds(open)}.`;
  const isWhole = deed.life === undefined || fateOf(deed.life) === 'untouched';
  const isKnownWell = isWhole || failure.reason === 'rejoin' || isRolledBack(deed);
  const restore = isKnownWell
    ? 'The post step of this action restores the weights; look there whether it could.'
    : 'Once it is healthy, restore the weights that the summary lists.';
  return { ...failure, disk: `${failure.disk} ${weights}`, remedy: `${failure.remedy} ${restore}` };
}

/** The failure without a word about load balancers that are still left. */
function failureBut(deed: Deed): FailureReport | undefined {
  if (deed.cancelled) return cancelled(deed);
  const back = deed.rollback;
  if (isWell(deed) && (back === undefined || isRolledBack(deed))) return undefined;
  const failure = causeOf(deed);
  if (failure === undefined || back === undefined) return failure;
  if (isRolledBack(deed)) {
    return {
      ...failure,
      disk: `The instance was put back onto ${back.imageId} and ${back.health === undefined ? 'runs on it' : 'is healthy again'}.`,
      remedy: 'Find out what is wrong with the new image before you try again.'
    };
  }
  if (isWell(deed)) {
    return { ...failure, disk: `It could not be put back onto ${back.imageId}: ${rollbackProblem(deed)}` };
  }
  return {
    ...failure,
    disk: `The rollback onto ${back.imageId} failed as well: ${rollbackProblem(deed)} The old content of the system disk is gone.`
  };
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

function cancelled(deed: Deed): FailureReport {
  const { life, backup } = deed;
  const id = deed.target.instance.id;
  if (causeOf(deed) !== undefined) return cancelledOnTheWayBack(deed);
  if (life === undefined || (isUnsent(life) && life.ending?.kind === 'cancelled' && backup !== undefined)) {
    return {
      reason: 'cancelled',
      cause: `${id}: cancelled before the rebuild was sent`,
      disk: describeFate('untouched'),
      remedy: backup === undefined ? 'Nothing of it needs to be mended.' : leftBehind(backup)
    };
  }
  if (life.ending?.kind === 'cancelled') return { reason: 'cancelled', ...explainCancel(life) };
  if (life.ending?.kind === 'skipped') {
    return {
      reason: 'cancelled',
      cause: `${id}: cancelled before it was known to be healthy; it runs on the image already`,
      disk: describeFate('untouched'),
      remedy: 'Run again: it is not erased, and the health check is made.'
    };
  }
  return {
    reason: 'cancelled',
    cause: `${id}: cancelled after the rebuild had ended; whether it is healthy is not known`,
    disk: describeFate('erased'),
    remedy: 'Run again: an instance that runs on the image is not erased again, and the health check is made.'
  };
}

function isUnsent({ sends, inDoubt }: Life): boolean {
  return sends === 0 && !inDoubt;
}

/** A rollback is never begun after a cancel, but one may be under way. */
function cancelledOnTheWayBack(deed: Deed): FailureReport {
  const sent = deed.rollback?.life !== undefined && !isUnsent(deed.rollback.life);
  return {
    reason: 'cancelled',
    cause: `${causeOf(deed)?.cause ?? deed.target.instance.id} Cancelled ${sent ? 'while it was put back' : 'before it was put back'}.`,
    disk: describeFate('erased'),
    remedy: sent
      ? `The way back onto ${deed.rollback?.imageId} goes on without this run; look at the instance in the console before you run again.`
      : 'Put it back with the lines that the summary gives, or run again.'
  };
}

function leftBehind({ imageId, imageName }: NonNullable<Deed['backup']>): string {
  const image =
    imageId === undefined
      ? `A backup image named ${imageName} may be there`
      : `The backup image ${imageId} stays`;
  return `${image}; delete it if it is not wanted.`;
}

function causeOf(deed: Deed): FailureReport | undefined {
  const id = deed.target.instance.id;
  const { life, health } = deed;
  if (life?.ending?.kind === 'failed') {
    const { reason } = life.ending;
    const facts = reason.kind === 'call' ? callFacts(reason.failure) : { reason: reason.kind };
    return { ...facts, ...explain(life, reason) };
  }
  if (health?.healthy !== false) return afterwards(deed);
  const seen = health.history.map(({ reason }) =>
    reason === undefined ? 'passes' : describeUnhealthy(reason)
  );
  return {
    reason: 'unhealthy',
    cause: `${id}: not healthy by healthDeadline; last: ${describeUnhealthy(health.reason)}. Seen: ${seen.join(', ') || 'nothing'}.`,
    disk: describeFate(life?.ending?.kind === 'skipped' ? 'untouched' : 'erased'),
    remedy:
      'Look at the instance and at what healthCheck asks; if it only needs longer, set healthDeadline higher.'
  };
}

/** What went wrong although the new system is well: it did not get its traffic back, or was put back with others. */
function afterwards({
  target: { instance },
  rollback,
  rejoinProblem,
  life
}: Deed): FailureReport | undefined {
  if (rejoinProblem !== undefined) {
    return {
      reason: 'rejoin',
      cause: `${instance.id}: well, but its weights on the load balancers could not be restored: ${rejoinProblem}`,
      disk: describeFate(life?.ending?.kind === 'rebuilt' ? 'erased' : 'untouched'),
      remedy: 'Find out what keeps the load balancer from being changed.'
    };
  }
  if (rollback === undefined) return undefined;
  return {
    reason: 'putBack',
    cause: `${instance.id}: rebuilt and well, but to be put back because the rollout has stopped.`,
    disk: describeFate('erased'),
    remedy: 'Look at the instance in the console.'
  };
}

function rollbackProblem(deed: Deed): string {
  const { rollback } = deed;
  if (rollback?.problem !== undefined) return rollback.problem;
  const ending = rollback?.life?.ending;
  if (rollback?.life !== undefined && ending?.kind === 'failed')
    return explain(rollback.life, ending.reason).cause.replace(/\.?$/, '.');
  if (rollback?.health?.healthy === false) return `${describeUnhealthy(rollback.health.reason)}.`;
  return 'it did not come to an end.';
}
