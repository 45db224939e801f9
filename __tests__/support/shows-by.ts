/** What of a rebuild is to be seen by a moment, for tests that excuse only what no observation can tell. */
import type { RebuildRecord } from '../../emulator/http/records.ts';
import type { Behaviour } from '../../emulator/world/behaviour.ts';

/** Who observes. Times are milliseconds. */
export interface Observer {
  /** Whether it knows the previous disk, as the run does that has sent the rebuild. */
  readonly knowsDisk: boolean;
  /** Whether the image of the rebuild is another than before. */
  readonly isOtherImage: boolean;
  /** Nothing can be observed until then. */
  readonly blindUntilMs: number;
}

/** How old an observation may be when a rebuild leaves, in milliseconds, with what it takes to be sent. */
export const freshMs = 11_000;

/** Whether status, disk or image have shown anything of the rebuild by then, on the slowest replica too. */
export function showsBy(
  service: Behaviour,
  { acceptedAtMs, startsAtMs, endsAtMs }: RebuildRecord,
  { knowsDisk, isOtherImage, blindUntilMs }: Observer,
  atMs: number
): boolean {
  const moments = { accept: acceptedAtMs, start: startsAtMs, end: endsAtMs };
  // A status that shows only while nothing can be observed is not seen.
  const seenMs = Math.max(startsAtMs, blindUntilMs);
  const hasStatus = service.statuses.length > 0 || service.diskStatusDuringRebuild === 'Creating';
  const isDiskTold = knowsDisk && service.diskReplaced !== 'unchanged';
  const shown = Math.min(
    ...(hasStatus && seenMs < endsAtMs ? [seenMs] : []),
    ...(isDiskTold ? [moments[service.diskChanges]] : []),
    ...(isOtherImage ? [moments[service.imageIdFlips]] : [])
  );
  return shown + service.replicaLagMs <= atMs;
}
