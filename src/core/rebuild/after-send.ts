/** The rules after the rebuild was sent: has it started, is it over, did it end well. */
import { isSettled, statusKind } from '../model/instance.ts';
import { hasRested, hasStarted, isConfirmed, isOver, needsDisk, quietMs } from './evidence.ts';
import { end, enter, fail, finish, lookAgain, lookNext, send, startIt } from './transitions.ts';
import type { Life, Sight, Step } from './rebuild-state.ts';

/**
 * How long to look, after an answer was lost, before the rebuild may be sent once more, in milliseconds: a
 * minute, and no less than a quarter of `timeout`, for a service that is slow to rebuild may be slow to show it.
 */
export function searchMs(life: Life): number {
  return Math.max(60_000, life.task.timeoutMs / 4);
}

/** How often a rebuild may be sent when answers are lost. */
const maxSends = 2;

/** How often a stopped instance is told to start. */
const maxStarts = 3;

/** One look while the answer of the send is lost. */
export function search(life: Life, sight: Sight): Step {
  const atMs = sight.atMs;
  if (hasStarted(life)) {
    const sends = Math.max(1, life.sends);
    return watch({ ...life, sends, inDoubt: false, acceptedAtMs: atMs }, sight);
  }
  if (statusKind(sight.instance.status) === 'gone') return watch(life, sight);
  const looked = atMs - (life.referenceAtMs ?? atMs) >= searchMs(life);
  if (!looked || !isSettled(sight.instance.status)) {
    return atMs >= life.deadlineMs ? fail(life, { kind: 'unproven' }, atMs) : lookNext(life, atMs, true);
  }
  if (life.sends < maxSends && life.marks.stirredAtMs === undefined) {
    return send({ ...life, inDoubt: false }, sight);
  }
  return watch(enter({ ...life, sends: Math.max(1, life.sends) }, 'confirming', atMs), sight);
}

/** One look while the rebuild is accepted, or as good as that. */
export function watch(before: Life, sight: Sight): Step {
  const atMs = sight.atMs;
  const started = hasStarted(before);
  const life = started ? enter(before, 'rebuilding', atMs) : before;
  const { status, imageId, imageName } = sight.instance;
  if (endsTheWait(life, status)) return fail(life, { kind: 'status', status }, atMs);
  if (started && !life.task.wait) return end(life, { kind: 'started' }, atMs);
  if (isOver(life)) return conclude(life, sight);
  if (isOnWrongImage(life, sight)) return fail(life, { kind: 'wrongImage', imageId, imageName }, atMs);
  return waitOn(life, sight);
}

/** One look after an instance that is Stopped on the image was told to start. */
export function watchStart(life: Life, sight: Sight): Step {
  const atMs = sight.atMs;
  const { status, imageId, imageName } = sight.instance;
  const kind = statusKind(status);
  if (endsTheWait(life, status)) return fail(life, { kind: 'status', status }, atMs);
  if (kind === 'up' && imageId === life.task.image.id) return conclude(life, sight);
  if (isOnWrongImage(life, sight)) return fail(life, { kind: 'wrongImage', imageId, imageName }, atMs);
  const asked = life.startAskedAtMs ?? atMs;
  const overdue = kind === 'down' && atMs - asked >= quietMs(life) && life.starts < maxStarts;
  return overdue ? startIt(life, sight) : waitOn(life, sight);
}

/** `Expired`, `Deleted`, `Recycled` and `Error`; but what was broken before reads `Error` until it is rebuilt. */
function endsTheWait(life: Life, status: string): boolean {
  const kind = statusKind(status);
  if (kind !== 'broken') return kind === 'gone';
  return life.reference?.instance.status !== 'Error' || life.marks.leftAtMs !== undefined;
}

function conclude(life: Life, sight: Sight): Step {
  const atMs = sight.atMs;
  // A disk that does not settle is waited for on the beat.
  if (life.rest?.looks === 0) return waitOn(life, sight);
  if (!isConfirmed(life)) return lookAgain(life, atMs);
  return statusKind(sight.instance.status) === 'up' ? finish(life, atMs) : startIt(life, sight);
}

/**
 * Up for long after the status had left, and not on the image: it ended, and not well. Where the status has not
 * left, the other image may be a record that is written on acceptance, and the work still to come.
 */
function isOnWrongImage(life: Life, sight: Sight): boolean {
  const { imageId, status } = sight.instance;
  if (imageId === life.task.image.id || statusKind(status) !== 'up' || !hasRested(life)) return false;
  if (life.marks.leftAtMs !== undefined) return true;
  return imageId !== life.reference?.instance.imageId && sight.atMs >= life.deadlineMs;
}

function waitOn(life: Life, sight: Sight): Step {
  const atMs = sight.atMs;
  if (atMs < life.deadlineMs) return lookNext(life, atMs, needsDisk(life));
  const { status } = sight.instance;
  // A record that changed although the instance never left its status may be one that is written on acceptance.
  const inTheOpen = life.marks.leftAtMs !== undefined || life.phase === 'starting';
  return fail(life, inTheOpen ? { kind: 'timedOut', status } : { kind: 'unproven' }, atMs);
}
