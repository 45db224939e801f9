/** In which order the targets are taken, and which are unavailable from the start. */

import { statusKind } from '../model/bcc-status.ts';
import type { Instance } from '../model/instance.ts';
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
 * The rollout of a plan. Those already unavailable go first: beginning one of them makes it no worse, and until
 * they serve again they take capacity from others. Otherwise the given order is kept.
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
  return {
    ...settings,
    members: members.toSorted((one, other) => Number(other.isUnavailable) - Number(one.isUnavailable)),
    maxUnavailable: maxUnavailableCount(settings.maxUnavailable, targets.length),
    rollback
  };
}
