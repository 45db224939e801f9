/** The rules before anything is sent: skip, start, refuse, wait for somebody else's change, or send. */

import { isProcessing, isSettled, mayShowRebuild, statusKind } from '../model/bcc-status.ts';
import { decide } from '../plan/decide.ts';
import { diskReadiness, hasDeparted, isOtherNow, isReplaced, wasRebuiltByOthers } from './evidence.ts';
import { isOver } from './proof.ts';
import type { Disagreement, Observation, RebuildState, Step } from './rebuild-state.ts';
import { agree, agreeMs, isConfirmed, isStable } from './stable-streak.ts';
import {
  end,
  fail,
  finish,
  measureFrom,
  observeAgain,
  observeAt,
  observeNext,
  send,
  startIt,
  wasIn
} from './transitions.ts';

/** One observation while the phase is `settling`. */
export function settle(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.answeredAtMs;
  if (observation.disk === undefined) return observeAt(rebuild, atMs);
  if (!isResting(rebuild, observation))
    return keepWaiting(rebuild.adopted ? rebuild : adopt(rebuild, observation), observation);
  return rebuild.adopted ? settleAdopted(rebuild, observation) : settleFresh(rebuild, observation);
}

/** What the plan saw under way may be over by now, and have been the rebuild of an earlier run. */
export function adoptPlanned(rebuild: RebuildState): RebuildState {
  const { phase, adopted, last, deadlineMs } = rebuild;
  if (phase !== 'settling' || adopted || last === undefined || isResting(rebuild, last)) return rebuild;
  return { ...adopt(rebuild, last), deadlineMs };
}

/** Whether no operation is under way, as far as the observation shows. */
function isResting(rebuild: RebuildState, observation: Observation): boolean {
  return isSettled(observation.instance.status) && diskReadiness(rebuild, observation) !== 'unsettled';
}

/** Another operation is under way: observations are measured against this one from now on, and stability starts again. */
export function adopt(rebuild: RebuildState, observation: Observation): RebuildState {
  const atMs = observation.answeredAtMs;
  const { status } = observation.instance;
  const isUnsettled = diskReadiness(rebuild, observation) === 'unsettled';
  const { streak: _over, ...others } = rebuild;
  const evidence = isProcessing(status)
    ? { processingAtMs: atMs }
    : mayShowRebuild(status) || isUnsettled
      ? { leftAtMs: atMs }
      : {};
  return {
    ...measureFrom(others, observation, atMs),
    evidence,
    adopted: true,
    deadlineMs: atMs + rebuild.task.timeoutMs
  };
}

function settleFresh(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.answeredAtMs;
  const decision = decide(observation.instance, rebuild.task);
  // A rebuild also passes through Stopped, perhaps that of a run that was cancelled.
  const maybeOnTheWay =
    statusKind(observation.instance.status) === 'down' && !isStable(rebuild) && !wasIn(rebuild, 'backup');
  switch (decision.action) {
    case 'wait':
      return keepWaiting(rebuild, observation);
    case 'skip':
      return whenAgreed(rebuild, observation, () => end(rebuild, { kind: 'skipped' }, atMs));
    case 'refuse':
      return fail(rebuild, { kind: 'refused', refusals: decision.refusals }, atMs);
    case 'start':
      return maybeOnTheWay ? keepWaiting(rebuild, observation) : startIt(rebuild, observation);
    case 'rebuild':
      return maybeOnTheWay
        ? keepWaiting(rebuild, observation)
        : whenAgreed(rebuild, observation, () => send(rebuild, observation));
  }
}

/**
 * Does it once two observations agree, the second on a fresh connection and an interval later, for one alone may come
 * from a replica that is behind. Where two have differed, the instance must rest.
 */
function whenAgreed(rebuild: RebuildState, observation: Observation, act: () => Step): Step {
  if (rebuild.disagreement !== undefined && !isStableEnough(rebuild, rebuild.disagreement, observation)) {
    return keepWaiting(rebuild, observation);
  }
  const apartMs = agreeMs(rebuild.task.pollIntervalMs);
  return agree(rebuild, apartMs) ? act() : observeAgain(rebuild, observation.answeredAtMs, apartMs);
}

/**
 * Whether it has been stable for long enough to decide. Where image or disk changed and no status showed why, a
 * rebuild may be under way that shows in no status, so that the whole `timeout` must have passed.
 */
function isStableEnough(
  rebuild: RebuildState,
  disagreement: Disagreement,
  observation: Observation
): boolean {
  const mayBeUnderWay = disagreement === 'record' && rebuild.evidence.leftAtMs === undefined;
  return isStable(rebuild) && (!mayBeUnderWay || observation.answeredAtMs >= rebuild.deadlineMs);
}

/** At rest again after somebody's change, or after a conflict. */
function settleAdopted(rebuild: RebuildState, observation: Observation): Step {
  const { image, force } = rebuild.task;
  const { status, imageId } = observation.instance;
  const atMs = observation.answeredAtMs;
  const kind = statusKind(status);
  if (kind === 'gone') return settleFresh(rebuild, observation);
  const isOnTarget = imageId === image.id && kind !== 'broken';
  const isUnclear = force && !wasRebuiltByOthers(rebuild);
  const unclear = (): Step =>
    fail(rebuild, { kind: 'unclear', status: rebuild.reference?.instance.status ?? status }, atMs);
  if (isOnTarget && (hasDeparted(rebuild) || isReplaced(rebuild))) {
    if (!isOver(rebuild)) return keepWaiting(rebuild, observation);
    if (!isConfirmed(rebuild)) return observeAgain(rebuild, atMs);
    if (isUnclear) return unclear();
    return kind === 'down' ? startIt(rebuild, observation) : finish(rebuild, atMs);
  }
  if (isOnTarget && isUnclear && rebuild.evidence.processingAtMs !== undefined && isStable(rebuild))
    return unclear();
  // Another operation has just ended here, so it is decided only once the instance has been stable for long.
  const isRecord = isReplaced(rebuild) || (rebuild.reference && isOtherNow(rebuild.reference, observation));
  return isStableEnough(rebuild, isRecord ? 'record' : 'status', observation)
    ? settleFresh(rebuild, observation)
    : keepWaiting(rebuild, observation);
}

function keepWaiting(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.answeredAtMs;
  if (atMs >= rebuild.deadlineMs) {
    return fail(rebuild, { kind: 'busy', status: observation.instance.status }, atMs);
  }
  return observeNext(rebuild, atMs);
}
