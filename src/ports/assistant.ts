import type { GuestCheck } from '../core/health/check.ts';
import type { GuestCommand } from '../core/health/guest/guest-command.ts';
import type { GuestBaseline } from '../core/health/guest/guest-proof.ts';
import type { AgentState, GuestRun } from '../core/health/guest/guest-run.ts';
import type { ProbeResult } from '../core/health/unhealthy.ts';
import type { Instance } from '../core/model/instance.ts';

/** What is to be run, and the mark by which the run is found again when the answer is lost. */
export interface GuestSpec {
  readonly command: GuestCommand;
  readonly nonce: string;
}

/** The calls of Cloud Assistant. Every one throws `CallError`, or `CancelledError` on abort. */
export interface Assistant {
  /** At most 100 IDs a call; an ID that the service does not name is missing from the map. */
  getAgents(instanceIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, AgentState>>;
  /** Runs a command on at most 100 instances. A failure of the kind `ambiguous` or `malformed` may have run it. */
  runCommand(
    spec: GuestSpec,
    instanceIds: readonly string[],
    signal: AbortSignal
  ): Promise<{ readonly runId: string }>;
  /** A run with all of its at most 100 instances. */
  getRun(runId: string, signal: AbortSignal): Promise<GuestRun>;
  /** The run with this nonce among those since `sinceMs` (milliseconds since 1970); `undefined` where there is none. */
  findRun(nonce: string, sinceMs: number, signal: AbortSignal): Promise<string | undefined>;
}

/** How a probe from inside is taken. */
export interface GuestProbeOptions {
  readonly signal: AbortSignal;
  /** When to give up, in milliseconds on the monotonic clock. */
  readonly untilMs: number;
  readonly baseline: GuestBaseline;
}

/** Probes instances from inside. Probes that are wanted at the same time share their calls. */
export interface GuestProbe {
  /** The agents as they are now, of any number of instances. Throws `CallError`, or `CancelledError` on abort. */
  getAgents(instanceIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, AgentState>>;
  /**
   * The boot IDs of now, of instances whose agents were seen online just now; those that do not answer in time are
   * missing. Throws a `CallError` of the kind `denied` where the credentials may not run commands, and `CancelledError`
   * on abort.
   */
  getBootIds(
    instances: readonly Pick<Instance, 'id' | 'osName'>[],
    signal: AbortSignal
  ): Promise<ReadonlyMap<string, string>>;
  /** One probe. A failed check is a result; throws only `CancelledError`, on abort. */
  probe(check: GuestCheck, options: GuestProbeOptions): Promise<ProbeResult>;
  /** Gives up all probes that are wanted. */
  dispose(): void;
}
