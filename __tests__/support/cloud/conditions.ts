/** What goes on around a case: replicas that are behind, outages, suspensions of the process, scheduled snapshots. */
import type { Dice } from './dice.ts';

/** A while that begins so long after the plan stands, or after so many rebuilds of the run have left. */
export interface Interruption {
  readonly since: 'plan' | 'rebuild';
  /** After how many rebuilds, where it counts from them. */
  readonly count: number;
  readonly delayMs: number;
  readonly forMs: number;
}

/** A while in which calls fail. */
export interface Outage extends Interruption {
  readonly hits: 'all' | 'reads' | 'writes';
  /** How long a call takes to fail. */
  readonly answerMs: number;
}

/** Snapshots that a policy takes of every system disk; each instance has its own offset of the first one. */
export interface SnapshotSchedule {
  readonly firstMs: number;
  readonly everyMs: number;
  readonly lastsMs: number;
}

/** All conditions of one case. Times are milliseconds. */
export interface Conditions {
  /** How far behind each replica is that answers reads. */
  readonly lags: readonly number[];
  /** Who gets which replica: every call again, or a connection one for its life. */
  readonly replicaFor: 'call' | 'connection';
  readonly outages: readonly Outage[];
  readonly suspensions: readonly Interruption[];
  readonly snapshots: SnapshotSchedule | undefined;
  /** Share of the rebuilds that begin only after a snapshot that is taken after their acceptance. */
  readonly snapshotFirst: number;
  /** Whether an instance shows SnapshotProcessing meanwhile. */
  readonly snapshotShows: boolean;
}

/**
 * How far a replica may be behind: two observations that must agree are at most so far apart, and beyond that nobody
 * can tell (docs/how-it-works.md).
 */
export const longestLagMs = 15_000;

/** Draws the conditions of a case; a third has none, and a peaceful one has at most replicas. */
export function drawConditions(dice: Dice, isPeaceful: boolean): Conditions {
  const isFair = dice.chance(0.33);
  const has = (share: number): boolean => !isFair && dice.chance(share);
  const lags = has(0.5)
    ? dice.pick([[0, 1_500], [0, 8_000], [8_000], [0, 500, longestLagMs], [longestLagMs]])
    : [0];
  const replicaFor = dice.pick(['call', 'connection'] as const);
  const outages = has(0.4) ? some(dice, () => drawOutage(dice)) : [];
  const suspensions = has(0.3) ? some(dice, () => drawInterruption(dice)) : [];
  const hasSnapshots = has(0.4);
  const snapshots = {
    firstMs: 1_000 * dice.int(0, 1_200),
    everyMs: 60_000 * dice.pick([10, 30, 600]),
    lastsMs: 1_000 * dice.pick([3, 30, 300])
  };
  const snapshotFirst = has(0.3) ? dice.pick([0.1, 0.5]) : 0;
  const snapshotShows = dice.chance(0.8);
  const none = { outages: [], suspensions: [], snapshots: undefined, snapshotFirst: 0 };
  const all = { outages, suspensions, snapshots: hasSnapshots ? snapshots : undefined, snapshotFirst };
  return { lags, replicaFor, snapshotShows, ...(isPeaceful ? none : all) };
}

function some<T>(dice: Dice, draw: () => T): readonly T[] {
  return Array.from({ length: dice.int(1, 2) }, draw);
}

function drawInterruption(dice: Dice): Interruption {
  const since = dice.pick(['plan', 'rebuild', 'rebuild'] as const);
  return {
    since,
    count: dice.int(1, 4),
    delayMs:
      since === 'plan'
        ? dice.int(0, 60_000 * dice.pick([1, 10, 40]))
        : dice.int(0, dice.pick([2_000, 90_000])),
    forMs: dice.pick([dice.int(1, 20_000), 60_000, dice.int(60_000, 400_000), dice.int(400_000, 2_400_000)])
  };
}

function drawOutage(dice: Dice): Outage {
  const hits = dice.pick(['all', 'all', 'reads', 'writes'] as const);
  return { ...drawInterruption(dice), hits, answerMs: dice.pick([0, 0, 3_000, 20_000]) };
}

/** The interruptions of one kind, as moments of a run come. */
export class Interruptions<T extends Interruption> {
  readonly #drawn: readonly T[];
  #rebuilds = 0;
  #open: { readonly fromMs: number; readonly toMs: number; readonly what: T }[] = [];

  constructor(drawn: readonly T[]) {
    this.#drawn = drawn;
  }

  /** The plan of a run stands. */
  planned(nowMs: number): void {
    this.#rebuilds = 0;
    this.#begin('plan', nowMs);
  }

  /** A rebuild leaves. */
  rebuilt(nowMs: number): void {
    this.#rebuilds += 1;
    this.#begin('rebuild', nowMs);
  }

  /** No more of them, as between two runs. */
  end(): void {
    this.#open = [];
  }

  /** The one that goes on at a moment, and when it is over. */
  at(nowMs: number): { readonly toMs: number; readonly what: T } | undefined {
    return this.#open.find(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs);
  }

  #begin(since: Interruption['since'], nowMs: number): void {
    for (const what of this.#drawn) {
      if (what.since !== since || (since === 'rebuild' && what.count !== this.#rebuilds)) continue;
      const fromMs = nowMs + what.delayMs;
      this.#open.push({ fromMs, toMs: fromMs + what.forMs, what });
    }
  }
}
