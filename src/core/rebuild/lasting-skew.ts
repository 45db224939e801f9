/** When reads that are refused for the time of their signature are given up. */
import type { CallFailure } from '../model/failure.ts';
import type { RebuildState } from './rebuild-state.ts';

/** For how long the service may refuse all reads as signed at another time than its own, in milliseconds. */
const skewedMs = 60_000;

/**
 * Whether reads have been refused as skewed for so long that waiting cannot help. Each call sets its clock by the
 * service's, so that it is no clock that differs but the session of a temporary key that has ended.
 */
export function hasStayedSkewed(before: RebuildState, failure: CallFailure, atMs: number): boolean {
  const { last, phases, lastFailure, stretchSinceMs } = before;
  const isAgain = stretchSinceMs === undefined && lastFailure?.kind === 'skewed';
  const sinceMs = Math.max(last?.answeredAtMs ?? 0, phases[0]?.fromMs ?? 0);
  return failure.kind === 'skewed' && isAgain && atMs - sinceMs >= skewedMs;
}
