/** The rules before anything is sent: skip, start, refuse, wait for somebody else's change, or send. */

import { isSettled, statusKind } from '../model/instance.ts';
import { decide } from '../plan/decide.ts';
import { diskReadiness, isConfirmed, isOver, isReplaced, isStable } from './evidence.ts';
import type { Observation, RebuildState, Step } from './rebuild-state.ts';
import {
  end,
  fail,
  finish,
  measureFrom,
  observeAgain,
  observeNext,
  observeNow,
  send,
  startIt
} from './transitions.ts';

/** One look while the life is `settling`. */
export function settle(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.atMs;
  if (observation.disk === undefined) return observeNow(rebuild, atMs);
  const resting =
    isSettled(observation.instance.status) && diskReadiness(rebuild, observation) !== 'unsettled';
  if (!resting) return keepWaiting(rebuild.adopted ? rebuild : adopt(rebuild, observation), observation);
  return rebuild.adopted ? settleAdopted(rebuild, observation) : settleFresh(rebuild, observation);
}

/** Somebody is at the instance: from here on the looks are measured against this one, and rest begins anew. */
export function adopt(rebuild: RebuildState, observation: Observation): RebuildState {
  const kind = statusKind(observation.instance.status);
  const away = kind === 'moving' || kind === 'unknown' || diskReadiness(rebuild, observation) === 'unsettled';
  const { streak: _over, ...others } = rebuild;
  return {
    ...measureFrom(others, observation, observation.atMs),
    evidence: away ? { leftAtMs: observation.atMs } : {},
    adopted: true,
    deadlineMs: observation.atMs + rebuild.task.timeoutMs
  };
}

function settleFresh(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.atMs;
  const decision = decide(observation.instance, rebuild.task);
  // Stopped is also a station on the way of a rebuild, perhaps of a run that was cancelled.
  const maybeOnTheWay =
    statusKind(observation.instance.status) === 'down' && !isStable(rebuild) && !rebuild.backedUp;
  switch (decision.action) {
    case 'wait':
      return keepWaiting(rebuild, observation);
    case 'skip':
      return end(rebuild, { kind: 'skipped' }, atMs);
    case 'refuse':
      return fail(rebuild, { kind: 'refused', refusals: decision.refusals }, atMs);
    case 'start':
      return maybeOnTheWay ? keepWaiting(rebuild, observation) : startIt(rebuild, observation);
    case 'rebuild':
      return maybeOnTheWay ? keepWaiting(rebuild, observation) : send(rebuild, observation);
  }
}

/** At rest again after somebody's change, or after a conflict. */
function settleAdopted(rebuild: RebuildState, observation: Observation): Step {
  const { image, force } = rebuild.task;
  const { status, imageId } = observation.instance;
  const atMs = observation.atMs;
  const kind = statusKind(status);
  if (kind === 'gone') return settleFresh(rebuild, observation);
  const mayBeRebuilt = rebuild.evidence.leftAtMs !== undefined || isReplaced(rebuild);
  if (mayBeRebuilt && imageId === image.id && kind !== 'broken') {
    if (!isOver(rebuild)) return keepWaiting(rebuild, observation);
    if (!isConfirmed(rebuild)) return observeAgain(rebuild, atMs);
    if (force && !isReplaced(rebuild)) {
      return fail(rebuild, { kind: 'unclear', status: rebuild.reference?.instance.status ?? status }, atMs);
    }
    return kind === 'down' ? startIt(rebuild, observation) : finish(rebuild, atMs);
  }
  // About to erase what somebody has just worked on: only after it has rested for long.
  return isStable(rebuild) ? settleFresh(rebuild, observation) : keepWaiting(rebuild, observation);
}

function keepWaiting(rebuild: RebuildState, observation: Observation): Step {
  if (observation.atMs >= rebuild.deadlineMs) {
    return fail(rebuild, { kind: 'busy', status: observation.instance.status }, observation.atMs);
  }
  return observeNext(rebuild, observation.atMs, true);
}
