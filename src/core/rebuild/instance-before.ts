import type { Instance } from '../model/instance.ts';
import { isUnsent } from './disk-state.ts';
import type { RebuildState } from './rebuild-state.ts';

/**
 * The instance as it was last observed before this run's rebuild was sent, or as the plan saw it where nothing was
 * sent. Hours may lie between the two.
 */
export function instanceBefore(rebuild: RebuildState | undefined, planned: Instance): Instance {
  if (rebuild === undefined || isUnsent(rebuild)) return planned;
  return rebuild.reference?.instance ?? planned;
}
