/** The loop of one rebuild: it performs each command and feeds what came of it back to the reducer. */

import { CallError, CancelledError } from '../../core/model/failure.ts';
import { lacksFacts, type Task } from '../../core/plan/decide.ts';
import type { Obstacle } from '../../core/rebuild/ending.ts';
import type {
  Observation,
  RebuildCommand,
  RebuildEvent,
  RebuildState,
  Step
} from '../../core/rebuild/rebuild-state.ts';
import { beginRecheck } from '../../core/rebuild/recheck.ts';
import { begin, step } from '../../core/rebuild/step-rebuild.ts';
import { wasIn } from '../../core/rebuild/transitions.ts';
import { earliestMoment, observeMoment } from '../../core/schedule.ts';
import type { Ports } from '../../ports/ports.ts';
import { withMissingFacts } from '../calls/missing-facts.ts';
import { RefusedTogetherError, type Sender } from './send.ts';
import type { Watch } from './watch.ts';

/** How long after the deadline the last read is cut, which is sent at the deadline, in milliseconds. */
const lastReadMs = 2_000;

/** What the loop needs of the world. */
export interface RebuildPorts extends Pick<Ports, 'bcc' | 'clock' | 'random' | 'cancel'> {
  readonly watch: Watch;
  readonly sender: Sender;
  /** Aborts with the rollout's stop as well as with the cancel: from then on nothing is sent that erases. */
  readonly stop: AbortSignal;
}

/** Told of every step, in order; `now` is the state after it. It must not throw. */
export type RebuildObserver = (before: RebuildState, now: RebuildState) => void;

/** What comes before the wipe. Each gives what kept it from being done; throws `CancelledError` on abort. */
export interface Preparations {
  /** Makes the backup that a task asks for. */
  backup(): Promise<Obstacle | undefined>;
  /** Leaves the load balancers, where a task asks for that. */
  drain(): Promise<Obstacle | undefined>;
}

/**
 * Rebuilds one instance and waits for the end; resolves with its last state, however it ended.
 *
 * @param earlier what is known already: the observation that the plan was made by, and perhaps one of just now
 * @throws only what is no failure of a call: a fault of the program
 */
export async function rebuildOne(
  task: Task,
  earlier: readonly Observation[],
  ports: RebuildPorts,
  observe: RebuildObserver,
  prepare: Preparations
): Promise<RebuildState> {
  const [planned, ...recent] = earlier;
  const beginning = begin(task, ports.clock.nowMs(), planned);
  let [rebuild, command]: Step = beginning;
  for (const observation of recent) {
    if (command.type === 'observe' && !lacksFacts(observation.instance, task))
      [rebuild, command] = step(rebuild, { type: 'observed', observation });
  }
  observe(beginning[0], rebuild);
  while (command.type !== 'end') {
    const before = rebuild;
    const event = await perform(command, rebuild, ports, prepare);
    [rebuild, command] = step(rebuild, event);
    observe(before, rebuild);
  }
  return rebuild;
}

/**
 * Observes an instance that has passed its health check, until it is known whether it is still what was proven before;
 * resolves with the state after that. Nothing is sent.
 *
 * @throws only what is no failure of a call: a fault of the program
 */
export async function recheckOne(
  proven: RebuildState,
  ports: RebuildPorts,
  observe: RebuildObserver
): Promise<RebuildState> {
  let [rebuild, command] = beginRecheck(proven, ports.clock.nowMs());
  while (command.type === 'observe') {
    const before = rebuild;
    const event = await takeObservation(command, rebuild, ports).catch((error: unknown) =>
      failed('observe', error, ports)
    );
    [rebuild, command] = step(rebuild, event);
    observe(before, rebuild);
  }
  return rebuild;
}

async function perform(
  command: Exclude<RebuildCommand, { type: 'end' }>,
  rebuild: RebuildState,
  ports: RebuildPorts,
  prepare: Preparations
): Promise<RebuildEvent> {
  const { bcc, clock, cancel, sender, stop } = ports;
  const id = rebuild.task.instanceId;
  try {
    cancel.signal.throwIfAborted();
    if (stop.aborted && leadsToErasing(command.type)) return { type: 'withdrawn', atMs: clock.nowMs() };
    switch (command.type) {
      case 'observe':
        return await takeObservation(command, rebuild, ports);
      case 'backup':
      case 'drain': {
        const problem = await prepare[command.type]();
        return { type: 'prepared', atMs: clock.nowMs(), problem };
      }
      case 'send': {
        const observedAtMs = rebuild.reference?.atMs ?? clock.nowMs();
        // After a search a call went out for it before, alone or together with others.
        const isAgain = wasIn(rebuild, 'searching');
        const { requestId } = await sender.rebuild(rebuild.task, isAgain, observedAtMs, stop);
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

/** Whether the command erases, or prepares that. */
function leadsToErasing(type: RebuildCommand['type']): boolean {
  return type === 'backup' || type === 'drain' || type === 'send';
}

/** Makes the observation at its moment. */
async function takeObservation(
  command: Extract<RebuildCommand, { type: 'observe' }>,
  { phase, task, deadlineMs }: RebuildState,
  ports: RebuildPorts
): Promise<RebuildEvent> {
  const dueMs = observeMoment(command, deadlineMs, ports.clock.nowMs(), ports.random());
  const { withDisk, fresh } = command;
  const observation = await ports.watch.observe({
    instanceId: task.instanceId,
    dueMs,
    earliestMs: earliestMoment(command, dueMs),
    withDisk,
    fresh,
    deadlineMs: deadlineMs + lastReadMs
  });
  const mayErase = phase === 'settling' || phase === 'searching';
  return {
    type: 'observed',
    observation: mayErase ? await withMissingFacts(observation, task, ports) : observation
  };
}

function failed(
  what: Exclude<RebuildCommand['type'], 'end'>,
  error: unknown,
  ports: RebuildPorts
): RebuildEvent {
  const atMs = ports.clock.nowMs();
  const failure = error instanceof CallError ? error.failure : undefined;
  if (ports.cancel.signal.aborted) {
    const together = error instanceof RefusedTogetherError;
    const mayBeDone = what === 'send' && (together || failure?.kind === 'ambiguous');
    return mayBeDone && failure
      ? { type: 'cancelled', atMs, failure, together }
      : { type: 'cancelled', atMs };
  }
  if (error instanceof CancelledError && ports.stop.aborted) return { type: 'withdrawn', atMs };
  if (failure === undefined || what === 'backup' || what === 'drain') throw error;
  if (error instanceof RefusedTogetherError) return { type: 'refusedTogether', atMs, failure };
  const type = { observe: 'observeFailed', send: 'sendFailed', start: 'startFailed' } as const;
  return { type: type[what], atMs, failure };
}
