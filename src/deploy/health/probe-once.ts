import type { ProbeResult } from '../../core/health/reason.ts';
import { resolveCheck } from '../../core/health/resolve.ts';
import type { Instance } from '../../core/model/instance.ts';
import type { RunRequest } from '../../ports/request.ts';
import { type Probe, probeTimeoutMs } from './heal.ts';

/**
 * One probe of an instance by the check of the request; `undefined` where none is asked for, or none can be made.
 *
 * @throws CancelledError on abort
 */
export async function probeOnce(
  { health }: RunRequest,
  instance: Instance,
  probe: Probe,
  signal: AbortSignal
): Promise<ProbeResult | undefined> {
  if (health === undefined) return undefined;
  const resolved = resolveCheck(health.check, instance);
  return resolved.ok ? probe.probe(resolved.check, { signal, timeoutMs: probeTimeoutMs }) : undefined;
}
