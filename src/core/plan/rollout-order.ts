/** In which order the targets are taken, and who counts as away to begin with. */
import { type Instance, statusKind } from '../model/instance.ts';
import type { MemberTask } from '../rollout/member.ts';
import type { RolloutTask } from '../rollout/rollout-state.ts';
import { maxUnavailableCount, type RolloutSettings } from '../rollout/settings.ts';
import type { Decision } from './decide.ts';

/** What the order depends on. */
interface Ranked {
  readonly instance: Instance;
  readonly decision: Decision;
  readonly unhealthy?: string | undefined;
}

/** Why the target does not serve to begin with, in words; `undefined` where it does, as far as is known. */
export function whyUnavailable({ instance, unhealthy }: Omit<Ranked, 'decision'>): string | undefined {
  return statusKind(instance.status) === 'up' ? unhealthy : `its status is ${instance.status}`;
}

/**
 * The rollout of a plan. Those that are away already go first: to take one of them makes it no worse, and as long
 * as they are away they leave no room for others. Beyond that the order is the one that was given.
 */
export function planRollout(
  targets: readonly Ranked[],
  { settings, rollback }: { readonly settings: RolloutSettings; readonly rollback: boolean }
): RolloutTask {
  const members = targets.map(
    (target): MemberTask => ({
      id: target.instance.id,
      kind: target.decision.action === 'skip' ? 'check' : 'work',
      isUnavailable: whyUnavailable(target) !== undefined
    })
  );
  const { canary, pauseMs, maxFailures } = settings;
  return {
    members: members.toSorted((one, other) => Number(other.isUnavailable) - Number(one.isUnavailable)),
    maxUnavailable: maxUnavailableCount(settings.maxUnavailable, targets.length),
    canary,
    pauseMs,
    maxFailures,
    rollback
  };
}
