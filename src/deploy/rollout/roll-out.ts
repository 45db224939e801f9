/** The loop that runs a rollout: it carries out each command and feeds what came of it back. */
import { EventEmitter, on } from 'node:events';

import type {
  Outcome,
  Rollout,
  RolloutCommand,
  RolloutEvent,
  RolloutTask
} from '../../core/rollout/rollout-state.ts';
import { beginRollout, stepRollout } from '../../core/rollout/step-rollout.ts';
import type { Ports } from '../../ports/ports.ts';

/** What is done to the targets. Both resolve however it ended, and throw only faults of the program. */
export interface FleetWork {
  /**
   * `recovered` where it was unavailable from the start, serves again, and nothing was done to it.
   *
   * @param stop aborts when the rollout stops: what is not sent by then is withdrawn
   */
  rollForward(id: string, stop: AbortSignal): Promise<Outcome | 'recovered'>;
  rollBack(id: string): Promise<RollbackOutcome>;
}

/** How a rollback ended, and whether the instance does not serve now. */
export type RollbackOutcome = Pick<
  Extract<RolloutEvent, { type: 'rollbackEnded' }>,
  'result' | 'isUnavailable'
>;

/**
 * Takes all targets through the rollout and resolves with it, however it ended.
 *
 * @param observe told of the beginning and of every step, in order; must not throw
 * @throws the first fault of the program, once all that is under way has ended
 */
export async function rollOut(
  task: RolloutTask,
  work: FleetWork,
  { clock, cancel }: Pick<Ports, 'clock' | 'cancel'>,
  observe: (now: Rollout) => void
): Promise<Rollout> {
  const nowMs = (): number => clock.nowMs();
  const inbox = new EventEmitter();
  // Keeps those that come while others are worked on.
  const events = on(inbox, 'event');
  const put = (event: RolloutEvent): void => void inbox.emit('event', event);
  const stopped = new AbortController();
  const stop = AbortSignal.any([cancel.signal, stopped.signal]);
  const faults: unknown[] = [];
  const onAbort = (): void => put({ type: 'cancelled', atMs: nowMs() });
  const failed = (error: unknown): Outcome => {
    faults.push(error);
    // On an internal error start nothing new; let running work finish.
    onAbort();
    return { result: 'failed', isUnavailable: true, canRollBack: false };
  };
  const begin = async (command: Exclude<RolloutCommand, { type: 'end' }>): Promise<RolloutEvent> => {
    switch (command.type) {
      case 'begin': {
        const outcome = await work.rollForward(command.id, stop).catch(failed);
        const { id } = command;
        return outcome === 'recovered'
          ? { type: 'recovered', id, atMs: nowMs() }
          : { type: 'ended', id, outcome, atMs: nowMs() };
      }
      case 'rollBack': {
        const outcome = await work.rollBack(command.id).catch((error: unknown): RollbackOutcome => {
          failed(error);
          return { result: 'rollbackFailed', isUnavailable: true };
        });
        return { type: 'rollbackEnded', id: command.id, ...outcome, atMs: nowMs() };
      }
      case 'pause':
        // A cancel comes as an event of its own.
        // Timers count in whole milliseconds, and one that is cut off would wake us just before the moment.
        await clock
          .sleep(Math.max(0, Math.ceil(command.untilMs - nowMs())), cancel.signal)
          .catch(() => undefined);
        return { type: 'woke', atMs: nowMs() };
    }
  };

  let [rollout, commands] = beginRollout(task, nowMs());
  observe(rollout);
  cancel.signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (cancel.signal.aborted) onAbort();
    for (;;) {
      for (const command of commands) {
        if (command.type !== 'end') void begin(command).then(put);
      }
      if (rollout.isOver) break;
      const [event] = (await events.next()).value as [RolloutEvent];
      [rollout, commands] = stepRollout(rollout, event);
      if (rollout.stop !== undefined) stopped.abort();
      observe(rollout);
    }
    if (faults.length > 0) throw faults[0];
    return rollout;
  } finally {
    cancel.signal.removeEventListener('abort', onAbort);
  }
}
