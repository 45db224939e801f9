/** The loop that waits for an instance to be healthy: it takes each probe and feeds what came of it back. */

import type { ResolvedCheck } from '../../core/health/check.ts';
import {
  beginHealth,
  type Health,
  type HealthChange,
  type HealthTask,
  stepHealth
} from '../../core/health/health.ts';
import type { HostKey, ProbeResult, Unhealthy } from '../../core/health/reason.ts';
import type { Clock } from '../../ports/clock.ts';

/** How a probe is taken. */
export interface ProbeOptions {
  readonly signal: AbortSignal;
  /** The probe's own deadline, in milliseconds from now. */
  readonly timeoutMs: number;
  /** For `ssh`: the keys of the system that was to be replaced. To meet one of them again is a failure. */
  readonly baselineKeys?: readonly HostKey[];
}

/** Looks at an instance from outside. Nothing is left open when a call ends, however it ends. */
export interface Probe {
  /** One probe. A failed check is a result; throws only `CancelledError`, on abort. */
  probe(check: ResolvedCheck, options: ProbeOptions): Promise<ProbeResult>;
  /**
   * All host keys that the server of an `ssh` check shows, one for each type; empty where there are none, or
   * none could be had in time. Throws only `CancelledError`, on abort.
   */
  hostKeys(check: ResolvedCheck, options: Omit<ProbeOptions, 'baselineKeys'>): Promise<readonly HostKey[]>;
}

/** One instance and what is asked of it. */
export interface HealRequest {
  readonly check: ResolvedCheck;
  readonly task: HealthTask;
  readonly baselineKeys?: readonly HostKey[];
}

/** What the loop needs of the world. */
export interface HealPorts {
  readonly probe: Probe;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Told of every probe, in order; `now` is the state after it. It must not throw. */
export type HealthObserver = (before: Health, now: Health) => void;

/** How the wait ended. `hostKeys` is there for `ssh` only. */
export type Healed =
  | {
      readonly healthy: true;
      readonly atMs: number;
      readonly history: readonly HealthChange[];
      readonly hostKeys?: readonly HostKey[];
    }
  | {
      readonly healthy: false;
      readonly atMs: number;
      readonly history: readonly HealthChange[];
      readonly reason: Unhealthy;
    };

/** How long one probe may take, in milliseconds. */
export const probeTimeoutMs = 5_000;

/**
 * Waits until the instance is healthy, or the deadline has come.
 *
 * @throws CancelledError when the signal aborts
 */
export async function heal(request: HealRequest, ports: HealPorts, observe: HealthObserver): Promise<Healed> {
  const { task, check } = request;
  const { probe, clock, signal } = ports;
  const timeoutMs = Math.max(1, Math.min(probeTimeoutMs, task.deadlineMs - task.fromMs));
  const baseline = request.baselineKeys === undefined ? {} : { baselineKeys: request.baselineKeys };
  let [health, command] = beginHealth(task);
  while (command.type === 'probe') {
    // Timers count in whole milliseconds, and one that is cut off would wake us just before the moment.
    await clock.sleep(Math.max(0, Math.ceil(command.dueMs - clock.nowMs())), signal);
    const startedAtMs = clock.nowMs();
    const result = await probe.probe(check, { signal, timeoutMs, ...baseline });
    const before = health;
    [health, command] = stepHealth(health, { startedAtMs, atMs: clock.nowMs(), result });
    observe(before, health);
  }
  return conclude(health, request, ports, timeoutMs);
}

async function conclude(
  health: Health,
  { check }: HealRequest,
  { probe, signal }: HealPorts,
  timeoutMs: number
): Promise<Healed> {
  const { history, end, stretch } = health;
  // Only a probe's answer ends the loop, so there is an end; the type does not know.
  if (end === undefined) throw new Error('the health check ended without an outcome');
  if (!end.healthy) return { healthy: false, atMs: end.atMs, history, reason: end.reason };
  const { atMs } = end;
  if (check.kind !== 'ssh') return { healthy: true, atMs, history };
  const all = await probe.hostKeys(check, { signal, timeoutMs });
  const seen = stretch?.hostKey;
  const known = seen === undefined || all.some((key) => key.algorithm === seen.algorithm);
  return { healthy: true, atMs, history, hostKeys: known ? all : [seen, ...all] };
}
