/** Rest and agreement: for how long the observations have shown the same, and when two of them are enough. */
import { statusKind } from '../model/bcc-status.ts';
import { diskReadiness, isOtherDisk, isOtherNow } from './evidence.ts';
import type { Disagreement, Observation, RebuildState, StableStreak } from './rebuild-state.ts';

/**
 * How long the instance must rest before an inference is drawn from its rest alone, in milliseconds: a tenth of
 * `timeout`, which is the user's own measure of how slow the service is; 2 minutes by default.
 */
export function quietMs(rebuild: RebuildState): number {
  return rebuild.task.timeoutMs / 10;
}

/** The streak of equal observations, with one more. A disk that is not settled starts it again. */
export function extendStreak(rebuild: RebuildState, observation: Observation): StableStreak {
  const { status, imageId } = observation.instance;
  const before = rebuild.streak;
  const settled = diskReadiness(rebuild, observation) !== 'unsettled';
  const disk = observation.disk ?? undefined;
  const isSame = before?.status === status && before.imageId === imageId && !isOtherDisk(before.disk, disk);
  if (before && isSame && settled && before.observations > 0) {
    return { ...before, ...(disk && { disk }), observations: before.observations + 1 };
  }
  const observations = settled ? 1 : 0;
  return { status, imageId, ...(disk && { disk }), sinceMs: observation.atMs, observations };
}

/** For how long all observations have shown the same without a gap between them, in milliseconds. */
export function restedMs({ last, streak, stretchSinceMs }: RebuildState): number {
  if (!last || !streak || streak.observations === 0 || stretchSinceMs === undefined) return 0;
  return last.atMs - Math.max(streak.sinceMs, stretchSinceMs);
}

/**
 * Whether the last observations all showed the same for as long as an inference from rest needs. `Stopped` needs a
 * quarter of `timeout`: it is also a station on the way of a rebuild, and may be a long one.
 */
export function isStable(rebuild: RebuildState): boolean {
  const isDown = rebuild.last !== undefined && statusKind(rebuild.last.instance.status) === 'down';
  const needMs = isDown ? rebuild.task.timeoutMs / 4 : quietMs(rebuild);
  return restedMs(rebuild) >= needMs;
}

/** Whether two observations before the send differ in what is decided by. */
export function differ(before: Observation, now: Observation): boolean {
  return before.instance.status !== now.instance.status || isOtherNow(before, now);
}

/** The disagreement before the send after one more observation; that of image or disk stays. */
export function disagreementAfter(
  { last, disagreement }: RebuildState,
  observation: Observation
): Disagreement | undefined {
  if (last === undefined || !differ(last, observation)) return disagreement;
  return last.instance.status === observation.instance.status ? 'record' : (disagreement ?? 'status');
}

/**
 * How far apart the two observations are that must agree before an erasing and before a skip, in milliseconds: an
 * interval, but within what a replica of the service may be behind.
 */
export function agreeMs(pollIntervalMs: number): number {
  return Math.max(2_000, Math.min(pollIntervalMs, 15_000));
}

/** How far apart the two observations of a proof are at least, in milliseconds: a short flap lies between them. */
export const confirmMs = 1_000;

/** Whether two observations agree, a second apart, the last on a fresh connection and with a settled disk. */
export function isConfirmed(rebuild: RebuildState): boolean {
  return agree(rebuild, confirmMs) && diskReadiness(rebuild, rebuild.last) === 'settled';
}

/** Whether two observations so far apart show the same, and the last was made on a fresh connection. */
export function agree(
  rebuild: RebuildState,
  apartMs: number
): rebuild is RebuildState & { readonly last: Observation } {
  const { last, streak } = rebuild;
  if (!last?.isFresh || !streak || streak.observations < 2) return false;
  return last.atMs - streak.sinceMs >= apartMs;
}
