/**
 * A rollout as a pure reducer: from what is known of all targets and what has just happened to one of them to
 * what is known now and what to do next. It knows no clock and no network; the loop that runs it does.
 */

import { canariesOf } from './canaries.ts';
import { Members } from './members.ts';
import { rollBackNext } from './roll-back-next.ts';
import { rollForwardNext } from './roll-forward-next.ts';
import type {
  Outcome,
  Rollout,
  RolloutCommand,
  RolloutEvent,
  RolloutStep,
  RolloutTask
} from './rollout-state.ts';
import type { StopReason } from './stop-reason.ts';

/** The beginning. */
export function beginRollout(task: RolloutTask, atMs: number): RolloutStep {
  const members = Members.of(task.members);
  const rollout = {
    task,
    members,
    failures: 0,
    peakUnavailable: 0,
    owesPause: false,
    isCancelled: false,
    isOver: false
  };
  return next(rollout, [], atMs);
}

/** The next rollout and the next commands. An event that comes after the end changes nothing. */
export function stepRollout(rollout: Rollout, event: RolloutEvent): RolloutStep {
  if (rollout.isOver) return [rollout, []];
  switch (event.type) {
    case 'ended': {
      const [after, commands] = onEnded(rollout, event.id, event.outcome);
      return next(after, commands, event.atMs);
    }
    case 'rollbackEnded': {
      const patch = { state: event.result, isUnavailable: event.isUnavailable, canRollBack: false };
      return next({ ...rollout, members: rollout.members.with(event.id, patch) }, [], event.atMs);
    }
    case 'recovered': {
      // It waits for its turn like the others, for beginning it now would make one more unavailable.
      const members = rollout.members.with(event.id, { state: 'waiting', isUnavailable: false });
      return next({ ...rollout, members }, [], event.atMs);
    }
    case 'woke':
      return next(rollout, [], event.atMs);
    case 'cancelled':
      return next({ ...rollout, stop: rollout.stop ?? 'cancelled', isCancelled: true }, [], event.atMs);
  }
}

function onEnded(before: Rollout, id: string, outcome: Outcome): RolloutStep {
  const { result, isUnavailable, canRollBack } = outcome;
  if (result === 'withdrawn') {
    return [{ ...before, members: before.members.with(id, { state: 'waiting', isUnavailable }) }, []];
  }
  const completionOrder = 1 + before.members.values().filter((one) => one.completionOrder > 0).length;
  const hasFailed = result === 'failed';
  const rollsBack = hasFailed && canRollBack && before.task.rollback && !before.isCancelled;
  // It keeps its slot: it is already unavailable, and the sooner it serves again the better.
  const now = rollsBack
    ? { state: 'rollingBack' as const, isUnavailable: true }
    : { state: result, isUnavailable };
  const members = before.members.with(id, { ...now, canRollBack, hasFailed, completionOrder });
  const failures = before.failures + Number(hasFailed);
  return [{ ...before, members, failures }, rollsBack ? [{ type: 'rollBack', id }] : []];
}

/** What is to be done now, whatever led here. */
function next(before: Rollout, already: readonly RolloutCommand[], atMs: number): RolloutStep {
  const stop = before.stop ?? reasonToStop(before);
  const [after, commands] = proceed(stop === undefined ? before : { ...before, stop }, atMs);
  const isOver = commands.some(({ type }) => type === 'end');
  const peakUnavailable = Math.max(
    after.peakUnavailable,
    before.members.unavailable,
    after.members.unavailable
  );
  return [{ ...after, peakUnavailable, isOver }, [...already, ...commands]];
}

function proceed(rollout: Rollout, atMs: number): RolloutStep {
  if (rollout.stop === undefined) {
    const [after, commands] = rollForwardNext(rollout, atMs);
    const isStuck = commands.length === 0 && !after.members.isBusy && after.pausedUntilMs === undefined;
    return isStuck ? proceed({ ...after, stop: 'noCapacity' }, atMs) : [after, commands];
  }
  const staysOnNewImage = rollout.isCancelled || !rollout.task.rollback;
  const [after, commands] = staysOnNewImage ? [rollout, []] : rollBackNext(rollout);
  const isDone = commands.length === 0 && !after.members.isBusy;
  return [after, isDone ? [{ type: 'end' }] : commands];
}

/** All canaries must succeed; later ones may fail as often as `maxFailures` allows. */
function reasonToStop({ task, members, failures }: Rollout): StopReason | undefined {
  if (failures === 0) return undefined;
  if (canariesOf(task).some((id) => members.get(id)?.hasFailed)) return 'canary';
  return failures > task.maxFailures ? 'maxFailures' : undefined;
}
