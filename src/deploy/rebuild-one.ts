/** The loop that lives the life of one rebuild: it performs each command and feeds what came of it back. */

import { CallError } from '../core/model/failure.ts';
import type { RebuildOrder } from '../core/model/order.ts';
import type { Task } from '../core/plan/decide.ts';
import type { BackupProblem } from '../core/rebuild/ending.ts';
import type { Life, LifeCommand, LifeEvent, Sight, Step } from '../core/rebuild/state.ts';
import { begin, step } from '../core/rebuild/step.ts';
import { lookMoment } from '../core/schedule.ts';
import { look } from './look.ts';
import type { Bcc, Cancel, Clock, Random } from './ports.ts';

/** What the loop needs of the world. */
export interface RebuildPorts {
  readonly bcc: Bcc;
  readonly clock: Clock;
  readonly random: Random;
  readonly cancel: Cancel;
}

/** Told of every step, in order; `now` is the life after it. It must not throw. */
export type LifeObserver = (before: Life, now: Life) => void;

/** Makes the backup that a task asks for; gives why there is none. Throws `CancelledError` on abort. */
export type MakeBackup = () => Promise<BackupProblem | undefined>;

const noBackup: MakeBackup = () => Promise.resolve(undefined);

/**
 * Rebuilds one instance and waits for the end; resolves with the whole life, however it ended.
 *
 * @param first a look with the disk that was taken just now, if there is one; it saves the first calls
 * @throws only what is no failure of a call: a fault of the program
 */
export async function rebuildOne(
  task: Task,
  order: RebuildOrder,
  first: Sight | undefined,
  ports: RebuildPorts,
  observe: LifeObserver,
  makeBackup: MakeBackup = noBackup
): Promise<Life> {
  const beginning = begin(task, first?.atMs ?? ports.clock.nowMs());
  let [life, command]: Step = beginning;
  if (first !== undefined) [life, command] = step(life, { type: 'looked', sight: first });
  observe(beginning[0], life);
  while (command.type !== 'end') {
    const before = life;
    const event = await perform(command, life, order, ports, makeBackup);
    [life, command] = step(life, event);
    observe(before, life);
  }
  return life;
}

async function perform(
  command: Exclude<LifeCommand, { type: 'end' }>,
  life: Life,
  order: RebuildOrder,
  ports: RebuildPorts,
  makeBackup: MakeBackup
): Promise<LifeEvent> {
  const { bcc, clock, cancel } = ports;
  const id = life.task.instanceId;
  try {
    cancel.signal.throwIfAborted();
    switch (command.type) {
      case 'look': {
        const nowMs = clock.nowMs();
        await clock.sleep(lookMoment(command, life.deadlineMs, nowMs, ports.random()) - nowMs, cancel.signal);
        return { type: 'looked', sight: await look(id, command.withDisk, ports, cancel.signal) };
      }
      case 'backup': {
        const problem = await makeBackup();
        const atMs = clock.nowMs();
        return problem === undefined ? { type: 'backedUp', atMs } : { type: 'backupFailed', atMs, problem };
      }
      case 'send': {
        const { requestId } = await bcc.rebuild(id, order, cancel.writes);
        return { type: 'accepted', atMs: clock.nowMs(), requestId };
      }
      case 'start': {
        const { requestId } = await bcc.start(id, cancel.writes);
        return { type: 'startAccepted', atMs: clock.nowMs(), requestId };
      }
    }
  } catch (error) {
    return failed(command.type, error, ports);
  }
}

function failed(what: Exclude<LifeCommand['type'], 'end'>, error: unknown, ports: RebuildPorts): LifeEvent {
  const atMs = ports.clock.nowMs();
  const failure = error instanceof CallError ? error.failure : undefined;
  if (ports.cancel.signal.aborted) {
    const lost = what === 'send' && failure?.kind === 'ambiguous' ? failure : undefined;
    return { type: 'cancelled', atMs, ...(lost === undefined ? {} : { failure: lost }) };
  }
  if (failure === undefined || what === 'backup') throw error;
  const type = { look: 'lookFailed', send: 'sendFailed', start: 'startFailed' } as const;
  return { type: type[what], atMs, failure };
}
