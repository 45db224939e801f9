/** How the service of one case behaves: what nobody knows of the live one, drawn at random. */
import type { Dice } from './dice.ts';

/** The same for all instances of a case; times are milliseconds. */
export interface ServiceBehaviour {
  /** For how long after the acceptance the old status is still shown. */
  readonly staleMs: number;
  /** The statuses of a rebuild, in equal shares; none means that the old one never leaves. */
  readonly statuses: readonly string[];
  readonly imageFlips: 'accept' | 'start' | 'end';
  readonly diskReplaced: 'newId' | 'newCreateTime' | 'unchanged';
  readonly diskChanges: 'accept' | 'start' | 'end';
  readonly diskShowsCreating: boolean;
  /** What an instance that was Stopped is after its rebuild. */
  readonly stoppedEnds: 'Running' | 'Stopped';
  /** A rebuild of one that is busy. */
  readonly second: 'refused' | 'queued';
  /**
   * A batch with one that is busy: nothing is done; or the others are rebuilt, and the answer says so or is a refusal.
   */
  readonly batch: 'none' | 'othersAccepted' | 'othersRefused';
  readonly powerMs: number;
  readonly imageMs: number;
  readonly imageShows: boolean;
  /** For how long reads still show the previous weight. */
  readonly weightShowsMs: number;
  /** For how long a pool refuses the next change. */
  readonly poolBusyMs: number;
}

const statuses = [
  ['Starting'],
  ['Stopping', 'Stopped', 'Starting'],
  ['ImageProcessing', 'Starting'],
  ['SnapshotProcessing'],
  ['Rebuilding']
] as const;

/** Draws a behaviour. */
export function drawBehaviour(dice: Dice): ServiceBehaviour {
  const moments = ['start', 'accept', 'end'] as const;
  return {
    // Shorter than the post step watches and than a lost answer is searched for: beyond that nobody can tell.
    staleMs: dice.pick([0, 7_000, 7_000, dice.int(1_000, 45_000), dice.int(45_000, 120_000)]),
    statuses: dice.chance(0.1) ? [] : dice.pick(statuses),
    imageFlips: dice.pick(moments),
    diskReplaced: dice.pick(['newId', 'newCreateTime', 'unchanged']),
    diskChanges: dice.pick(moments),
    diskShowsCreating: dice.chance(0.3),
    stoppedEnds: dice.pick(['Running', 'Running', 'Stopped']),
    second: dice.pick(['refused', 'queued']),
    batch: dice.pick(['none', 'othersAccepted', 'othersRefused']),
    powerMs: dice.pick([0, 20_000, 60_000]),
    imageMs: dice.pick([10_000, 120_000]),
    imageShows: dice.chance(0.6),
    weightShowsMs: dice.pick([0, 0, 5_000]),
    poolBusyMs: dice.pick([0, 0, 2_000, 5_000])
  };
}

/** What becomes of one rebuild. */
export interface RebuildOutcome {
  /** `nothing`: accepted, and never carried out; `stuck`: begun, and never over. */
  readonly ends: 'succeeded' | 'error' | 'wrongImage' | 'stuck' | 'nothing';
  readonly workMs: number;
  /** A snapshot that is taken after the acceptance, and that the work waits for. */
  readonly snapshot?: { readonly afterMs: number; readonly lastsMs: number; readonly shows: boolean };
}

/** How often rebuilds go wrong in a case, and how long they take. */
export interface FailureOdds {
  readonly bad: number;
  readonly workMs: readonly [number, number];
}

/** Draws the outcome of a rebuild. */
export function drawOutcome(dice: Dice, odds: FailureOdds, behaviour: ServiceBehaviour): RebuildOutcome {
  const workMs = dice.int(...odds.workMs);
  if (!dice.chance(odds.bad)) return { ends: 'succeeded', workMs };
  const ends = dice.pick(['error', 'error', 'wrongImage', 'stuck', 'nothing'] as const);
  // One that is stuck and shows Running on the image is like one that is done, for all that anybody can see.
  return { ends: ends === 'stuck' && behaviour.statuses.length === 0 ? 'error' : ends, workMs };
}
