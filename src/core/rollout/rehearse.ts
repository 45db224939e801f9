/** A rollout in which everything succeeds. */
import type { RolloutCommand, RolloutEvent, RolloutTask } from './rollout-state.ts';
import { beginRollout, stepRollout } from './step-rollout.ts';

/**
 * The batches in which the targets are taken, by id; a single one where there are no pauses. The rollout itself is
 * played through, so that a plan cannot say anything else than what is done then.
 */
export function rehearse(task: RolloutTask): readonly (readonly string[])[] {
  const batches: string[][] = [[]];
  let nowMs = 0;
  let [rollout, commands] = beginRollout(task, nowMs);
  const queue: RolloutCommand[] = [...commands];
  for (let command = queue.shift(); command !== undefined; command = queue.shift()) {
    if (command.type === 'pause') {
      batches.push([]);
      nowMs = command.untilMs;
    }
    if (command.type === 'begin' && rollout.members.get(command.id)?.kind === 'work') {
      batches.at(-1)?.push(command.id);
    }
    const event = successOf(command, nowMs);
    if (event === undefined) continue;
    [rollout, commands] = stepRollout(rollout, event);
    queue.push(...commands);
  }
  return batches.filter((batch) => batch.length > 0);
}

function successOf(command: RolloutCommand, atMs: number): RolloutEvent | undefined {
  if (command.type === 'pause') return { type: 'woke', atMs };
  if (command.type !== 'begin') return undefined;
  const outcome = { result: 'succeeded', isUnavailable: false, canRollBack: false } as const;
  return { type: 'ended', id: command.id, outcome, atMs };
}
