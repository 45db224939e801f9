/** When reads that are refused for the time of their signature are given up. */
import type { CallFailure } from '../model/failure.ts';
import type { RebuildState } from './rebuild-state.ts';

/**
 * For how long the service may refuse all reads as signed at another time than its own, in milliseconds. Each call sets
 * its clock by the service's, so that it is no clock that differs but the session of a temporary key that has ended.
 */
export const skewedMs = 60_000;

/** Since when every read was refused as skewed, this one included; `undefined` where it failed for another reason. */
export function skewedSince(before: RebuildState, failure: CallFailure, atMs: number): number | undefined {
  if (failure.kind !== 'skewed') return undefined;
  const hasSucceeded = before.stretchSinceMs !== undefined;
  return hasSucceeded ? atMs : (before.skewedSinceMs ?? atMs);
}
