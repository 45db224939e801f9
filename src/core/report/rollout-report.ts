/** A rollout in the form of the result. */
import { toSeconds } from '../duration.ts';
import type { Plan } from '../plan/plan.ts';
import { whyUnavailable } from '../plan/rollout-order.ts';
import { canariesOf } from '../rollout/canaries.ts';
import type { Member } from '../rollout/member.ts';
import type { Rollout } from '../rollout/rollout-state.ts';
import type { StopReason } from '../rollout/stop-reason.ts';
import type { RolloutReport } from './report.ts';

/**
 * The rollout of a plan.
 *
 * @param rollout how far it has come; left out where it has not begun
 */
export function reportRollout(plan: Plan, rollout?: Rollout): RolloutReport {
  const { maxUnavailable, maxFailures, pauseMs, members } = plan.rollout;
  const unavailableBefore = plan.targets.flatMap((target) => {
    const why = whyUnavailable(target);
    return why === undefined ? [] : [{ instanceId: target.instance.id, why }];
  });
  const message = rollout === undefined ? undefined : stopWords(rollout);
  const stop = rollout?.stop;
  return {
    maxUnavailable: maxUnavailable,
    peakUnavailable:
      rollout?.peakUnavailable ??
      Math.max(unavailableBefore.length, Math.min(maxUnavailable, members.length)),
    canaries: canariesOf(plan.rollout),
    maxFailures,
    pauseSeconds: toSeconds(pauseMs),
    unavailableBefore,
    ...(stop === undefined || message === undefined ? {} : { stopped: { reason: stop, message } })
  };
}

/** Why it stopped, and what became of the rest; `undefined` where there was nothing left to stop. */
export function stopWords(rollout: Rollout): string | undefined {
  const { task, stop, failures } = rollout;
  const all = rollout.members.values();
  const left = all.filter(({ state }) => state === 'waiting').length;
  const hasRolledBack = all.some((member) => member.kind === 'work' && rolledBackToo(member));
  if (stop === undefined || (left === 0 && !hasRolledBack)) return undefined;
  const rest = left === 0 ? 'None was left to begin.' : `${left} of ${all.length} were not begun.`;
  return [why(stop, failures, task.maxFailures, rollout), rest, backWords(rollout, all)]
    .filter((part) => part !== '')
    .join(' ');
}

function why(stop: StopReason, failures: number, maxFailures: number, rollout: Rollout): string {
  switch (stop) {
    case 'canary':
      return 'A canary did not end well, so the rollout stopped.';
    case 'maxFailures':
      return `${failures} failed, and maxFailures is ${maxFailures}, so the rollout stopped.`;
    case 'noCapacity':
      return `${rollout.members.out} are away and stay away, and maxUnavailable is ${rollout.task.maxUnavailable}, so no other could be taken.`;
    case 'cancelled':
      return 'The run was cancelled, so nothing new was begun.';
  }
}

function backWords({ task, isCancelled, stop }: Rollout, all: readonly Member[]): string {
  if (!task.rollback) return '';
  const back = all.filter(({ state }) => state === 'rolledBack').length;
  const rollForward = all.filter(
    (member) => member.kind === 'work' && member.state === 'succeeded' && member.canRollBack
  );
  if (stop === 'cancelled') return '';
  const cut = isCancelled ? ' Then the run was cancelled.' : '';
  const why = isCancelled ? '' : ', for no more may be away at once';
  const stay = rollForward.length === 0 ? '' : ` ${rollForward.length} stay on the new image${why}.`;
  const told = back === 0 ? '' : `${back} were put back onto the image of before.`;
  return `${told}${stay}${cut}`.trim();
}

/** Put back, or tried to, although it had ended well by itself or not. */
function rolledBackToo({ state }: Member): boolean {
  return state === 'rolledBack' || state === 'rollbackFailed' || state === 'rollingBack';
}
