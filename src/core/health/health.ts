/**
 * When an instance counts as healthy: a reducer over the probes of a check. All times are milliseconds on the
 * monotonic clock.
 *
 * The deadline is by when the instance must have been healthy for `minHealthyMs`, as in Nomad's
 * `healthy_deadline`; a stretch that began in time but is not full then is a failure that says so. The last
 * probe is the one that is under way at the deadline, or begins there. It is not cut short, for half a probe
 * would prove nothing; so the end comes at the latest one probe's timeout after the deadline.
 */

import { nextBeat } from '../rebuild/schedule.ts';
import { describeUnhealthy, type HostKey, type ProbeResult, type Unhealthy } from './reason.ts';

/** What is asked of one instance. */
export interface HealthTask {
  /** When the wait begins: when the instance was seen to be Running. */
  readonly fromMs: number;
  readonly deadlineMs: number;
  /** How long successes must go on unbroken; with 0 the first one will do. */
  readonly minHealthyMs: number;
  /** From probe to probe; see `healthInterval`. */
  readonly intervalMs: number;
}

/** From when on the probes said something new; no reason means healthy. */
export interface HealthChange {
  readonly atMs: number;
  readonly reason?: Unhealthy;
}

/** How it ended. */
export type HealthEnd =
  | { readonly healthy: true; readonly atMs: number }
  | { readonly healthy: false; readonly atMs: number; readonly reason: Unhealthy };

/** The wait so far. A plain value: `stepHealth` makes the next one. */
export interface Health {
  readonly task: HealthTask;
  /** The beat of the probe that is out, or was last taken. */
  readonly dueMs: number;
  readonly probes: number;
  /** The unbroken successes, from when the first of them was answered. */
  readonly stretch?: { readonly sinceMs: number; readonly hostKey?: HostKey } | undefined;
  /** The latest changes, oldest first. */
  readonly history: readonly HealthChange[];
  /** How many changes there were, also those that the history no longer holds. */
  readonly changes: number;
  readonly end?: HealthEnd;
}

/** A probe has ended. */
export interface Probed {
  readonly startedAtMs: number;
  readonly atMs: number;
  readonly result: ProbeResult;
}

/** What to do next. */
export type HealthCommand = { readonly type: 'probe'; readonly dueMs: number } | { readonly type: 'end' };

/** The next state, and what to do next. */
export type HealthStep = readonly [Health, HealthCommand];

/** A flapping instance must not fill the report. */
const maxHistory = 50;

/** The longest interval between probes: a probe is cheap, and somebody waits for its success. */
const maxIntervalMs = 2_000;

/** From probe to probe, for a given `pollInterval`. */
export function healthInterval(pollIntervalMs: number): number {
  return Math.min(pollIntervalMs, maxIntervalMs);
}

/** The beginning: the first probe is due at once. */
export function beginHealth(task: HealthTask): HealthStep {
  const health: Health = { task, dueMs: task.fromMs, probes: 0, history: [], changes: 0 };
  return [health, { type: 'probe', dueMs: task.fromMs }];
}

/** The rules. An ended wait stays as it is. */
export function stepHealth(before: Health, probed: Probed): HealthStep {
  if (before.end !== undefined) return [before, { type: 'end' }];
  const { startedAtMs, atMs, result } = probed;
  const { deadlineMs, minHealthyMs } = before.task;
  const health: Health = { ...remember(before, probed), probes: before.probes + 1 };
  if (!result.healthy) {
    const broken: Health = { ...health, stretch: undefined };
    return atMs >= deadlineMs
      ? end(broken, { healthy: false, atMs, reason: result.reason })
      : probeNext(broken, atMs);
  }
  const stretch = prolong(before, atMs, result.hostKey);
  const stretched: Health = { ...health, stretch };
  // From the answer of the first success to the start of the last: it was healthy at least that long.
  if (minHealthyMs === 0 || startedAtMs >= stretch.sinceMs + minHealthyMs) {
    return end(stretched, { healthy: true, atMs });
  }
  if (atMs < deadlineMs) return probeNext(stretched, atMs);
  const healthyForMs = atMs - stretch.sinceMs;
  return end(stretched, {
    healthy: false,
    atMs,
    reason: { kind: 'tooShort', healthyForMs, wantedMs: minHealthyMs }
  });
}

/** The stretch after one more success. Another host key is another system, whose stretch begins now. */
function prolong(
  { stretch }: Health,
  atMs: number,
  hostKey: HostKey | undefined
): { readonly sinceMs: number; readonly hostKey?: HostKey } {
  const goesOn = stretch !== undefined && sameKey(stretch.hostKey, hostKey);
  return goesOn ? stretch : { sinceMs: atMs, ...(hostKey === undefined ? {} : { hostKey }) };
}

function sameKey(one: HostKey | undefined, other: HostKey | undefined): boolean {
  return one?.algorithm === other?.algorithm && one?.key === other?.key;
}

function remember(health: Health, { atMs, result }: Probed): Health {
  const last = health.history.at(-1);
  const reason = result.healthy ? undefined : result.reason;
  if (last !== undefined && sentence(last.reason) === sentence(reason)) return health;
  const change: HealthChange = { atMs, ...(reason === undefined ? {} : { reason }) };
  return { ...health, history: [...health.history, change].slice(-maxHistory), changes: health.changes + 1 };
}

function sentence(reason: Unhealthy | undefined): string {
  return reason === undefined ? '' : describeUnhealthy(reason);
}

/** On the next beat; but no later than the stretch is full, nor than the deadline. */
function probeNext(health: Health, atMs: number): HealthStep {
  const { intervalMs, minHealthyMs, deadlineMs } = health.task;
  const beat = nextBeat(health.dueMs, intervalMs, atMs);
  const fullMs = health.stretch === undefined ? beat : health.stretch.sinceMs + minHealthyMs;
  const dueMs = Math.min(beat, fullMs, deadlineMs);
  return [
    { ...health, dueMs },
    { type: 'probe', dueMs }
  ];
}

function end(health: Health, ending: HealthEnd): HealthStep {
  return [{ ...health, end: ending }, { type: 'end' }];
}
