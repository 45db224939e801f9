import type { Selection } from '../core/model/selection.ts';
import type { RolloutSettings } from '../core/rollout/settings.ts';
import type { Values } from './fields.ts';

/** The load balancers that an instance leaves before the wipe, and rejoins once it is healthy. */
export interface BalancerConfig {
  /** At least one, none twice, in the order given. */
  readonly blbIds: readonly string[];
  /** From weight 0 to the rebuild; 0 to 1 h. */
  readonly drainMs: number;
}

/** Without a problem exactly one of the two is there. Were none, then no ID, for no tag would be every instance. */
export function toSelection({ instanceId = [], instanceTag }: Values): Selection {
  return instanceTag === undefined ? { kind: 'ids', ids: instanceId } : { kind: 'tags', tags: instanceTag };
}

/** How many at once, who goes first, and when to stop; for a single instance too, where it says little. */
export function toRollout(values: Values): RolloutSettings {
  return {
    maxUnavailable: values.maxUnavailable,
    canary: values.canary,
    pauseMs: values.pauseBetweenBatches,
    maxFailures: values.maxFailures
  };
}

/** No load balancers where none is named, whatever `drainTime` is. */
export function toBalancers({ blbId, drainTime }: Values): BalancerConfig | undefined {
  return blbId === undefined ? undefined : { blbIds: blbId, drainMs: drainTime };
}
