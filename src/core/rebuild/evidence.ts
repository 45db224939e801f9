/**
 * What the looks prove. The service gives no task id, an instance reads `Running` for a while after a rebuild
 * is accepted, and nobody knows whether `imageId` changes at the beginning or at the end. So no single reading
 * proves anything; these rules say what a series of them does.
 */
import { isSettled, type SystemDisk, statusKind } from '../model/instance.ts';
import type { Evidence, Observation, RebuildState, StableStreak } from './rebuild-state.ts';

/**
 * How long after the answer a thing must still have been the old one, in milliseconds, for its change to be the
 * work of the rebuild rather than a record that is written on acceptance.
 */
export const lateMs = 30_000;

/**
 * How long the instance must rest before an inference is drawn from its rest alone, in milliseconds: a tenth of
 * `timeout`, which is the user's own measure of how slow the service is; 2 minutes by default.
 */
export function quietMs(rebuild: RebuildState): number {
  return rebuild.task.timeoutMs / 10;
}

/** The marks after one more look. */
export function gatherEvidence(rebuild: RebuildState, observation: Observation): Evidence {
  const { reference, evidence, task } = rebuild;
  if (reference === undefined) return evidence;
  const atMs = observation.atMs;
  const next: { -readonly [K in keyof Evidence]: Evidence[K] } = { ...evidence };
  if (!isSettled(observation.instance.status) || isOtherNow(reference, observation))
    next.disturbedAtMs ??= atMs;
  if (hasLeft(rebuild, reference, observation)) next.leftAtMs ??= atMs;
  if (reference.instance.imageId !== task.image.id && next.imageAtMs === undefined) {
    if (observation.instance.imageId === task.image.id) next.imageAtMs = atMs;
    else next.imageOldAtMs = atMs;
  }
  if (reference.disk && observation.disk && next.diskAtMs === undefined) {
    if (isOtherDisk(reference.disk, observation.disk)) next.diskAtMs = atMs;
    else next.diskOldAtMs = atMs;
  }
  return next;
}

/**
 * Whether the status is no longer the one before. A status of another operation than a rebuild is not counted:
 * it shows that somebody is at work, not that it is this rebuild. Neither is that of a backup where nothing but
 * the status could tell: no answer came, and the image stays the same.
 */
function hasLeft(rebuild: RebuildState, reference: Observation, observation: Observation): boolean {
  const { status } = observation.instance;
  const kind = statusKind(status);
  if (kind === 'foreign') return false;
  if (kind === 'unknown') return true;
  if (kind === 'moving') {
    const onlyStatusTells = !rebuild.answered && reference.instance.imageId === rebuild.task.image.id;
    return !(onlyStatusTells && !rebuild.adopted && backups.has(status));
  }
  return isSettled(reference.instance.status) && status !== reference.instance.status;
}

/** Whether image or disk are others than before, be it the wanted ones or not. */
function isOtherNow(reference: Observation, { instance, disk }: Observation): boolean {
  const isOther = reference.disk && disk ? isOtherDisk(reference.disk, disk) : false;
  return isOther || reference.instance.imageId !== instance.imageId;
}

/** What an instance also reads while an image or a snapshot is made of it, by a schedule for one. */
const backups: ReadonlySet<string> = new Set(['ImageProcessing', 'SnapshotProcessing']);

/**
 * A fallen `snapshotNum` is left out: a rebuild deletes the snapshots, but so does a retention rule, and on a
 * rebuild to the same image that would make a green of nothing.
 */
function isOtherDisk(before: SystemDisk, now: SystemDisk): boolean {
  return before.id !== now.id || before.createTime !== now.createTime;
}

/** Whether the looks show that the rebuild has begun. */
export function hasStarted(rebuild: RebuildState): boolean {
  const { leftAtMs, imageAtMs, diskAtMs } = rebuild.evidence;
  return leftAtMs !== undefined || imageAtMs !== undefined || diskAtMs !== undefined;
}

/** Whether image or disk have changed, which nothing but a rebuild does. */
export function isReplaced(rebuild: RebuildState): boolean {
  return rebuild.evidence.imageAtMs !== undefined || rebuild.evidence.diskAtMs !== undefined;
}

/**
 * Whether image or disk changed well after the answer, having been seen unchanged until then. Only such a change
 * tells of work done; one that is there from the first look on may have been written on acceptance.
 */
export function changedLate(rebuild: RebuildState): boolean {
  const { imageAtMs, imageOldAtMs, diskAtMs, diskOldAtMs } = rebuild.evidence;
  const since = rebuild.referenceAtMs ?? Number.POSITIVE_INFINITY;
  const isLate = (at: number | undefined, old: number | undefined): boolean =>
    at !== undefined && old !== undefined && old - since >= lateMs;
  return isLate(imageAtMs, imageOldAtMs) || isLate(diskAtMs, diskOldAtMs);
}

/** The streak of equal looks, with one more look added. A disk that is not settled begins it anew. */
export function extendStreak(rebuild: RebuildState, observation: Observation): StableStreak {
  const { status, imageId } = observation.instance;
  const before = rebuild.streak;
  const settled = diskReadiness(rebuild, observation) !== 'unsettled';
  if (
    before &&
    settled &&
    before.observations > 0 &&
    before.status === status &&
    before.imageId === imageId
  ) {
    return { ...before, observations: before.observations + 1 };
  }
  return { status, imageId, sinceMs: observation.atMs, observations: settled ? 1 : 0 };
}

/**
 * Whether the last looks all showed the same for as long as an inference from rest needs. `Stopped` needs a
 * quarter of `timeout`: it is also a station on the way of a rebuild, and may be a long one.
 */
export function isStable(rebuild: RebuildState): boolean {
  const { last, streak } = rebuild;
  if (!last || !streak || streak.observations === 0) return false;
  const isDown = statusKind(last.instance.status) === 'down';
  const needMs = isDown ? rebuild.task.timeoutMs / 4 : quietMs(rebuild);
  return last.atMs - streak.sinceMs >= needMs;
}

/**
 * The state of the system disk in a look; `unasked` where the look left it out. Where the API shows no system
 * disk at all, neither before nor now, there is nothing to wait for.
 */
export function diskReadiness(
  rebuild: RebuildState,
  observation: Observation
): 'settled' | 'unsettled' | 'unasked' {
  if (observation.disk === undefined) return 'unasked';
  if (observation.disk === null) return rebuild.reference?.disk ? 'unsettled' : 'settled';
  return /^in_?use$/i.test(observation.disk.status) ? 'settled' : 'unsettled';
}

/**
 * Whether the rebuild is over, as far as one look can tell; a second one must agree.
 *
 * Either the status was seen away and is back; `Stopped` is also a station on the way, so it must rest as well.
 * Or the status never left, image or disk changed late, and `timeout` has passed: nobody knows whether such a
 * change comes at the beginning of the work or at its end, and only after the longest time that the user grants
 * a rebuild it makes no difference.
 */
export function isOver(rebuild: RebuildState): boolean {
  const { last, evidence, task } = rebuild;
  if (!last || last.instance.imageId !== task.image.id) return false;
  const kind = statusKind(last.instance.status);
  if (kind !== 'up' && kind !== 'down') return false;
  if (evidence.leftAtMs !== undefined) return kind === 'up' || isStable(rebuild);
  return changedLate(rebuild) && isStable(rebuild) && last.atMs >= rebuild.deadlineMs;
}

/** Whether two looks in a row agree and the disk is settled in the last. */
export function isConfirmed(rebuild: RebuildState): boolean {
  const { last, streak } = rebuild;
  return !!last && !!streak && streak.observations >= 2 && diskReadiness(rebuild, last) === 'settled';
}

/**
 * The disk costs a call of its own, so it is asked for only where it tells more than status and image do: while
 * the status has not left and the image cannot show a change, or has shown it too early.
 */
export function needsDisk(rebuild: RebuildState): boolean {
  if (rebuild.streak?.observations === 0) return true;
  if (rebuild.evidence.leftAtMs !== undefined || changedLate(rebuild)) return false;
  return (
    rebuild.reference?.instance.imageId === rebuild.task.image.id || rebuild.evidence.imageAtMs !== undefined
  );
}

/**
 * From when on a system must have been booted to be the new one, in milliseconds on the monotonic clock: when the service
 * said that it took the rebuild, or when the call whose answer was lost was sent, or when this run first saw a rebuild
 * that somebody else had begun.
 */
export function acceptedSinceMs(rebuild: RebuildState): number | undefined {
  if (rebuild.answered && rebuild.acceptedAtMs !== undefined) return rebuild.acceptedAtMs;
  const sent = rebuild.phases.findLast(({ phase }) => phase === 'sending');
  return (rebuild.sends > 0 ? sent?.fromMs : undefined) ?? rebuild.referenceAtMs;
}
