/** The health check of one instance, as a gate: it opens when the instance is healthy for long enough. */

import { describeCheck } from '../../core/health/check.ts';
import { healthInterval } from '../../core/health/health.ts';
import { knownHostsLine } from '../../core/health/known-hosts.ts';
import { narrateHealth } from '../../core/health/narrate.ts';
import type { HostKey } from '../../core/health/reason.ts';
import { resolveCheck } from '../../core/health/resolve.ts';
import type { Instance } from '../../core/model/instance.ts';
import type { Checked } from '../../core/run/instance-run.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { RunRequest } from '../../ports/request.ts';
import { heal, type Probe } from './heal.ts';

/** What the gate needs of the world. */
export interface GatePorts {
  readonly probe: Probe;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** How the gate ended, and the host keys that an SSH check saw. */
export interface Gate {
  readonly checked: Checked;
  readonly knownHosts: readonly string[];
  readonly hostKeys: readonly HostKey[];
}

/**
 * Waits until the instance passes the check of the request; `undefined` where none is asked for.
 *
 * @param baselineKeys host keys that the new system must not show
 * @throws CancelledError on abort
 */
export async function passGate(
  request: RunRequest,
  instance: Instance,
  baselineKeys: readonly HostKey[] | undefined,
  ports: GatePorts
): Promise<Gate | undefined> {
  if (request.health === undefined) return undefined;
  const { clock, log, probe, signal } = ports;
  const fromMs = clock.nowMs();
  const resolved = resolveCheck(request.health.check, instance);
  if (!resolved.ok) {
    const reason = { kind: 'protocol', message: `the check ${resolved.problem}` } as const;
    return {
      checked: { healthy: false, fromMs, atMs: fromMs, history: [], reason },
      knownHosts: [],
      hostKeys: []
    };
  }
  const { check } = resolved;
  log.info(`Health: ${describeCheck(check)}`);
  const task = {
    fromMs,
    deadlineMs: fromMs + request.health.deadlineMs,
    minHealthyMs: request.health.minHealthyTimeMs,
    intervalMs: healthInterval(request.pollIntervalMs)
  };
  const healed = await heal(
    { check, task, ...(baselineKeys === undefined ? {} : { baselineKeys }) },
    { probe, clock, signal },
    (before, now) => {
      for (const line of narrateHealth(before, now)) log.info(line);
    }
  );
  const hostKeys = healed.healthy ? (healed.hostKeys ?? []) : [];
  return {
    checked: { ...healed, fromMs },
    hostKeys,
    knownHosts: hostKeys.map((key) => knownHostsLine(check.host, check.port, key))
  };
}
