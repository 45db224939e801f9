import { lacksFacts, type Task } from '../../core/plan/decide.ts';
import type { Observation } from '../../core/rebuild/rebuild-state.ts';
import { withoutUndefined } from '../../core/without-undefined.ts';
import type { Ports } from '../../ports/ports.ts';

/**
 * The observation with what a list left out of it and an erasing rests on, asked of the detail call; the same one
 * where nothing is missing.
 *
 * @throws CallError when that call fails for good, CancelledError on abort
 */
export async function withMissingFacts(
  observation: Observation,
  task: Task,
  { bcc, cancel }: Pick<Ports, 'bcc' | 'cancel'>
): Promise<Observation> {
  const { instance } = observation;
  if (!lacksFacts(instance, task)) return observation;
  const detail = await bcc.getInstance(instance.id, cancel.signal);
  const { deletionProtection = detail.deletionProtection, tags = detail.tags } = instance;
  const name = instance.name || detail.name;
  return {
    ...observation,
    instance: { ...instance, name, deletionProtection, ...withoutUndefined({ tags }) }
  };
}
