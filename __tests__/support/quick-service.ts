/** Services that are three to five times as fast as the usual ones, so that a run makes as many fewer calls. */
import { behaviourValues, conditionValues } from '../../emulator/world/behaviour.ts';
import type { Behaviour } from '../../emulator/world/switches.ts';

/** A `timeout` of a fifth of the usual one, and with it what is measured by it: a search of 60 s, a rest of 24 s. */
export const quickTimeoutMs = 240_000;

/**
 * How long a rebuild takes on it where a test does not care, in milliseconds: beyond a rest and the 30 s after which a
 * change is late, and within a search.
 */
export const quickRebuildMs = 38_000;

/** The `timeout` of runs with `quickValues`, with a search of 100 s and a rest of 40 s: a late start fits into it. */
export const variedTimeoutMs = 400_000;

/** An outage or a suspension that is longer than such a search, in milliseconds. */
export const longerThanSearchMs = 120_000;

/**
 * All values of the switches, with shorter durations. Each is still on the same side of the search and of the rest, of
 * the 30 s after which a first status is late, and of the 60 s of a boot and of a lasting skew: a start that is late but
 * within a rest, or beyond a rest and within a search; a rebuild beyond a rest and within a search, or beyond a search
 * and within `timeout`; a power-on and a short snapshot within a rest, and a snapshot that takes as long as a search.
 */
export const quickValues = {
  ...behaviourValues,
  staleRunningMs: [7_000, 0, 35_000, 65_000],
  rebuildMs: [62_000, 20_000, 120_000],
  powerMs: [20_000, 0, 30_000],
  replicas: conditionValues.replicas,
  replicaFor: conditionValues.replicaFor,
  snapshotEveryMs: [0, 200_000],
  snapshotMs: [30_000, 100_000],
  snapshotShowsProcessing: conditionValues.snapshotShowsProcessing
} as const satisfies { readonly [K in keyof Behaviour]?: readonly Behaviour[K][] };
