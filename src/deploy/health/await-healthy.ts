/** The wait for an instance to be healthy: takes the probes of all checks and hands the results to the reducer. */

import { describeCheck, isGuestCheck, type ResolvedCheck } from '../../core/health/check.ts';
import type { GuestBaseline } from '../../core/health/guest/guest-proof.ts';
import {
  beginHealth,
  type Health,
  type HealthOutcome,
  type HealthTask,
  healthInterval,
  stepHealth
} from '../../core/health/health.ts';
import { narrateHealth, stillWaiting } from '../../core/health/health-log.ts';
import { knownHostsLine } from '../../core/health/known-hosts.ts';
import { type Addressed, resolveChecks } from '../../core/health/resolve-checks.ts';
import type { CheckResult, HostKey, ProbeResult } from '../../core/health/unhealthy.ts';
import type { Ports } from '../../ports/ports.ts';
import type { RunRequest } from '../../ports/request.ts';
import { withHeartbeat } from '../calls/heartbeat.ts';

/** How the wait ended, and the lines of a known_hosts file for the keys that `ssh` checks saw. */
export interface AwaitedHealth {
  readonly outcome: HealthOutcome;
  readonly knownHosts: readonly string[];
}

/** What is known of the system that was to be replaced, so that it is not taken for the new one. */
export interface Baseline {
  /** Host keys that the new system must not show; absent where none are forbidden. */
  readonly hostKeys?: readonly HostKey[] | undefined;
  readonly guest: GuestBaseline;
}

/** The checks of one instance, and when they must pass. */
export interface ChecksWait {
  readonly checks: readonly ResolvedCheck[];
  readonly task: HealthTask;
  readonly baseline: Baseline;
}

/** What the checks need of the world. */
export type ChecksPorts = Pick<Ports, 'probe' | 'guests' | 'clock' | 'cancel'>;

/** Told of every round, in order; `now` is the state after it. It must not throw. */
export type HealthObserver = (before: Health, now: Health) => void;

/** How long one probe may take, in milliseconds. */
const probeTimeoutMs = 5_000;

/**
 * Waits until the instance passes all checks of the request; `undefined` where none is asked for.
 *
 * @throws CancelledError on abort
 */
export async function awaitHealthy(
  { health, pollIntervalMs }: RunRequest,
  instance: Addressed,
  baseline: Baseline,
  ports: ChecksPorts & Pick<Ports, 'log'>
): Promise<AwaitedHealth | undefined> {
  if (health === undefined) return undefined;
  const { clock, log } = ports;
  const fromMs = clock.nowMs();
  const deadlineMs = fromMs + health.deadlineMs;
  const resolved = resolveChecks(health.checks, instance);
  if (!resolved.ok) {
    const reason = { kind: 'protocol', message: `the check ${resolved.problem}` } as const;
    const failed = [{ check: 'healthCheck', reason }];
    const end = { healthy: false, atMs: fromMs, reason: { kind: 'failing', failed } } as const;
    return { outcome: { ...end, fromMs, deadlineMs, history: [], checks: [] }, knownHosts: [] };
  }
  const { checks } = resolved;
  log.info(`Health: ${checks.map(describeCheck).join(', ')}`);
  const task = {
    fromMs,
    deadlineMs,
    minHealthyMs: health.minHealthyTimeMs,
    intervalMs: healthInterval(pollIntervalMs)
  };
  let last: Health | undefined;
  const observe: HealthObserver = (before, now) => {
    last = now;
    for (const line of narrateHealth(before, now)) log.info(line);
  };
  return withHeartbeat(
    () => awaitChecks({ checks, task, baseline }, ports, observe),
    (elapsedMs) => log.info(stillWaiting(last, task, elapsedMs)),
    clock
  );
}

/**
 * Takes rounds of probes until all checks have passed for long enough, or the deadline has come.
 *
 * @throws CancelledError when the signal aborts
 */
export async function awaitChecks(
  wait: ChecksWait,
  ports: ChecksPorts,
  observe: HealthObserver
): Promise<AwaitedHealth> {
  const { task } = wait;
  const { clock, cancel } = ports;
  let health = beginHealth(task);
  while (health.end === undefined) {
    // Timers count in whole milliseconds; a fraction that is cut off would wake us just before the moment.
    await clock.sleep(Math.max(0, Math.ceil(health.dueMs - clock.nowMs())), cancel.signal);
    const startedAtMs = clock.nowMs();
    const round = await takeRound(wait, ports);
    const isCut = clock.nowMs() >= task.deadlineMs && round.some(isLate);
    // A round that the deadline has cut says less than one before it in which the guest itself gave the answer.
    const results = isCut && health.results.some(hasAnsweredBadly) ? health.results : round;
    const before = health;
    health = stepHealth(health, { startedAtMs, atMs: clock.nowMs(), results });
    observe(before, health);
  }
  const { end, history, results } = health;
  const { fromMs, deadlineMs } = task;
  const knownHosts = end.healthy ? await readKnownHosts(wait, health, ports) : [];
  return { outcome: { ...end, fromMs, deadlineMs, history, checks: results }, knownHosts };
}

/** One probe of each check, side by side; a script runs only after this round has proven the system that it runs in. */
async function takeRound(
  { checks, task, baseline }: ChecksWait,
  { probe, guests, cancel: { signal } }: ChecksPorts
): Promise<readonly CheckResult[]> {
  const timeoutMs = timeoutOf(task);
  const { hostKeys } = baseline;
  const network = { signal, timeoutMs, ...(hostKeys && { baselineKeys: hostKeys }) };
  const inside = { signal, untilMs: task.deadlineMs + timeoutMs, baseline: baseline.guest };
  const take = async (check: ResolvedCheck): Promise<ProbeResult> => {
    if (!isGuestCheck(check)) return await probe.probe(check, network);
    if (guests === undefined) throw new Error('no guest probe');
    return await guests.probe(check, inside);
  };
  const proofs = checks.map((check) => (check.kind === 'guestScript' ? undefined : take(check)));
  const assistant = proofs[checks.findIndex(({ kind }) => kind === 'assistant')];
  const script = async (check: ResolvedCheck): Promise<ProbeResult> =>
    (await assistant)?.healthy ? await take(check) : { healthy: false, reason: { kind: 'notProven' } };
  return Promise.all(
    checks.map(async (check, index) => ({
      check: describeCheck(check),
      result: await (proofs[index] ?? script(check))
    }))
  );
}

/**
 * One round of probes by the checks from outside; empty where there are none, or one of the request's checks cannot be
 * made.
 *
 * @throws CancelledError on abort
 */
export async function probeOnce(
  { health }: RunRequest,
  instance: Addressed,
  { probe, cancel: { signal } }: Pick<Ports, 'probe' | 'cancel'>
): Promise<readonly CheckResult[]> {
  if (health === undefined) return [];
  const resolved = resolveChecks(health.checks, instance);
  if (!resolved.ok) return [];
  return Promise.all(
    resolved.checks
      .filter((check) => !isGuestCheck(check))
      .map(async (check) => ({
        check: describeCheck(check),
        result: await probe.probe(check, { signal, timeoutMs: probeTimeoutMs })
      }))
  );
}

async function readKnownHosts(
  { checks, task }: ChecksWait,
  { results }: Health,
  { probe, cancel: { signal } }: ChecksPorts
): Promise<readonly string[]> {
  const read = checks.map(async (check, index) => {
    if (check.kind !== 'ssh') return [];
    const keys = await probe.hostKeys(check, { signal, timeoutMs: timeoutOf(task) });
    const result = results[index]?.result;
    const seen = result?.healthy ? result.hostKey : undefined;
    // The key that was proven is kept although not all could be read.
    const isKnown = seen === undefined || keys.some((key) => key.algorithm === seen.algorithm);
    return (isKnown ? keys : [seen, ...keys]).map((key) => knownHostsLine(check.host, check.port, key));
  });
  return [...new Set((await Promise.all(read)).flat())];
}

function hasAnsweredBadly({ result }: CheckResult): boolean {
  return !result.healthy && ['script', 'sameBoot', 'olderBoot'].includes(result.reason.kind);
}

function isLate({ result }: CheckResult): boolean {
  return !result.healthy && result.reason.kind === 'runLate';
}

function timeoutOf({ deadlineMs, fromMs }: HealthTask): number {
  return Math.max(1, Math.min(probeTimeoutMs, deadlineMs - fromMs));
}
