/**
 * A rollout as a pure reducer: from what is known of all targets and what has just happened to one of them to
 * what is known now and what to do next. It knows no clock and no network; the loop that runs it does.
 */
import { takeBack } from './roll-back-next.ts';
import { canariesOf } from './canaries.ts';
import { beginNext } from './roll-forward-next.ts';
import type { MemberState } from './member.ts';
import { Members } from './members.ts';
import type { Outcome, Rollout, RolloutCommand, RolloutEvent, RolloutStep, RolloutTask } from './rollout-state.ts';
import type { StopReason } from './stop-reason.ts';

/** The beginning. */
export function beginRollout(task: RolloutTask, atMs: number): RolloutStep {
  const members = Members.of(task.members);
  const rollout = {
    task,
    members,
    failures: 0,
    ended: 0,
    mostAway: 0,
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
    case 'wentBack': {
      const patch = { state: event.result, isAway: event.result !== 'back', canGoBack: false };
      return next({ ...rollout, members: rollout.members.with(event.id, patch) }, [], event.atMs);
    }
    case 'cameBack': {
      // It waits for its turn like the others, for to take it now would make one more that is away.
      const members = rollout.members.with(event.id, { state: 'waiting', isAway: false });
      return next({ ...rollout, members }, [], event.atMs);
    }
    case 'woke':
      return next(rollout, [], event.atMs);
    case 'cancelled':
      return next({ ...rollout, stop: rollout.stop ?? 'cancelled', isCancelled: true }, [], event.atMs);
  }
}

function onEnded(before: Rollout, id: string, outcome: Outcome): RolloutStep {
  const { result, isAway, canGoBack } = outcome;
  const endedAs = before.ended + 1;
  const failed = result === 'failed';
  const after: Rollout = {
    ...before,
    members: before.members.with(id, { state: result, isAway, canGoBack, endedAs }),
    ended: endedAs,
    failures: before.failures + Number(failed)
  };
  const goesBack = failed && canGoBack && before.task.rollback && !before.isCancelled;
  if (!goesBack) return [after, []];
  // It keeps its slot: it is away already, and the sooner it serves again the better.
  const members = after.members.with(id, { state: 'goingBack', isAway: true });
  return [{ ...after, members }, [{ type: 'goBack', id }]];
}

/** What is to be done now, whatever led here. */
function next(before: Rollout, already: readonly RolloutCommand[], atMs: number): RolloutStep {
  const stop = before.stop ?? reasonToStop(before);
  const [after, commands] = proceed(stop === undefined ? before : { ...before, stop }, atMs);
  const isOver = commands.some(({ type }) => type === 'end');
  const mostAway = Math.max(after.mostAway, before.members.out, after.members.out);
  return [{ ...after, mostAway, isOver }, [...already, ...commands]];
}

function proceed(rollout: Rollout, atMs: number): RolloutStep {
  if (rollout.stop === undefined) {
    const [after, commands] = beginNext(rollout, atMs);
    const isStuck = commands.length === 0 && !after.members.isBusy && after.pausedUntilMs === undefined;
    return isStuck ? proceed({ ...after, stop: 'noRoom' }, atMs) : [after, commands];
  }
  const staysForth = rollout.isCancelled || !rollout.task.rollback;
  const [after, commands] = staysForth ? [rollout, []] : takeBack(rollout);
  const isDone = commands.length === 0 && !after.members.isBusy;
  return [after, isDone ? [{ type: 'end' }] : commands];
}

/** The first of those that go first must all be well; later ones may fail as often as is granted. */
function reasonToStop({ task, members, failures }: Rollout): StopReason | undefined {
  if (failures === 0) return undefined;
  const failed = new Set<MemberState | undefined>(['failed', 'goingBack', 'back', 'notBack']);
  if (canariesOf(task).some((id) => failed.has(members.get(id)?.state))) return 'canary';
  return failures > task.maxFailures ? 'maxFailures' : undefined;
}
