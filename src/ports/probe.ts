import type { NetworkCheck } from '../core/health/check.ts';
import type { HostKey, ProbeResult } from '../core/health/unhealthy.ts';

/** How a probe is taken. */
export interface ProbeOptions {
  readonly signal: AbortSignal;
  /** The probe's own deadline, in milliseconds from now. */
  readonly timeoutMs: number;
  /** For `ssh`: the keys of the system that was to be replaced. To meet one of them again is a failure. */
  readonly baselineKeys?: readonly HostKey[];
}

/** Probes an instance from outside, over the network. Nothing is left open when a call ends, however it ends. */
export interface Probe {
  /** One probe. A failed check is a result; throws only `CancelledError`, on abort. */
  probe(check: NetworkCheck, options: ProbeOptions): Promise<ProbeResult>;
  /**
   * All host keys that the server of an `ssh` check shows, one for each type; empty where there are none, or
   * none could be had in time. Throws only `CancelledError`, on abort.
   */
  hostKeys(check: NetworkCheck, options: ProbeOptions): Promise<readonly HostKey[]>;
}
