import { createHash } from 'node:crypto';
import type { Behaviour } from '../world/behaviour.ts';
import type { Replayed } from '../world/replay.ts';

/** The times of a rebuild, in ms since the epoch; Infinity means never. */
export interface RebuildTimeline {
  readonly acceptedAtMs: number;
  /** When the old status is no longer shown and the work begins. */
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** The statuses and when each is first shown, including the final one. */
  readonly statuses: readonly { readonly atMs: number; readonly status: string }[];
  readonly imageAtMs: number;
  readonly diskAtMs: number;
  /** When the disk first shows that it is being replaced. */
  readonly diskBusyAtMs: number;
}

/** Faults that change a timeline. */
export interface TimelineFaults {
  /** The rebuild shows this status from its start, and never ends. */
  readonly stuck?: string;
  /** The rebuild shows this status instead of the usual ones. */
  readonly unknownStatus?: string;
}

/** How long a rebuild of an instance takes: constant for one instance, evenly distributed over many. */
export function ownRebuildMs(
  instanceId: string,
  { rebuildMs, rebuildSpread }: Pick<Behaviour, 'rebuildMs' | 'rebuildSpread'>
): number {
  const share = createHash('sha256').update(instanceId).digest().readUInt32BE(0) / 2 ** 32;
  return Math.round(rebuildMs * (1 + rebuildSpread * (2 * share - 1)));
}

/** The timeline of a rebuild. At `notBeforeMs` the instance is no longer busy; `finalStatus` is shown at the end. */
export function rebuildTimeline(
  acceptedAtMs: number,
  notBeforeMs: number,
  finalStatus: string,
  behaviour: Behaviour,
  faults: TimelineFaults = {}
): RebuildTimeline {
  const startsAtMs = Math.max(acceptedAtMs + behaviour.staleRunningMs, notBeforeMs);
  const endsAtMs = faults.stuck === undefined ? startsAtMs + behaviour.rebuildMs : Number.POSITIVE_INFINITY;
  const when = { accept: acceptedAtMs, start: startsAtMs, end: endsAtMs };
  const diskAtMs = when[behaviour.diskChanges];
  return {
    acceptedAtMs,
    startsAtMs,
    endsAtMs,
    statuses: [...shownStatuses(startsAtMs, behaviour, faults), { atMs: endsAtMs, status: finalStatus }],
    imageAtMs: when[behaviour.imageIdFlips],
    diskAtMs,
    diskBusyAtMs: Math.min(diskAtMs, startsAtMs)
  };
}

/** The timeline of a recorded rebuild. If the recording shows no status or no end, neither does the replay. */
export function replayedTimeline(acceptedAtMs: number, replayed: Replayed): RebuildTimeline {
  const statuses = replayed.statuses.map(({ afterMs, status }) => ({ atMs: acceptedAtMs + afterMs, status }));
  const startsAtMs = statuses[0]?.atMs ?? Number.POSITIVE_INFINITY;
  return {
    acceptedAtMs,
    startsAtMs,
    endsAtMs: statuses.at(-1)?.atMs ?? Number.POSITIVE_INFINITY,
    statuses,
    imageAtMs: acceptedAtMs + replayed.imageAfterMs,
    diskAtMs: startsAtMs,
    diskBusyAtMs: startsAtMs
  };
}

function shownStatuses(startsAtMs: number, behaviour: Behaviour, faults: TimelineFaults) {
  const only = faults.stuck ?? faults.unknownStatus;
  const names = only === undefined ? behaviour.statuses : [only];
  const share = behaviour.rebuildMs / Math.max(names.length, 1);
  return names.map((status, index) => ({ atMs: startsAtMs + index * share, status }));
}
