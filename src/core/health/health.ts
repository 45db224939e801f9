/**
 * When an instance counts as healthy: a reducer over rounds of probes, one probe of every check in each round. All
 * times are milliseconds on the monotonic clock.
 *
 * By the deadline all checks must have passed for `minHealthyMs`, as with Nomad's `healthy_deadline`. A stretch that
 * began in time but is too short at the deadline is a failure that says so. The last round is under way at the
 * deadline, or begins there, and is not cut short; so the end comes at most one probe's timeout after the deadline.
 */

import { nextBeat } from '../schedule.ts';
import type { CheckResult, FailedCheck, NotHealthy } from './unhealthy.ts';

/** What is asked of one instance. */
export interface HealthTask {
  /** When the wait begins: when the instance was seen to be Running. */
  readonly fromMs: number;
  readonly deadlineMs: number;
  /** How long all checks must pass without a break; with 0 the first success is enough. */
  readonly minHealthyMs: number;
  /** From round to round; see `healthInterval`. */
  readonly intervalMs: number;
}

/** The first round that found something new; all checks pass where none failed. */
export interface HealthChange {
  readonly atMs: number;
  readonly failed: readonly FailedCheck[];
}

/** How it ended. */
export type HealthEnd =
  | { readonly healthy: true; readonly atMs: number }
  | { readonly healthy: false; readonly atMs: number; readonly reason: NotHealthy };

/** How the wait for the checks of one instance ended, and how it went. */
export type HealthOutcome = HealthEnd & {
  readonly fromMs: number;
  readonly deadlineMs: number;
  readonly history: readonly HealthChange[];
  /** What the last round found. */
  readonly checks: readonly CheckResult[];
};

/** The boot that the checks saw last, where a check from inside passed. */
export function bootIdOf(health: HealthOutcome | undefined): string | undefined {
  const results = (health?.checks ?? []).map(({ result }) => result);
  return results.flatMap((result) => (result.healthy ? (result.bootId ?? []) : []))[0];
}

/** The wait so far: until it has an end, the next round of probes is due. `stepHealth` makes the next one. */
export interface Health {
  readonly task: HealthTask;
  /** When the next round is due; after the end, when the last one was. */
  readonly dueMs: number;
  /** What the last round found. */
  readonly results: readonly CheckResult[];
  readonly stretch?: Stretch | undefined;
  /** The latest changes, oldest first; the same list as long as nothing changes. */
  readonly history: readonly HealthChange[];
  readonly end?: HealthEnd;
}

/** Unbroken successes, from when the first of them was answered. */
interface Stretch {
  readonly sinceMs: number;
  readonly results: readonly CheckResult[];
}

/** A round has ended. */
export interface Probed {
  readonly startedAtMs: number;
  readonly atMs: number;
  /** One for each check, in the order of the checks. */
  readonly results: readonly CheckResult[];
}

/** A flapping instance must not fill the report. */
const maxHistory = 50;

/** The longest interval between rounds: a probe is cheap, and somebody waits for its success. */
const maxIntervalMs = 2_000;

/** From round to round, for a given `pollInterval`. */
export function healthInterval(pollIntervalMs: number): number {
  return Math.min(pollIntervalMs, maxIntervalMs);
}

/** The beginning: the first round is due at once. */
export function beginHealth(task: HealthTask): Health {
  return { task, dueMs: task.fromMs, results: [], history: [] };
}

/** The rules. An ended wait stays as it is. */
export function stepHealth(before: Health, probed: Probed): Health {
  if (before.end !== undefined) return before;
  const { startedAtMs, atMs, results } = probed;
  const { deadlineMs, minHealthyMs } = before.task;
  const failed = failedOf(results);
  const health: Health = { ...before, history: remember(before.history, atMs, failed), results };
  if (failed.length > 0) {
    const broken: Health = { ...health, stretch: undefined };
    return atMs >= deadlineMs
      ? { ...broken, end: { healthy: false, atMs, reason: { kind: 'failing', failed } } }
      : probeNext(broken, atMs);
  }
  const stretch = prolong(before, atMs, results);
  const stretched: Health = { ...health, stretch };
  // From the answer of the first success to the start of the last: it was healthy at least that long.
  if (minHealthyMs === 0 || startedAtMs >= stretch.sinceMs + minHealthyMs) {
    return { ...stretched, end: { healthy: true, atMs } };
  }
  if (atMs < deadlineMs) return probeNext(stretched, atMs);
  const reason: NotHealthy = {
    kind: 'tooShort',
    checks: results.map(({ check }) => check),
    healthyForMs: atMs - stretch.sinceMs,
    wantedMs: minHealthyMs
  };
  return { ...stretched, end: { healthy: false, atMs, reason } };
}

/** The checks that did not pass. */
export function failedOf(results: readonly CheckResult[]): readonly FailedCheck[] {
  return results.flatMap(({ check, result }) => (result.healthy ? [] : [{ check, reason: result.reason }]));
}

/** The stretch after one more success. Another host key or boot is another system, whose stretch begins now. */
function prolong({ stretch }: Health, atMs: number, results: readonly CheckResult[]): Stretch {
  const goesOn = stretch !== undefined && systemOf(stretch.results) === systemOf(results);
  return goesOn ? stretch : { sinceMs: atMs, results };
}

/** What the checks say about which system answers, as a text that can be compared. */
function systemOf(results: readonly CheckResult[]): string {
  return JSON.stringify(results.map(({ result }) => (result.healthy ? [result.hostKey, result.bootId] : [])));
}

/** Fields that differ in every round and tell of no change: the run, what it printed, and how long things took. */
const volatileFields: ReadonlySet<string> = new Set(['runId', 'output', 'uptimeMs', 'sinceMs', 'timeoutMs']);

function remember(
  history: Health['history'],
  atMs: number,
  failed: readonly FailedCheck[]
): Health['history'] {
  const lasting = (found: unknown): string =>
    JSON.stringify(found, (key, value: unknown) => (volatileFields.has(key) ? undefined : value));
  const last = history.at(-1);
  if (last !== undefined && lasting(last.failed) === lasting(failed)) return history;
  return [...history, { atMs, failed }].slice(-maxHistory);
}

/** On the next beat; but no later than the stretch is full, nor than the deadline. */
function probeNext(health: Health, atMs: number): Health {
  const { intervalMs, minHealthyMs, deadlineMs } = health.task;
  const beat = nextBeat(health.dueMs, intervalMs, atMs);
  const fullMs = health.stretch === undefined ? beat : health.stretch.sinceMs + minHealthyMs;
  return { ...health, dueMs: Math.min(beat, fullMs, deadlineMs) };
}
