/** The rules before anything is sent: skip, start, refuse, wait for somebody else's change, or send. */

import { isSettled, statusKind } from '../model/instance.ts';
import { decide } from '../plan/decide.ts';
import { diskState, hasRested, isConfirmed, isOver, isReplaced } from './evidence.ts';
import { end, fail, finish, lookAgain, lookNext, lookNow, measureFrom, send, startIt } from './transitions.ts';
import type { Life, Sight, Step } from './rebuild-state.ts';

/** One look while the life is `settling`. */
export function settle(life: Life, sight: Sight): Step {
  const atMs = sight.atMs;
  if (sight.disk === undefined) return lookNow(life, atMs);
  const resting = isSettled(sight.instance.status) && diskState(life, sight) !== 'unsettled';
  if (!resting) return keepWaiting(life.adopted ? life : adopt(life, sight), sight);
  return life.adopted ? settleAdopted(life, sight) : settleFresh(life, sight);
}

/** Somebody is at the instance: from here on the looks are measured against this one, and rest begins anew. */
export function adopt(life: Life, sight: Sight): Life {
  const kind = statusKind(sight.instance.status);
  const away = kind === 'moving' || kind === 'unknown' || diskState(life, sight) === 'unsettled';
  const { rest: _over, ...others } = life;
  return {
    ...measureFrom(others, sight, sight.atMs),
    marks: away ? { leftAtMs: sight.atMs } : {},
    adopted: true,
    deadlineMs: sight.atMs + life.task.timeoutMs
  };
}

function settleFresh(life: Life, sight: Sight): Step {
  const atMs = sight.atMs;
  const decision = decide(sight.instance, life.task);
  // Stopped is also a station on the way of a rebuild, perhaps of a run that was cancelled.
  const maybeOnTheWay = statusKind(sight.instance.status) === 'down' && !hasRested(life) && !life.backedUp;
  switch (decision.action) {
    case 'wait':
      return keepWaiting(life, sight);
    case 'skip':
      return end(life, { kind: 'skipped' }, atMs);
    case 'refuse':
      return fail(life, { kind: 'refused', refusals: decision.refusals }, atMs);
    case 'start':
      return maybeOnTheWay ? keepWaiting(life, sight) : startIt(life, sight);
    case 'rebuild':
      return maybeOnTheWay ? keepWaiting(life, sight) : send(life, sight);
  }
}

/** At rest again after somebody's change, or after a conflict. */
function settleAdopted(life: Life, sight: Sight): Step {
  const { image, force } = life.task;
  const { status, imageId } = sight.instance;
  const atMs = sight.atMs;
  const kind = statusKind(status);
  if (kind === 'gone') return settleFresh(life, sight);
  const mayBeRebuilt = life.marks.leftAtMs !== undefined || isReplaced(life);
  if (mayBeRebuilt && imageId === image.id && kind !== 'broken') {
    if (!isOver(life)) return keepWaiting(life, sight);
    if (!isConfirmed(life)) return lookAgain(life, atMs);
    if (force && !isReplaced(life)) {
      return fail(life, { kind: 'unclear', status: life.reference?.instance.status ?? status }, atMs);
    }
    return kind === 'down' ? startIt(life, sight) : finish(life, atMs);
  }
  // About to erase what somebody has just worked on: only after it has rested for long.
  return hasRested(life) ? settleFresh(life, sight) : keepWaiting(life, sight);
}

function keepWaiting(life: Life, sight: Sight): Step {
  if (sight.atMs >= life.deadlineMs) {
    return fail(life, { kind: 'busy', status: sight.instance.status }, sight.atMs);
  }
  return lookNext(life, sight.atMs, true);
}
