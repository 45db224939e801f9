/** The work of a rollout on its targets: forth, and back. */
import type { Plan, PlannedTarget } from '../../core/plan/plan.ts';
import type { Sight } from '../../core/rebuild/rebuild-state.ts';
import { type Deed, isRolledBack, outcomeOf } from '../../core/run/instance-run.ts';
import { failureOfDeed } from '../../core/report/failure-report.ts';
import { openHolds } from '../../core/balancers/held-weights.ts';
import type { Log } from '../../ports/bcc.ts';
import type { RunRequest } from '../../ports/request.ts';
import { goBack } from '../instance/roll-back.ts';
import { dealWith, type TargetPorts } from '../instance/run-instance.ts';
import { lookNow, serves } from './recovered.ts';
import type { FleetWork } from './roll-out.ts';

/** A look of the survey is used again if it is no older than this, in milliseconds. */
const freshMs = 2_000;

/** In more targets than this, the steps of each are told only on debug level: nobody reads them. */
const fewTargets = 20;

/** What the work is about. */
export interface WorkOrder {
  readonly request: RunRequest;
  readonly plan: Plan;
  readonly sights: ReadonlyMap<string, Sight>;
}

/**
 * The work of one run.
 *
 * @param observe told of every deed whenever it has come a step further, and when it is over; must not throw
 */
export function createTargetWork(
  { request, plan, sights }: WorkOrder,
  ports: TargetPorts,
  observe: (deed: Deed, isOver: boolean) => void
): FleetWork {
  const targets = new Map(plan.targets.map((target) => [target.instance.id, target]));
  // Those that were away to begin with and have not been begun yet.
  const away = new Set(plan.rollout.members.filter(({ isAway }) => isAway).map(({ id }) => id));
  const deeds = new Map<string, Deed>();
  const going = (deed: Deed): void => observe(deed, false);
  const done = (deed: Deed): Deed => {
    deeds.set(deed.target.instance.id, deed);
    observe(deed, true);
    const failure = targets.size === 1 ? undefined : failureOfDeed(deed);
    if (failure !== undefined) ports.log.info(failure.cause);
    return deed;
  };
  // A single target has the log to itself; the steps of several are told apart by the ID in front.
  const inLog = <T>(id: string, title: string, work: (log: Log) => Promise<T>): Promise<T> =>
    targets.size === 1
      ? ports.log.group(title, () => work(ports.log))
      : work(logOf(id, ports.log, targets.size > fewTargets));

  // With a look that shows that it is to be skipped, nothing can be sent; for the others it must be fresh.
  const earlySight = ({ instance, decision }: PlannedTarget): Sight | undefined => {
    const sight = sights.get(instance.id);
    const isFresh = sight !== undefined && ports.clock.nowMs() - sight.atMs <= freshMs;
    return decision.action === 'skip' || isFresh ? sight : undefined;
  };

  return {
    async forth(id) {
      const target = targets.get(id);
      if (target === undefined) throw new Error(`${id} is not in the plan`);
      let first = earlySight(target);
      if (targets.size > 1 && target.decision.action !== 'skip' && away.delete(id)) {
        first ??= await lookNow(id, ports);
        if (first !== undefined && (await serves(first, request, ports))) return 'cameBack';
      }
      const deed = await inLog(id, `Rebuild ${id}`, (log) =>
        dealWith(target, plan.order, request, first, { ...ports, log }, going)
      );
      return outcomeOf(done(deed));
    },
    async back(id) {
      const before = deeds.get(id);
      if (before === undefined) throw new Error(`nothing was done to ${id} that could be undone`);
      const deed = await inLog(id, `Put ${id} back`, (log) =>
        goBack(before, plan.order, request, { ...ports, log }, going)
      );
      done(deed);
      if (deed.cancelled) return 'cancelled';
      return isRolledBack(deed) && openHolds(deed.holds).length === 0 ? 'back' : 'notBack';
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
