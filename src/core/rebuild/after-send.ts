/** The rules after the rebuild was sent: has it started, is it over, was it a success. */
import { isSettled, statusKind } from '../model/bcc-status.ts';
import { hasDeparted, hasStarted, needsDisk } from './evidence.ts';
import { isOver, replicaLagMs } from './proof.ts';
import type { Observation, RebuildState, Step } from './rebuild-state.ts';
import { agree, confirmMs, differ, isConfirmed, isStable, quietMs } from './stable-streak.ts';
import {
  end,
  enter,
  fail,
  finish,
  observeAgain,
  observeNext,
  observeSoon,
  send,
  startIt
} from './transitions.ts';

/**
 * For how long observations without a gap must show that nothing has started, after an answer was lost, before the
 * rebuild may be sent once more, in milliseconds: a minute, and no less than a quarter of `timeout`, for a service
 * that is slow to rebuild may be slow to show it.
 */
export function searchMs(rebuild: RebuildState): number {
  return Math.max(60_000, rebuild.task.timeoutMs / 4);
}

/** How often a rebuild may be sent when answers are lost. */
const maxSends = 2;

/** How often a stopped instance is told to start. */
const maxStarts = 3;

/** One observation while the answer of the send is lost. */
export function search(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.answeredAtMs;
  if (hasStarted(rebuild)) {
    const sends = Math.max(1, rebuild.sends);
    return watch({ ...rebuild, sends, inDoubt: false }, observation);
  }
  if (statusKind(observation.instance.status) === 'gone') return watch(rebuild, observation);
  // Time in which nothing could be observed is no time in which nothing began.
  const sinceMs = Math.max(rebuild.referenceAtMs ?? atMs, rebuild.stretchSinceMs ?? atMs);
  const hasSearched = observation.atMs - sinceMs >= searchMs(rebuild);
  if (!hasSearched || !isSettled(observation.instance.status)) {
    return atMs >= rebuild.deadlineMs
      ? fail(rebuild, { kind: 'unproven' }, atMs)
      : observeNext(rebuild, atMs);
  }
  if (rebuild.sends < maxSends && rebuild.evidence.disturbedAtMs === undefined) {
    return agree(rebuild, confirmMs)
      ? send({ ...rebuild, inDoubt: false }, observation)
      : observeAgain(rebuild, atMs);
  }
  return watch(enter({ ...rebuild, sends: Math.max(1, rebuild.sends) }, 'confirming', atMs), observation);
}

/** One observation while the rebuild is accepted, or as good as that. */
export function watch(before: RebuildState, observation: Observation): Step {
  const atMs = observation.answeredAtMs;
  const started = hasStarted(before);
  const rebuild = started ? enter(before, 'rebuilding', atMs) : before;
  const { imageId, imageName } = observation.instance;
  if (endsTheWait(rebuild, observation)) return concludeStatus(rebuild, observation);
  if (started && !rebuild.task.wait) return concludeStart(rebuild, observation);
  if (isOver(rebuild)) return conclude(rebuild, observation);
  if (isOnWrongImage(rebuild, observation)) {
    const isOld = imageId === rebuild.reference?.instance.imageId;
    return fail(rebuild, isOld ? { kind: 'unproven' } : { kind: 'wrongImage', imageId, imageName }, atMs);
  }
  return waitOn(rebuild, observation);
}

/**
 * The start is proven as the end is: by two observations, the second on a fresh connection, that both show it. One
 * that shows the instance at rest as it was before takes it back.
 */
function concludeStart(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.answeredAtMs;
  const { reference, startSeenAtMs, evidence } = rebuild;
  const isBack = reference !== undefined && !differ(reference, observation);
  if (isBack || evidence.contradictedAtMs === atMs) {
    const { startSeenAtMs: _taken, ...others } = rebuild;
    return waitOn({ ...others, evidence: { disturbedAtMs: atMs } }, observation);
  }
  if (startSeenAtMs === undefined) return observeAgain({ ...rebuild, startSeenAtMs: observation.atMs }, atMs);
  const isProven = observation.isFresh && observation.atMs - startSeenAtMs >= confirmMs;
  return isProven ? end(rebuild, { kind: 'started' }, atMs) : observeAgain(rebuild, atMs);
}

/** One observation after an instance that is Stopped on the image was told to start. */
export function watchStart(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.answeredAtMs;
  const { status, imageId, imageName } = observation.instance;
  const kind = statusKind(status);
  if (endsTheWait(rebuild, observation)) return concludeStatus(rebuild, observation);
  if (kind === 'up' && imageId === rebuild.task.image.id) return conclude(rebuild, observation);
  if (isOnWrongImage(rebuild, observation))
    return fail(rebuild, { kind: 'wrongImage', imageId, imageName }, atMs);
  const asked = rebuild.startAskedAtMs ?? atMs;
  const overdue = kind === 'down' && atMs - asked >= quietMs(rebuild) && rebuild.starts < maxStarts;
  return overdue ? startIt(rebuild, observation) : waitOn(rebuild, observation);
}

/**
 * `Expired`, `Deleted`, `Recycled` and `Error`; but what was broken before reads `Error` until it is rebuilt, and a
 * replica that is behind shows that for a while afterwards.
 */
function endsTheWait(rebuild: RebuildState, { instance, atMs }: Observation): boolean {
  const kind = statusKind(instance.status);
  if (kind !== 'broken' || rebuild.reference?.instance.status !== 'Error')
    return kind === 'gone' || kind === 'broken';
  const { leftAtMs } = rebuild.evidence;
  return leftAtMs !== undefined && atMs >= leftAtMs + replicaLagMs(rebuild);
}

/** A bad end is proven as a good one is, by two observations: a rollback may follow, which erases. */
function concludeStatus(rebuild: RebuildState, observation: Observation): Step {
  const { status } = observation.instance;
  const { answeredAtMs: atMs, isFresh } = observation;
  const sinceMs = rebuild.history.at(-1)?.atMs ?? atMs;
  const isProven = isFresh && observation.atMs - sinceMs >= confirmMs;
  if (isProven) return fail(rebuild, { kind: 'status', status }, atMs);
  const dueMs = sinceMs + confirmMs;
  const deadlineMs = Math.max(rebuild.deadlineMs, dueMs);
  return observeSoon({ ...rebuild, deadlineMs }, atMs, dueMs);
}

function conclude(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.answeredAtMs;
  // A disk that does not settle is waited for at the usual interval.
  if (rebuild.streak?.observations === 0) return waitOn(rebuild, observation);
  if (!isConfirmed(rebuild)) return observeAgain(rebuild, atMs);
  return statusKind(observation.instance.status) === 'up'
    ? finish(rebuild, atMs)
    : startIt(rebuild, observation);
}

/**
 * Up for long after the status had left, and not on the image: it ended on another image. Where the status has not
 * left, the other image may be a record that is written on acceptance, and the work still to come.
 */
function isOnWrongImage(rebuild: RebuildState, observation: Observation): boolean {
  const { imageId, status } = observation.instance;
  if (imageId === rebuild.task.image.id || statusKind(status) !== 'up' || !isStable(rebuild)) return false;
  if (hasDeparted(rebuild)) return true;
  return imageId !== rebuild.reference?.instance.imageId && observation.atMs >= rebuild.deadlineMs;
}

function waitOn(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.answeredAtMs;
  if (atMs < rebuild.deadlineMs) {
    const { leftAtMs } = rebuild.evidence;
    const isUp = statusKind(observation.instance.status) === 'up';
    // It is back so soon that a replica may be behind; the next observation is made when none can be.
    const soonMs = isUp && leftAtMs !== undefined ? leftAtMs + replicaLagMs(rebuild) : atMs;
    return soonMs > atMs
      ? observeSoon(rebuild, atMs, soonMs)
      : observeNext(rebuild, atMs, needsDisk(rebuild));
  }
  const { status } = observation.instance;
  // A record that changed although the instance never left its status may be one that is written on acceptance.
  const inTheOpen = hasDeparted(rebuild) || rebuild.phase === 'starting';
  return fail(rebuild, inTheOpen ? { kind: 'timedOut', status } : { kind: 'unproven' }, atMs);
}
