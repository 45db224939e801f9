/** The work of a rollout on its targets: forth, and back. */

import { openHeldWeights } from '../../core/balancers/held-weights.ts';
import type { Plan, PlannedTarget } from '../../core/plan/plan.ts';
import type { Observation } from '../../core/rebuild/rebuild-state.ts';
import { failureOfRun } from '../../core/report/failure-report.ts';
import { type InstanceRun, isRolledBack, mayRejoin, outcomeOf } from '../../core/run/instance-run.ts';
import type { Log } from '../../ports/log.ts';
import type { RunRequest } from '../../ports/request.ts';
import { rollBack } from '../instance/roll-back.ts';
import { type InstancePorts, runInstance } from '../instance/run-instance.ts';
import { observeNow, serves } from './recovered.ts';
import type { FleetWork } from './roll-out.ts';

/** A look of the survey is used again if it is no older than this, in milliseconds. */
const freshMs = 2_000;

/** In more targets than this, the steps of each are told only on debug level: nobody reads them. */
const fewTargets = 20;

/** What the work is about. */
export interface WorkOrder {
  readonly request: RunRequest;
  readonly plan: Plan;
  readonly observations: ReadonlyMap<string, Observation>;
}

/**
 * The work of one run.
 *
 * @param observe told of every deed whenever it has come a step further, and when it is over; must not throw
 */
export function createInstanceWork(
  { request, plan, observations }: WorkOrder,
  given: Omit<InstancePorts, 'imagesInUse'>,
  observe: (run: InstanceRun, isOver: boolean) => void
): FleetWork {
  const inUse = new Set([plan.image.id, ...plan.targets.map(({ instance }) => instance.imageId)]);
  const ports: InstancePorts = { ...given, imagesInUse: () => inUse };
  const targets = new Map(plan.targets.map((target) => [target.instance.id, target]));
  // Those that were away to begin with and have not been begun yet.
  const away = new Set(plan.rollout.members.filter(({ isUnavailable }) => isUnavailable).map(({ id }) => id));
  const runs = new Map<string, InstanceRun>();
  const noteImages = ({ rebuild, rollback }: InstanceRun): void => {
    for (const { imageId } of [...(rebuild?.history ?? []), ...(rollback?.rebuild?.history ?? [])]) {
      inUse.add(imageId);
    }
    if (rollback !== undefined) inUse.add(rollback.imageId);
  };
  const going = (run: InstanceRun): void => {
    noteImages(run);
    observe(run, false);
  };
  const done = (run: InstanceRun): InstanceRun => {
    noteImages(run);
    runs.set(run.target.instance.id, run);
    observe(run, true);
    const failure = targets.size === 1 ? undefined : failureOfRun(run);
    if (failure !== undefined) ports.log.info(failure.cause);
    return run;
  };
  // A single target has the log to itself; the steps of several are told apart by the ID in front.
  const inLog = <T>(id: string, title: string, work: (log: Log) => Promise<T>): Promise<T> =>
    targets.size === 1
      ? ports.log.group(title, () => work(ports.log))
      : work(logOf(id, ports.log, targets.size > fewTargets));

  // With a look that shows that it is to be skipped, nothing can be sent; for the others it must be fresh.
  const earlyObservation = ({ instance, decision }: PlannedTarget): Observation | undefined => {
    const observation = observations.get(instance.id);
    const isFresh = observation !== undefined && ports.clock.nowMs() - observation.atMs <= freshMs;
    return decision.action === 'skip' || isFresh ? observation : undefined;
  };

  return {
    async rollForward(id) {
      const target = targets.get(id);
      if (target === undefined) throw new Error(`${id} is not in the plan`);
      let first = earlyObservation(target);
      if (targets.size > 1 && target.decision.action !== 'skip' && away.delete(id)) {
        first ??= await observeNow(id, ports);
        if (first !== undefined && (await serves(first, request, ports))) return 'recovered';
      }
      const run = await inLog(id, `Rebuild ${id}`, (log) =>
        runInstance(target, plan.order, request, first, { ...ports, log }, going)
      );
      return outcomeOf(done(run));
    },
    async rollBack(id) {
      const before = runs.get(id);
      if (before === undefined) throw new Error(`nothing was done to ${id} that could be undone`);
      const run = await inLog(id, `Put ${id} back`, (log) =>
        rollBack(before, plan.order, request, { ...ports, log }, going)
      );
      done(run);
      const hasTraffic = openHeldWeights(run.heldWeights).length === 0;
      const isUnavailable = !(mayRejoin(run) && hasTraffic);
      if (run.cancelled) return { result: 'cancelled', isUnavailable };
      return { result: isRolledBack(run) && hasTraffic ? 'rolledBack' : 'rollbackFailed', isUnavailable };
    }
  };
}

/** A warning is an annotation on the page of the run, which shows ten; so those of many are lines like others. */
function logOf(id: string, log: Log, isTerse: boolean): Log {
  const name = (line: string): string => (line.startsWith(id) ? line : `${id}: ${line}`);
  return {
    info: (line) => (isTerse ? log.debug(name(line)) : log.info(name(line))),
    warning: (line) => log.info(name(line)),
    debug: (line) => log.debug(name(line)),
    group: (_title, work) => work()
  };
}
