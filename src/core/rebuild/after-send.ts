/** The rules after the rebuild was sent: has it started, is it over, did it end well. */
import { isSettled, statusKind } from '../model/instance.ts';
import { hasStarted, isConfirmed, isOver, isStable, needsDisk, quietMs } from './evidence.ts';
import type { Observation, RebuildState, Step } from './rebuild-state.ts';
import { end, enter, fail, finish, observeAgain, observeNext, send, startIt } from './transitions.ts';

/**
 * How long to look, after an answer was lost, before the rebuild may be sent once more, in milliseconds: a
 * minute, and no less than a quarter of `timeout`, for a service that is slow to rebuild may be slow to show it.
 */
export function searchMs(rebuild: RebuildState): number {
  return Math.max(60_000, rebuild.task.timeoutMs / 4);
}

/** How often a rebuild may be sent when answers are lost. */
const maxSends = 2;

/** How often a stopped instance is told to start. */
const maxStarts = 3;

/** One look while the answer of the send is lost. */
export function search(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.atMs;
  if (hasStarted(rebuild)) {
    const sends = Math.max(1, rebuild.sends);
    return watch({ ...rebuild, sends, inDoubt: false, acceptedAtMs: atMs }, observation);
  }
  if (statusKind(observation.instance.status) === 'gone') return watch(rebuild, observation);
  const looked = atMs - (rebuild.referenceAtMs ?? atMs) >= searchMs(rebuild);
  if (!looked || !isSettled(observation.instance.status)) {
    return atMs >= rebuild.deadlineMs
      ? fail(rebuild, { kind: 'unproven' }, atMs)
      : observeNext(rebuild, atMs, true);
  }
  if (rebuild.sends < maxSends && rebuild.evidence.disturbedAtMs === undefined) {
    return send({ ...rebuild, inDoubt: false }, observation);
  }
  return watch(enter({ ...rebuild, sends: Math.max(1, rebuild.sends) }, 'confirming', atMs), observation);
}

/** One look while the rebuild is accepted, or as good as that. */
export function watch(before: RebuildState, observation: Observation): Step {
  const atMs = observation.atMs;
  const started = hasStarted(before);
  const rebuild = started ? enter(before, 'rebuilding', atMs) : before;
  const { status, imageId, imageName } = observation.instance;
  if (endsTheWait(rebuild, status)) return fail(rebuild, { kind: 'status', status }, atMs);
  if (started && !rebuild.task.wait) return end(rebuild, { kind: 'started' }, atMs);
  if (isOver(rebuild)) return conclude(rebuild, observation);
  if (isOnWrongImage(rebuild, observation))
    return fail(rebuild, { kind: 'wrongImage', imageId, imageName }, atMs);
  return waitOn(rebuild, observation);
}

/** One look after an instance that is Stopped on the image was told to start. */
export function watchStart(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.atMs;
  const { status, imageId, imageName } = observation.instance;
  const kind = statusKind(status);
  if (endsTheWait(rebuild, status)) return fail(rebuild, { kind: 'status', status }, atMs);
  if (kind === 'up' && imageId === rebuild.task.image.id) return conclude(rebuild, observation);
  if (isOnWrongImage(rebuild, observation))
    return fail(rebuild, { kind: 'wrongImage', imageId, imageName }, atMs);
  const asked = rebuild.startAskedAtMs ?? atMs;
  const overdue = kind === 'down' && atMs - asked >= quietMs(rebuild) && rebuild.starts < maxStarts;
  return overdue ? startIt(rebuild, observation) : waitOn(rebuild, observation);
}

/** `Expired`, `Deleted`, `Recycled` and `Error`; but what was broken before reads `Error` until it is rebuilt. */
function endsTheWait(rebuild: RebuildState, status: string): boolean {
  const kind = statusKind(status);
  if (kind !== 'broken') return kind === 'gone';
  return rebuild.reference?.instance.status !== 'Error' || rebuild.evidence.leftAtMs !== undefined;
}

function conclude(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.atMs;
  // A disk that does not settle is waited for on the beat.
  if (rebuild.streak?.observations === 0) return waitOn(rebuild, observation);
  if (!isConfirmed(rebuild)) return observeAgain(rebuild, atMs);
  return statusKind(observation.instance.status) === 'up'
    ? finish(rebuild, atMs)
    : startIt(rebuild, observation);
}

/**
 * Up for long after the status had left, and not on the image: it ended, and not well. Where the status has not
 * left, the other image may be a record that is written on acceptance, and the work still to come.
 */
function isOnWrongImage(rebuild: RebuildState, observation: Observation): boolean {
  const { imageId, status } = observation.instance;
  if (imageId === rebuild.task.image.id || statusKind(status) !== 'up' || !isStable(rebuild)) return false;
  if (rebuild.evidence.leftAtMs !== undefined) return true;
  return imageId !== rebuild.reference?.instance.imageId && observation.atMs >= rebuild.deadlineMs;
}

function waitOn(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.atMs;
  if (atMs < rebuild.deadlineMs) return observeNext(rebuild, atMs, needsDisk(rebuild));
  const { status } = observation.instance;
  // A record that changed although the instance never left its status may be one that is written on acceptance.
  const inTheOpen = rebuild.evidence.leftAtMs !== undefined || rebuild.phase === 'starting';
  return fail(rebuild, inTheOpen ? { kind: 'timedOut', status } : { kind: 'unproven' }, atMs);
}
