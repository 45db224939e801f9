import { whyUnavailable } from '../plan/rollout-order.ts';
import type { RunState } from './run-state.ts';

/** The instances that did not serve even when the plan was made, by ID, and why in words. */
export function unavailableBefore({
  instances
}: RunState): readonly { readonly instanceId: string; readonly why: string }[] {
  return instances.flatMap(({ target }) => {
    const why = whyUnavailable(target);
    return why === undefined ? [] : [{ instanceId: target.instance.id, why }];
  });
}
