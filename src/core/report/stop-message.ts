/** Why a rollout stopped, in words. */
import { counted, joined } from '../listed.ts';
import { whyUnavailable } from '../plan/rollout-order.ts';
import type { RolloutTask } from '../rollout/rollout-state.ts';
import type { StopReason } from '../rollout/stop-reason.ts';
import { endOf, isWithdrawn } from '../run/instance-end.ts';
import type { InstanceRun } from '../run/instance-run.ts';
import { outcomeOf } from '../run/next-steps.ts';
import type { RunState } from '../run/run-state.ts';

/** Why it stopped, and what became of the rest; `undefined` where there was nothing left to stop. */
export function stopMessage({ course, rollout, instances }: RunState): string | undefined {
  if (course?.stop === undefined) return undefined;
  const left = instances.filter((run) => run.progress === 'planned' || isWithdrawn(run)).length;
  const wasRolledBack = instances.some((run) => run.rollback !== undefined);
  if (left === 0 && !wasRolledBack) return undefined;
  const unavailable = instances.filter(isStillUnavailable).length;
  const words = [
    stopWords(course.stop, { failures: course.failures, unavailable, ...rollout }),
    left === 0
      ? 'None was left to start.'
      : `${left} of ${instances.length} ${left === 1 ? 'was' : 'were'} not started.`,
    rollout.rollback && course.stop !== 'cancelled' ? rollbackWords(instances, course.isCancelled) : ''
  ];
  return joined(words, ' ');
}

/** Why a rollout stopped, as one sentence. */
export function stopWords(
  stop: StopReason,
  facts: Pick<RolloutTask, 'maxFailures' | 'maxUnavailable'> &
    Readonly<Record<'failures' | 'unavailable', number>>
): string {
  switch (stop) {
    case 'canary':
      return 'A canary failed, so the rollout stopped.';
    case 'maxFailures':
      return `${facts.failures} failed, and maxFailures is ${facts.maxFailures}, so the rollout stopped.`;
    case 'noCapacity':
      return `${counted(facts.unavailable, 'is', 'are')} unavailable for the rest of the run, and maxUnavailable is ${facts.maxUnavailable}, so no other could be taken.`;
    case 'cancelled':
      return 'The run was cancelled, so nothing new was started.';
  }
}

function rollbackWords(instances: readonly InstanceRun[], isCancelled: boolean): string {
  const kinds = instances.map((run) => endOf(run)?.kind);
  const count = (wanted: string): number => kinds.filter((kind) => kind === wanted).length;
  const [rolledBack, failed] = [count('rolledBack'), count('rollbackFailed')];
  const stay = instances.filter((run) => run.rollback === undefined && canStillGoBack(run)).length;
  const why = isCancelled ? '' : ', because no more may be unavailable at once';
  const words = [
    rolledBack === 0 ? '' : `${counted(rolledBack, 'was', 'were')} rolled back.`,
    failed === 0 ? '' : `The rollback of ${failed} failed.`,
    stay === 0 ? '' : `${counted(stay, 'stays', 'stay')} on the new image${why}.`,
    isCancelled ? 'Then the run was cancelled.' : ''
  ];
  return joined(words, ' ');
}

function canStillGoBack(run: InstanceRun): boolean {
  return endOf(run)?.kind === 'rebuilt' && outcomeOf(run).canRollBack;
}

function isStillUnavailable(run: InstanceRun): boolean {
  if (run.progress === 'planned') return whyUnavailable(run.target) !== undefined;
  return endOf(run)?.kind === 'rolledBack' ? false : outcomeOf(run).isUnavailable;
}
