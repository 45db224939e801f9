/** Which instance is started next, as long as nothing has stopped the rollout. */

import { canariesOf } from './canaries.ts';
import type { Member } from './member.ts';
import type { Rollout, RolloutCommand, RolloutStep } from './rollout-state.ts';

/** How many mere checks are made at a time; each may open a connection. */
const checksAtOnce = 50;

/**
 * The next to begin: the checks before all else, for they may show that the image is no good while nothing is
 * erased yet; then the canaries; then the rest. Ends the rollout when nobody is left.
 */
export function rollForwardNext(rollout: Rollout, atMs: number): RolloutStep {
  const { members, task } = rollout;
  const checking = members.count('check', 'working');
  if (members.count('check', 'waiting') > 0) {
    return begin(rollout, ({ kind }) => kind === 'check', checksAtOnce - checking);
  }
  if (checking > 0) return [rollout, []];
  if (members.count('work', 'waiting') === 0) return [rollout, members.isBusy ? [] : [{ type: 'end' }]];

  const first = new Set(canariesOf(task));
  const canaries = [...first].map((id) => members.get(id)?.state);
  const isProven = canaries.every((state) => state === 'succeeded');
  const isNext = ({ id, kind }: Member): boolean => kind === 'work' && (isProven || first.has(id));
  if (!isProven && canaries.every((state) => state !== 'waiting')) return [rollout, []];
  return task.pauseMs === 0 ? begin(rollout, isNext) : beginBatch(rollout, isNext, atMs);
}

/** A batch begins once all of the one before have ended and the pause after them is over. */
function beginBatch(before: Rollout, isNext: (member: Member) => boolean, atMs: number): RolloutStep {
  if (before.members.isBusy) return [before, []];
  if (before.owesPause) {
    const untilMs = atMs + before.task.pauseMs;
    return [{ ...before, owesPause: false, pausedUntilMs: untilMs }, [{ type: 'pause', untilMs }]];
  }
  if (before.pausedUntilMs !== undefined && atMs < before.pausedUntilMs) {
    return [before, [{ type: 'pause', untilMs: before.pausedUntilMs }]];
  }
  const { pausedUntilMs: _over, ...rollout } = before;
  return begin(rollout, isNext);
}

/** Takes one after the other, as long as there is room with those taken before it, and no more than `most`. */
function begin(
  before: Rollout,
  isNext: (member: Member) => boolean,
  most = Number.POSITIVE_INFINITY
): RolloutStep {
  const started: RolloutCommand[] = [];
  let { members } = before;
  for (const member of before.members.values()) {
    if (started.length >= most) break;
    if (member.state !== 'waiting' || !isNext(member)) continue;
    // Behind one without capacity there may be one that is already unavailable, which needs none.
    if (member.kind === 'work' && !members.hasCapacity(member, before.task.maxUnavailable)) continue;
    members = members.with(member.id, { state: 'working' });
    started.push({ type: 'begin', id: member.id });
  }
  const owesPause = before.owesPause || members.atWork > before.members.atWork;
  return [{ ...before, members, owesPause }, started];
}
