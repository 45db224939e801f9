/** The work of a rollout on its instances: rebuild and rollback. */

import type { PlannedTarget } from '../../core/plan/plan.ts';
import type { Observation } from '../../core/rebuild/rebuild-state.ts';
import { wholeCause } from '../../core/report/explain.ts';
import { failureOf } from '../../core/report/instance-failure.ts';
import { isRolledBack } from '../../core/run/instance-end.ts';
import { type InstanceRun, isLowered } from '../../core/run/instance-run.ts';
import { mayRejoin, outcomeOf } from '../../core/run/next-steps.ts';
import { imagesInUse } from '../../core/run/run-state.ts';
import type { Log } from '../../ports/log.ts';
import type { RunRequest } from '../../ports/request.ts';
import { rollBack } from '../instance/roll-back.ts';
import { type InstancePorts, runInstance } from '../instance/run-instance.ts';
import type { Survey } from '../plan/survey.ts';
import { createSecondObservation } from '../rebuild/second-observation.ts';
import type { RunStateStore } from '../run/run-state-store.ts';
import { observeNow, serves } from './recovered.ts';
import type { FleetWork } from './roll-out.ts';

/** In more targets than this, the steps of each are told only on debug level: nobody reads them. */
const fewTargets = 20;

/**
 * The work of one run.
 *
 * @param store what is known of the run now
 * @param observe told of an instance whenever something of it has changed; must not throw
 */
export function createInstanceWork(
  request: RunRequest,
  { plan, observations }: Survey,
  shared: Omit<InstancePorts, 'imagesInUse' | 'stop'>,
  store: Pick<RunStateStore, 'current' | 'runOf'>,
  observe: (run: InstanceRun) => void
): FleetWork {
  const count = plan.targets.length;
  // A rollback is there to end what a rollout began, so its stop does not stop it.
  const ports: InstancePorts = {
    ...shared,
    stop: shared.cancel.signal,
    imagesInUse: () => imagesInUse(store.current())
  };
  // Unavailable from the start, and not started yet.
  const unavailable = new Set(
    plan.rollout.members.filter(({ isUnavailable }) => isUnavailable).map(({ id }) => id)
  );
  const done = (run: InstanceRun): InstanceRun => {
    const failure = count === 1 ? undefined : failureOf(run);
    if (failure !== undefined) ports.log.info(wholeCause(failure));
    return run;
  };
  // A single target has the log to itself; the steps of several are told apart by the ID in front.
  const inLog = <T>(id: string, title: string, work: (log: Log) => Promise<T>): Promise<T> =>
    count === 1
      ? ports.log.group(title, () => work(ports.log))
      : work(logOf(id, ports.log, count > fewTargets));

  const skips = plan.targets.filter(({ decision }) => decision.action === 'skip');
  const secondOf = createSecondObservation(
    skips.map(({ instance }) => instance.id),
    observations,
    request.pollIntervalMs,
    ports
  );
  /** What is known of it before its turn comes: the observation of the plan, and for a skip the second one. */
  const known = async ({ instance, decision }: PlannedTarget): Promise<readonly Observation[]> => {
    const second = decision.action === 'skip' ? await secondOf(instance.id) : undefined;
    return [observations.get(instance.id), second].filter((one) => one !== undefined);
  };

  return {
    async rollForward(id, stop) {
      const { target } = store.runOf(id);
      const earlier = [...(await known(target))];
      if (count > 1 && target.decision.action !== 'skip' && unavailable.delete(id)) {
        const now = await observeNow(id, ports);
        if (now !== undefined && (await serves(now, request, ports))) return 'recovered';
        if (now !== undefined) earlier.push(now);
      }
      const run = await inLog(id, `Rebuild ${id}`, (log) =>
        runInstance(target, request, earlier, { ...ports, stop, log }, observe)
      );
      return outcomeOf(done(run));
    },
    async rollBack(id) {
      const run = await inLog(id, `Roll back ${id}`, (log) =>
        rollBack(store.runOf(id), request, { ...ports, log }, observe)
      );
      // Why it failed itself was told before its rollback.
      if (!isRolledBack(run)) done(run);
      const isUnavailable = !mayRejoin(run) || isLowered(run);
      if (run.cancelled) return { result: 'cancelled', isUnavailable };
      return {
        result: isRolledBack(run) && !isLowered(run) ? 'rolledBack' : 'rollbackFailed',
        isUnavailable
      };
    }
  };
}

/** A warning is an annotation on the page of the run, which shows ten; so those of many are lines like others. */
function logOf(id: string, log: Log, isTerse: boolean): Log {
  const named = (line: string): string => `${id}: ${line}`;
  return {
    info: (line) => (isTerse ? log.debug(named(line)) : log.info(named(line))),
    warning: (line) => log.info(named(line)),
    debug: (line) => log.debug(named(line)),
    group: (_title, work) => work()
  };
}
