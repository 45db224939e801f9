import { createBccClient } from '../bce/client.ts';
import type { Config } from '../config/config.ts';
import type { Balancers } from '../ports/balancers.ts';
import type { Bcc } from '../ports/bcc.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Probe } from '../ports/probe.ts';
import { systemClock } from './clock.ts';
import { mask } from './inputs.ts';
import { jobLog } from './log.ts';

/** The world of a run: the service, the clock and chance. */
export interface Connection {
  readonly bcc: Bcc;
  readonly balancers: Balancers;
  readonly clock: Clock;
  readonly random: Random;
  readonly probe: Probe;
  /** Closes what is still open, so that the process can end. */
  dispose(): void;
}

/** Connects to the service that the configuration names. Nothing is sent yet. */
export function connect(config: Config): Connection {
  const client = createBccClient({
    endpoint: config.endpoint,
    credentials: config.credentials,
    requestsPerSecond: config.requestsPerSecond,
    nowMs: systemClock.nowMs,
    wallMs: systemClock.wallMs,
    sleep: systemClock.sleep,
    random: Math.random,
    mask,
    debug: jobLog.debug,
    userAgent: 'rebuild-bcc-instance'
  });
  return {
    bcc: client,
    balancers: client,
    clock: systemClock,
    random: Math.random,
    probe: probeOnDemand(),
    dispose: () => client.dispose()
  };
}

/** The probes, loaded when the first one is taken: a plain rebuild never speaks SSH. */
function probeOnDemand(): Probe {
  const load = async (): Promise<Probe> => (await import('../health/probe.ts')).createProbe();
  return {
    probe: async (check, options) => (await load()).probe(check, options),
    hostKeys: async (check, options) => (await load()).hostKeys(check, options)
  };
}
