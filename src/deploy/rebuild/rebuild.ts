/** The loop that lives the life of one rebuild: it performs each command and feeds what came of it back. */

import { CallError } from '../../core/model/failure.ts';
import type { RebuildOrder } from '../../core/model/rebuild-spec.ts';
import type { Task } from '../../core/plan/decide.ts';
import type { Obstacle } from '../../core/rebuild/ending.ts';
import type { Life, LifeCommand, LifeEvent, Sight, Step } from '../../core/rebuild/rebuild-state.ts';
import { begin, step } from '../../core/rebuild/step-rebuild.ts';
import { earliestLook, lookMoment } from '../../core/rebuild/schedule.ts';
import { RefusedTogetherError, type Sender } from './send.ts';
import type { Watch } from './watch.ts';
import type { Bcc, Cancel, Clock, Random } from '../../ports/bcc.ts';

/** What the loop needs of the world. */
export interface RebuildPorts {
  readonly bcc: Bcc;
  readonly clock: Clock;
  readonly random: Random;
  readonly cancel: Cancel;
  readonly watch: Watch;
  readonly sender: Sender;
}

/** Told of every step, in order; `now` is the life after it. It must not throw. */
export type LifeObserver = (before: Life, now: Life) => void;

/** What comes before the wipe. Each gives what kept it from being done; throws `CancelledError` on abort. */
export interface Preparations {
  /** Makes the backup that a task asks for. */
  backup(): Promise<Obstacle | undefined>;
  /** Leaves the load balancers, where a task asks for that. */
  drain(): Promise<Obstacle | undefined>;
}

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
  prepare: Preparations
): Promise<Life> {
  const beginning = begin(task, first?.atMs ?? ports.clock.nowMs());
  let [life, command]: Step = beginning;
  if (first !== undefined) [life, command] = step(life, { type: 'looked', sight: first });
  observe(beginning[0], life);
  while (command.type !== 'end') {
    const before = life;
    const event = await perform(command, life, order, ports, prepare);
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
  prepare: Preparations
): Promise<LifeEvent> {
  const { bcc, clock, cancel, watch, sender } = ports;
  const id = life.task.instanceId;
  try {
    cancel.signal.throwIfAborted();
    switch (command.type) {
      case 'look': {
        const nowMs = clock.nowMs();
        const dueMs = lookMoment(command, life.deadlineMs, nowMs, ports.random());
        const earliestMs = earliestLook(command, dueMs);
        const { withDisk } = command;
        return { type: 'looked', sight: await watch.look({ instanceId: id, dueMs, earliestMs, withDisk }) };
      }
      case 'backup': {
        const problem = await prepare.backup();
        const atMs = clock.nowMs();
        return problem === undefined ? { type: 'backedUp', atMs } : { type: 'backupFailed', atMs, problem };
      }
      case 'drain': {
        const problem = await prepare.drain();
        const atMs = clock.nowMs();
        return problem === undefined ? { type: 'drained', atMs } : { type: 'drainFailed', atMs, problem };
      }
      case 'send': {
        const { requestId } = await sender.rebuild(id, order, wasSent(life));
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
    const together = error instanceof RefusedTogetherError;
    const isOut = what === 'send' && (together || failure?.kind === 'ambiguous');
    return isOut && failure ? { type: 'cancelled', atMs, failure, together } : { type: 'cancelled', atMs };
  }
  if (failure === undefined || what === 'backup' || what === 'drain') throw error;
  if (error instanceof RefusedTogetherError) return { type: 'refusedTogether', atMs, failure };
  const type = { look: 'lookFailed', send: 'sendFailed', start: 'startFailed' } as const;
  return { type: type[what], atMs, failure };
}

/** Whether a call went out for it before, alone or together with others. */
function wasSent({ phases }: Life): boolean {
  return phases.some(({ phase }) => phase === 'searching');
}
