import { CallError } from '../core/model/failure.ts';
import { isSettled } from '../core/model/instance.ts';
import type { InstanceReport } from '../core/report/report.ts';
import { poll } from './poll.ts';
import type { Bcc, Clock } from './ports.ts';

/** Between looks, in milliseconds. */
const intervalMs = 5_000;

/**
 * The instances whose rebuild may be under way without showing it: the run was cancelled before their status
 * had left its settled value.
 */
export function hiddenRebuilds(instances: readonly InstanceReport[]): readonly string[] {
  return instances
    .filter(({ status, disk, seen, phases }) => {
      const sent = phases.findLast(({ phase }) => phase.endsWith('sending'))?.startedAt;
      if (status !== 'inProgress' || disk === 'untouched' || sent === undefined) return false;
      return seen.filter(({ at }) => at >= sent).every((one) => isSettled(one.status));
    })
    .map(({ instanceId }) => instanceId);
}

/**
 * Waits until a rebuild shows in the status of each instance, so that a run that comes next finds it under way
 * and does not erase again. Only reads.
 *
 * @param limitMs when to give up, in milliseconds from now
 * @returns the instances that showed nothing
 * @throws CallError when a read fails for good, CancelledError on abort
 */
export async function linger(
  instanceIds: readonly string[],
  limitMs: number,
  ports: { readonly bcc: Bcc; readonly clock: Clock },
  signal: AbortSignal
): Promise<readonly string[]> {
  const { bcc, clock } = ports;
  let hidden = instanceIds;
  await poll(
    async () => {
      const looks = await Promise.all(hidden.map((id) => statusOf(id, bcc, signal)));
      hidden = hidden.filter((_, index) => isSettled(looks[index] ?? ''));
      return hidden.length === 0 ? true : undefined;
    },
    { intervalMs, limitMs },
    clock,
    signal
  );
  return hidden;
}

/** The status of an instance; one that is no longer there has nothing to hide. */
async function statusOf(instanceId: string, bcc: Bcc, signal: AbortSignal): Promise<string> {
  try {
    return (await bcc.getInstance(instanceId, signal)).status;
  } catch (error) {
    if (error instanceof CallError && error.failure.kind === 'notFound') return '';
    throw error;
  }
}
