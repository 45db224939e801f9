import type { HostKey, ProbeResult, Stage } from '../core/health/unhealthy.ts';
import { CancelledError } from '../core/model/failure.ts';
import { withoutUndefined } from '../core/without-undefined.ts';
import type { ProbeOptions } from '../ports/probe.ts';
import { reasonOf } from './probe-failure.ts';

/** One try at something over the network, while it lasts. */
export interface ProbeAttempt {
  /** Aborts at the attempt's deadline, or when the run is cancelled. */
  readonly signal: AbortSignal;
  /** Says what is waited for from now on. */
  enter(stage: Stage): void;
}

/**
 * Runs one attempt under a deadline of its own. Whatever `work` throws is a reason why the attempt failed.
 *
 * @param work must end soon after its signal aborts, with everything closed; gives the host key where it met one
 * @throws CancelledError when the caller's signal aborts
 */
export async function attemptProbe(
  { signal, timeoutMs }: ProbeOptions,
  work: (attempt: ProbeAttempt) => Promise<HostKey | undefined>
): Promise<ProbeResult> {
  if (signal.aborted) throw new CancelledError('cancelled before a probe');
  const controller = new AbortController();
  let stage: Stage = 'connect';
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    controller.abort();
  }, timeoutMs);
  const onAbort = (): void => controller.abort();
  signal.addEventListener('abort', onAbort, { once: true });
  const enter = (next: Stage): void => {
    stage = next;
  };
  try {
    return {
      healthy: true,
      ...withoutUndefined({ hostKey: await work({ signal: controller.signal, enter }) })
    };
  } catch (error) {
    if (signal.aborted) throw new CancelledError('cancelled during a probe', { cause: error });
    if (isLate) return { healthy: false, reason: { kind: 'timedOut', stage, timeoutMs } };
    return { healthy: false, reason: reasonOf(error, stage) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
