/** Everything that happens to one instance: backup, drain, rebuild, health check, rejoin. */

import { withSystemOf } from '../../core/health/guest/guest-system.ts';
import type { HealthOutcome } from '../../core/health/health.ts';
import { CancelledError } from '../../core/model/failure.ts';
import type { Task } from '../../core/plan/decide.ts';
import type { PlannedTarget } from '../../core/plan/plan.ts';
import { acceptedSinceMs } from '../../core/rebuild/evidence.ts';
import type { Observation, RebuildState } from '../../core/rebuild/rebuild-state.ts';
import { hasSucceeded } from '../../core/run/instance-end.ts';
import { type InstanceRun, plannedRun, usableBackup } from '../../core/run/instance-run.ts';
import { mayRejoin } from '../../core/run/next-steps.ts';
import { formatDuration } from '../../core/time.ts';
import type { Ports } from '../../ports/ports.ts';
import type { RunRequest } from '../../ports/request.ts';
import type { Balance } from '../balancers/balance.ts';
import { withHeartbeat } from '../calls/heartbeat.ts';
import { awaitHealthy, type Baseline } from '../health/await-healthy.ts';
import { makeBackup, pruneBackups } from '../images/backup.ts';
import { type Preparations, type RebuildPorts, rebuildOne } from '../rebuild/rebuild.ts';
import { withRebuildLog } from '../rebuild/rebuild-log.ts';
import { checkHealth } from './check-health.ts';

/** What the work on one instance needs of the world, and what all instances of the run share. */
export interface InstancePorts extends RebuildPorts, Omit<Ports, 'secrets' | 'balancers'> {
  /** The images that no pruning of backups may delete: the deployed one, and all that an instance was seen on. */
  imagesInUse(): ReadonlySet<string>;
  /** `undefined` where the run names no load balancer. */
  readonly balance: Balance | undefined;
}

/** Told of the instance run after each step. It must not throw. */
export type InstanceRunObserver = (run: InstanceRun) => void;

/** An instance run in progress: what is known of it, and how more is added. */
export interface RunRecorder {
  current(): InstanceRun;
  add(more: Partial<InstanceRun>): void;
}

/**
 * Runs one instance and resolves with its run, however it ended.
 *
 * @param earlier what is known of it already, the oldest first
 * @throws only a fault of the program
 */
export async function runInstance(
  target: PlannedTarget,
  request: RunRequest,
  earlier: readonly Observation[],
  ports: InstancePorts,
  observe: InstanceRunObserver
): Promise<InstanceRun> {
  return untilCancelled(plannedRun(target), ports, observe, async (recorder) => {
    const baseline = (rebuild: RebuildState): Baseline => baselineOf(target, rebuild);
    await rebuildAndCheck(target.task, request, earlier, ports, recorder, baseline, (known) => known);
    await rejoin(recorder, ports);
    const backup = usableBackup(recorder.current());
    if (hasSucceeded(recorder.current()) && request.backup?.keep !== undefined && backup !== undefined) {
      await pruneBackups(target.instance.id, request.backup.keep, backup, ports.imagesInUse, ports);
    }
  });
}

/**
 * Does the work on an instance and gives what is known of it at the end; a cancel ends the work and is noted. Throws
 * only faults of the program.
 */
export async function untilCancelled(
  before: InstanceRun,
  ports: InstancePorts,
  observe: InstanceRunObserver,
  work: (recorder: RunRecorder) => Promise<void>
): Promise<InstanceRun> {
  let run: InstanceRun = { ...before, progress: 'working' };
  const add = (more: Partial<InstanceRun>): void => {
    run = { ...run, ...more };
    observe(run);
  };
  try {
    await work({ current: () => run, add });
  } catch (error) {
    if (!(error instanceof CancelledError) && !ports.cancel.signal.aborted) throw error;
    add({ cancelled: true });
  }
  add({ progress: 'ended', endedAtMs: ports.clock.nowMs() });
  return run;
}

/** What comes before the wipe. */
function preparations(target: PlannedTarget, ports: InstancePorts, recorder: RunRecorder): Preparations {
  const { balance, log, clock, stop } = ports;
  const cancel = { ...ports.cancel, signal: stop };
  return {
    backup: () => makeBackup(target, { ...ports, cancel }, (backup) => recorder.add({ backup })),
    drain: () =>
      withHeartbeat(
        async () => balance?.drain(target.instance.id, recorder, log, stop),
        (elapsedMs) =>
          log.info(
            `still setting its weights to 0 after ${formatDuration(elapsedMs)}; nothing is erased yet`
          ),
        clock
      )
  };
}

/** Gives back the weights that are held, where the instance may have its traffic again. */
export async function rejoin(recorder: RunRecorder, { balance, log }: InstancePorts): Promise<void> {
  if (!mayRejoin(recorder.current())) return;
  const { id } = recorder.current().target.instance;
  try {
    const rejoinProblem = await balance?.rejoin(id, recorder, log);
    if (rejoinProblem !== undefined) recorder.add({ rejoinProblem });
  } catch (error) {
    // The instance is healthy; only its traffic is missing, which the post step restores.
    if (!(error instanceof CancelledError)) throw error;
    recorder.add({ rejoinProblem: 'the run was cancelled.' });
  }
}

/** What the new system must differ from. */
function baselineOf({ oldHostKeys, oldBootId }: PlannedTarget, rebuild: RebuildState): Baseline {
  if (rebuild.ending?.kind !== 'rebuilt') return { guest: {} };
  const acceptedMs = acceptedSinceMs(rebuild);
  // Of a rebuild that was under way already, what was read before may be of the new system.
  if (rebuild.adopted) return { guest: { acceptedMs } };
  return { hostKeys: oldHostKeys, guest: { acceptedMs, bootId: oldBootId } };
}

/**
 * Rebuilds the instance, and where it is there afterwards waits until it is healthy.
 *
 * @param baselineOf what the new system must differ from
 * @param asPart which part of the instance run it is
 * @throws CancelledError on abort
 */
export async function rebuildAndCheck(
  task: Task,
  request: RunRequest,
  earlier: readonly Observation[],
  ports: InstancePorts,
  recorder: RunRecorder,
  baselineOf: (rebuild: RebuildState) => Baseline,
  asPart: (known: { readonly rebuild: RebuildState; readonly health?: HealthOutcome }) => Partial<InstanceRun>
): Promise<void> {
  const keep = (now: RebuildState): void => recorder.add(asPart({ rebuild: now }));
  const { target } = recorder.current();
  const rebuild = await withRebuildLog(ports, keep, (observe) =>
    rebuildOne(task, earlier, ports, observe, preparations(target, ports, recorder))
  );
  keep(rebuild);
  if (rebuild.ending?.kind === 'cancelled') return recorder.add({ cancelled: true });
  const isThere = rebuild.ending?.kind === 'rebuilt' || rebuild.ending?.kind === 'skipped';
  if (!isThere) return;
  const baseline = baselineOf(rebuild);
  await checkHealth(
    rebuild,
    (instance) => awaitHealthy(request, withSystemOf(task.image, instance), baseline, ports),
    ports,
    (now, { outcome, knownHosts }) =>
      recorder.add({ ...asPart({ rebuild: now, health: outcome }), knownHosts })
  );
}
