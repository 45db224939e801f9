/**
 * What the observations prove. The service gives no task id, an instance reads `Running` for a while after a rebuild
 * is accepted, and nobody knows whether `imageId` changes at the beginning or at the end. So no single reading
 * proves anything; these rules say what a series of them does.
 */

import { isProcessing, isSettled, mayShowRebuild, statusKind } from '../model/bcc-status.ts';
import type { SystemDisk } from '../model/instance.ts';
import type { Change, Evidence, Observation, RebuildState } from './rebuild-state.ts';

/**
 * How long after the answer a thing must still have been the old one, in milliseconds, for its change to be the
 * work of the rebuild rather than a record that is written on acceptance.
 */
export const lateMs = 30_000;

type Writable = { -readonly [K in keyof Evidence]: Evidence[K] };

/** The evidence after one more observation. */
export function gatherEvidence(rebuild: RebuildState, observation: Observation): Evidence {
  const { reference, evidence, task } = rebuild;
  if (reference === undefined) return evidence;
  const { answeredAtMs } = observation;
  const next: Writable = { ...evidence };
  const isAtRest = isSettled(observation.instance.status) && !isDiskAtWork(rebuild, observation);
  if (!isAtRest || isOtherNow(reference, observation)) next.disturbedAtMs ??= answeredAtMs;
  noteProcessing(rebuild, observation, next);
  if (hasLeft(reference, observation)) next.leftAtMs ??= answeredAtMs;
  if (contradicts(rebuild, reference, observation)) next.contradictedAtMs ??= answeredAtMs;
  if (reference.instance.imageId !== task.image.id) {
    next.image = changeAfter(evidence.image, observation.instance.imageId === task.image.id, observation);
  }
  if (reference.disk && observation.disk) {
    next.disk = changeAfter(evidence.disk, isNewDisk(reference.disk, observation.disk), observation);
  }
  return next;
}

function changeAfter(before: Change | undefined, isNew: boolean, observation: Observation): Change {
  if (before?.atMs !== undefined) return before;
  return isNew ? { ...before, atMs: observation.answeredAtMs } : { oldAtMs: observation.atMs };
}

/** Whether a disk is shown that is not in use: it may be all that is seen of a rebuild. */
function isDiskAtWork(rebuild: RebuildState, observation: Observation): boolean {
  return observation.disk !== null && diskReadiness(rebuild, observation) === 'unsettled';
}

/** Of several snapshots only the last counts, as long as none of them has turned out to be the rebuild. */
function noteProcessing(
  rebuild: RebuildState,
  { atMs, answeredAtMs, instance }: Observation,
  next: Writable
): void {
  const { processingAtMs, processedAtMs } = next;
  if (isProcessing(instance.status)) {
    const isAnother = processedAtMs !== undefined && !hasDeparted(rebuild);
    if (processingAtMs !== undefined && !isAnother) return;
    next.processingAtMs = answeredAtMs;
    next.processedAtMs = undefined;
  } else if (processingAtMs !== undefined && isSettled(instance.status)) next.processedAtMs ??= atMs;
}

/**
 * Whether the status is no longer the one before. A status of another operation than a rebuild is not counted: it
 * shows that somebody is at work, not that it is this rebuild. The status of a snapshot or an image is counted apart.
 */
function hasLeft(reference: Observation, observation: Observation): boolean {
  const { status } = observation.instance;
  if (!isSettled(status)) return mayShowRebuild(status);
  return isSettled(reference.instance.status) && status !== reference.instance.status;
}

/** What no rebuild does: Running again and then not, or the old image or disk again after the new one. */
function contradicts(rebuild: RebuildState, reference: Observation, observation: Observation): boolean {
  const { last, evidence, history } = rebuild;
  if (last === undefined) return false;
  const wasBack = evidence.leftAtMs !== undefined && statusKind(last.instance.status) === 'up';
  if (wasBack && !isSettled(observation.instance.status)) return true;
  const { imageId } = observation.instance;
  if (imageId !== last.instance.imageId) {
    const since = history.filter(({ atMs }) => atMs > reference.answeredAtMs);
    if ([reference.instance, ...since].some((seen) => seen.imageId === imageId)) return true;
  }
  if (evidence.disk?.atMs === undefined || !reference.disk || !observation.disk) return false;
  return !isOtherDisk(reference.disk, observation.disk);
}

/** Whether image or disk are others than before, be it the wanted ones or not. */
export function isOtherNow(reference: Observation, { instance, disk }: Observation): boolean {
  return isOtherDisk(reference.disk, disk) || reference.instance.imageId !== instance.imageId;
}

/**
 * Whether both are known and differ. A fallen `snapshotNum` is left out: a rebuild deletes the snapshots, but so does
 * a retention rule, and on a rebuild to the same image that would make a success of nothing.
 */
export function isOtherDisk(before: Observation['disk'], now: Observation['disk']): boolean {
  if (!before || !now) return false;
  return before.id !== now.id || before.createTime !== now.createTime;
}

/** The same, as a proof: a date that only one of them tells keeps from erasing again, and proves nothing. */
function isNewDisk(before: SystemDisk, now: SystemDisk): boolean {
  const areDated = before.createTime !== '' && now.createTime !== '';
  return before.id !== now.id || (areDated && before.createTime !== now.createTime);
}

/** Whether the observations show that the rebuild has started. */
export function hasStarted(rebuild: RebuildState): boolean {
  return rebuild.evidence.leftAtMs !== undefined || isReplaced(rebuild);
}

/**
 * Whether the instance was seen to leave its settled status because of the rebuild. A snapshot's or an image's
 * processing counts only where image or disk changed during it, and the old one had been seen since the rebuild was
 * accepted: otherwise it may be a scheduled snapshot, and the change a record written on acceptance, or the beginning
 * of a rebuild that shows in no status.
 */
export function hasDeparted(rebuild: RebuildState): boolean {
  const { leftAtMs, processingAtMs, processedAtMs, image, disk } = rebuild.evidence;
  if (leftAtMs !== undefined) return true;
  if (processingAtMs === undefined) return false;
  return [image, disk].some(({ atMs, oldAtMs }: Change = {}) => {
    if (atMs === undefined || atMs < processingAtMs) return false;
    return oldAtMs === undefined ? rebuild.adopted : processedAtMs === undefined || oldAtMs < processedAtMs;
  });
}

/** Whether image or disk have changed, which nothing but a rebuild does. */
export function isReplaced({ evidence: { image, disk } }: RebuildState): boolean {
  return [image, disk].some((change) => change?.atMs !== undefined);
}

/**
 * Whether it was rebuilt since this run first saw it, by somebody else: also where it was `Stopped` then, which is a
 * station of a rebuild, and where what was seen next was on the wanted image already.
 */
export function wasRebuiltByOthers(rebuild: RebuildState): boolean {
  const { adopted, history, last, task } = rebuild;
  if (!adopted) return false;
  const cameToTarget = last?.instance.imageId === task.image.id && history[0]?.imageId !== task.image.id;
  return isReplaced(rebuild) || cameToTarget;
}

/**
 * Whether image or disk changed well after the answer, having been seen unchanged until then. Only such a change
 * tells of work done; one that is there from the first observation on may have been written on acceptance.
 */
export function changedLate({ evidence: { image, disk }, referenceAtMs }: RebuildState): boolean {
  if (referenceAtMs === undefined) return false;
  return [image, disk].some(
    ({ atMs, oldAtMs }: Change = {}) =>
      atMs !== undefined && oldAtMs !== undefined && oldAtMs - referenceAtMs >= lateMs
  );
}

/**
 * The disk costs a call of its own, so it is asked for only where it tells more than status and image do: while
 * the status has not left and the image cannot show a change, or has shown it too early.
 */
export function needsDisk(rebuild: RebuildState): boolean {
  if (rebuild.streak?.observations === 0) return true;
  if (hasDeparted(rebuild) || changedLate(rebuild)) return false;
  return (
    rebuild.reference?.instance.imageId === rebuild.task.image.id ||
    rebuild.evidence.image?.atMs !== undefined
  );
}

/**
 * From when on a system must have been booted to be the new one, in milliseconds on the monotonic clock: when the
 * service said that it took the rebuild, or when the call whose answer was lost was sent, or when this run first saw a
 * rebuild that somebody else had started.
 */
export function acceptedSinceMs(rebuild: RebuildState): number | undefined {
  const sent = rebuild.phases.findLast(({ phase }) => phase === 'sending');
  return rebuild.acceptedAtMs ?? (rebuild.sends > 0 ? sent?.fromMs : undefined) ?? rebuild.referenceAtMs;
}

/**
 * The state of the system disk in an observation; `unasked` where the observation left it out. Where the API shows no
 * system disk at all, neither before nor now, there is nothing to wait for. One without a status is settled only if it
 * had none before either.
 */
export function diskReadiness(
  rebuild: RebuildState,
  observation: Observation
): 'settled' | 'unsettled' | 'unasked' {
  if (observation.disk === undefined) return 'unasked';
  if (observation.disk === null) return rebuild.reference?.disk ? 'unsettled' : 'settled';
  const { status } = observation.disk;
  const lacksAsBefore = status === '' && (rebuild.reference?.disk?.status ?? '') === '';
  return lacksAsBefore || /^in[_-]?use$/i.test(status) ? 'settled' : 'unsettled';
}
