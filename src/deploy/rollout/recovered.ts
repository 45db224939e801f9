/** Whether one that was unavailable from the start serves again by itself, so that it has to wait for its turn. */

import { statusKind } from '../../core/model/bcc-status.ts';
import { CallError, CancelledError } from '../../core/model/failure.ts';
import type { Observation } from '../../core/rebuild/rebuild-state.ts';
import type { RunRequest } from '../../ports/request.ts';
import { probeOnce } from '../health/await-healthy.ts';
import type { InstancePorts } from '../instance/run-instance.ts';

/** How often, and how far apart in milliseconds, one that was unavailable is observed before it is started. */
const observeTries = 3;
const retryMs = 5_000;

/** An observation at once, or soon after; `undefined` where all fail or the run is cancelled: the work finds that out. */
export async function observeNow(
  instanceId: string,
  { watch, clock }: InstancePorts
): Promise<Observation | undefined> {
  for (let tries = 1; tries <= observeTries; tries += 1) {
    const dueMs = clock.nowMs() + (tries - 1) * retryMs;
    try {
      return await watch.observe({ instanceId, dueMs, earliestMs: dueMs, withDisk: true, fresh: true });
    } catch (error) {
      if (error instanceof CancelledError) return undefined;
      if (!(error instanceof CallError)) throw error;
    }
  }
  return undefined;
}

/** Whether it is Running, and passes the health check where one is asked for; a cancel says no. */
export async function serves(
  { instance }: Observation,
  request: RunRequest,
  ports: InstancePorts
): Promise<boolean> {
  if (statusKind(instance.status) !== 'up') return false;
  try {
    const results = await probeOnce(request, instance, ports);
    return results.every(({ result }) => result.healthy);
  } catch (error) {
    if (error instanceof CancelledError) return false;
    throw error;
  }
}
