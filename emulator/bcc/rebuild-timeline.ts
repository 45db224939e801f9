import { createHash } from 'node:crypto';
import type { Behaviour } from '../world/behaviour.ts';
import type { Replayed } from '../world/replay.ts';

/** When a rebuild does what; all times in ms since the epoch, Infinity means never. */
export interface RebuildTimeline {
  readonly acceptedAtMs: number;
  /** The old status has gone, the work begins. */
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** Statuses to be shown from these times on, the last one included. */
  readonly statuses: readonly { readonly atMs: number; readonly status: string }[];
  readonly imageAtMs: number;
  readonly diskAtMs: number;
  /** From when on the disk shows that it is being replaced. */
  readonly diskBusyAtMs: number;
}

/** What bends a rebuild out of shape. */
export interface Distortion {
  /** Shows this status from the start on, and never ends. */
  readonly stuck?: string;
  /** Shows this status instead of the usual ones. */
  readonly unknownStatus?: string;
}

/** How long a rebuild of this instance takes: always the same, and spread evenly over all instances. */
export function ownRebuildMs(
  instanceId: string,
  { rebuildMs, rebuildSpread }: Pick<Behaviour, 'rebuildMs' | 'rebuildSpread'>
): number {
  const share = createHash('sha256').update(instanceId).digest().readUInt32BE(0) / 2 ** 32;
  return Math.round(rebuildMs * (1 + rebuildSpread * (2 * share - 1)));
}

/** Lays out a rebuild. `notBeforeMs` is when the instance is free; `finalStatus` what it ends in. */
export function rebuildTimeline(
  acceptedAtMs: number,
  notBeforeMs: number,
  finalStatus: string,
  behaviour: Behaviour,
  distortion: Distortion = {}
): RebuildTimeline {
  const startsAtMs = Math.max(acceptedAtMs + behaviour.staleRunningMs, notBeforeMs);
  const endsAtMs =
    distortion.stuck === undefined ? startsAtMs + behaviour.rebuildMs : Number.POSITIVE_INFINITY;
  const when = { accept: acceptedAtMs, start: startsAtMs, end: endsAtMs };
  const diskAtMs = when[behaviour.diskChanges];
  return {
    acceptedAtMs,
    startsAtMs,
    endsAtMs,
    statuses: [...shownStatuses(startsAtMs, behaviour, distortion), { atMs: endsAtMs, status: finalStatus }],
    imageAtMs: when[behaviour.imageIdFlips],
    diskAtMs,
    diskBusyAtMs: Math.min(diskAtMs, startsAtMs)
  };
}

/** Lays out a rebuild as a real one was seen to go. One that never showed anything, or never ended, does so here. */
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

function shownStatuses(startsAtMs: number, behaviour: Behaviour, distortion: Distortion) {
  const only = distortion.stuck ?? distortion.unknownStatus;
  const names = only === undefined ? behaviour.statuses : [only];
  const share = behaviour.rebuildMs / Math.max(names.length, 1);
  return names.map((status, index) => ({ atMs: startsAtMs + index * share, status }));
}
