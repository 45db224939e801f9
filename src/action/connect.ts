import * as core from '@actions/core';
import { type BccClient, createBccClient } from '../bce/client.ts';
import type { Config } from '../config/config.ts';
import { healthInterval } from '../core/health/health.ts';
import { RebuildSecrets } from '../core/model/rebuild-secrets.ts';
import { secretLines } from '../core/secret-forms.ts';
import type { GuestProbe } from '../ports/assistant.ts';
import type { Ports } from '../ports/ports.ts';
import type { Probe } from '../ports/probe.ts';
import { jobLog } from './job-log.ts';
import { systemClock } from './system-clock.ts';

/** The world of a run: the service, the clock and chance. */
export interface Connection
  extends Pick<Ports, 'bcc' | 'balancers' | 'clock' | 'random' | 'probe' | 'guests' | 'secrets'> {
  /** Closes what is still open, so that the process can end. */
  dispose(): void;
}

/**
 * Connects to the service that the configuration names. Nothing is sent yet.
 *
 * @param readLimitMs how long a read may last, in milliseconds: a service that throttles or hangs must not hold a step
 *   beyond the time that it was given
 */
export function connect(config: Config, readLimitMs = config.request.timeoutMs): Connection {
  const client = createBccClient({
    endpoint: config.endpoint,
    credentials: config.credentials,
    requestsPerSecond: config.requestsPerSecond,
    readLimitMs,
    ...systemClock,
    random: Math.random,
    // Signatures and cipher texts are hexadecimal digits, which the wire has in no other form.
    mask: core.setSecret,
    warn: jobLog.warning,
    debug: jobLog.debug,
    userAgent: 'rebuild-bcc-instance'
  });
  const secrets = new RebuildSecrets(config.rebuildOptions);
  const guests = guestsOnDemand(config, client, secrets);
  return {
    bcc: client,
    balancers: client,
    clock: systemClock,
    random: Math.random,
    probe: probeOnDemand(),
    guests,
    secrets,
    dispose() {
      guests?.dispose();
      client.dispose();
    }
  };
}

/** The probes, loaded when the first one is taken: a plain rebuild never speaks SSH. */
function probeOnDemand(): Probe {
  const load = async (): Promise<Probe> => (await import('../health/network-probe.ts')).createProbe();
  return {
    probe: async (check, options) => (await load()).probe(check, options),
    hostKeys: async (check, options) => (await load()).hostKeys(check, options)
  };
}

/** The probes from inside, loaded when the first one is taken: most runs never speak to Cloud Assistant. */
function guestsOnDemand(config: Config, client: BccClient, secrets: RebuildSecrets): GuestProbe | undefined {
  const { credentials, record, rebuildOptions } = config;
  const { health, pollIntervalMs } = config.request;
  if (!health?.checks.some(({ kind }) => kind === 'assistant')) return undefined;
  const { login, userData } = rebuildOptions;
  const hidden = [
    credentials.secretAccessKey,
    credentials.sessionToken,
    login.kind === 'adminPass' ? login.adminPass.reveal() : undefined,
    record?.githubToken,
    // A log of the first boot may show its lines.
    ...secretLines(userData?.reveal() ?? '')
  ].filter((secret) => secret !== undefined);
  const load = async (): Promise<GuestProbe> => {
    const [{ createAssistant }, { createGuestProbe }] = await Promise.all([
      import('../bce/assistant-client.ts'),
      import('../health/assistant/guest-probe.ts')
    ]);
    const assistant = createAssistant(client, hidden, (id) => secrets.previousScript(id));
    return createGuestProbe(health, healthInterval(pollIntervalMs), assistant, systemClock);
  };
  let loaded: Promise<GuestProbe> | undefined;
  const guests = (): Promise<GuestProbe> => {
    loaded ??= load();
    return loaded;
  };
  return {
    getAgents: async (ids, signal) => (await guests()).getAgents(ids, signal),
    getBootIds: async (instances, signal) => (await guests()).getBootIds(instances, signal),
    probe: async (check, options) => (await guests()).probe(check, options),
    dispose: () => void loaded?.then((probe) => probe.dispose())
  };
}
