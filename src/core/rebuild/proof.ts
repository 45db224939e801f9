/** When a rebuild is over. */
import { statusKind } from '../model/bcc-status.ts';
import { changedLate, hasDeparted } from './evidence.ts';
import type { RebuildState } from './rebuild-state.ts';
import { isStable, quietMs, restedMs } from './stable-streak.ts';

/**
 * How far a replica of the service may be behind, in milliseconds. An instance that is seen back sooner than this
 * after it was first seen to leave may be shown by such a replica as it was before it left.
 */
export function replicaLagMs(rebuild: RebuildState): number {
  return Math.min(15_000, quietMs(rebuild));
}

/**
 * Whether the rebuild is over, as far as one observation can tell; a second one must agree.
 *
 * Either the status was seen to leave and is back, for longer than a replica may be behind. It must rest as well where
 * its state had been seen before it left, where observations contradict each other, and where it is `Stopped`, which
 * is also a station on the way. After nothing but an image's processing it must rest for a quarter of `timeout`; after
 * nothing but a snapshot's, `timeout` must have passed, for a rebuild that shows in no status may begin when a
 * scheduled one ends. Or the status never left, image or disk changed late, and `timeout` has passed: nobody knows
 * whether such a change comes at the beginning of the work or at its end, and only after the longest time that the
 * user grants a rebuild it makes no difference.
 */
export function isOver(rebuild: RebuildState): boolean {
  const { last, evidence, task } = rebuild;
  if (!last || last.instance.imageId !== task.image.id) return false;
  const kind = statusKind(last.instance.status);
  if (kind !== 'up' && kind !== 'down') return false;
  if (evidence.leftAtMs !== undefined) {
    const mustRest = kind === 'down' || evidence.contradictedAtMs !== undefined || wasSeenBefore(rebuild);
    return last.atMs >= evidence.leftAtMs + replicaLagMs(rebuild) && (!mustRest || isStable(rebuild));
  }
  if (hasDeparted(rebuild) && wasImageMade(rebuild)) return restedMs(rebuild) >= task.timeoutMs / 4;
  if (hasDeparted(rebuild)) return isStable(rebuild) && last.atMs >= rebuild.deadlineMs;
  return changedLate(rebuild) && isStable(rebuild) && last.atMs >= rebuild.deadlineMs;
}

/** Whether the state of now, status and image together, was seen before another one came in between. */
function wasSeenBefore({ history }: RebuildState): boolean {
  const now = history.at(-1);
  return history.slice(0, -1).some((seen) => seen.status === now?.status && seen.imageId === now.imageId);
}

/** Whether `ImageProcessing` was seen, which no schedule shows. */
function wasImageMade({ history }: RebuildState): boolean {
  return history.some(({ status }) => status === 'ImageProcessing');
}
