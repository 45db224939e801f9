/** One run: survey, plan, and the rollout; what is known of it is kept in its state. */

import { CancelledError } from '../../core/model/failure.ts';
import { isRefused } from '../../core/plan/plan.ts';
import { planLines } from '../../core/plan/plan-lines.ts';
import type { Rollout } from '../../core/rollout/rollout-state.ts';
import type { InstanceRun } from '../../core/run/instance-run.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { Journal } from '../../ports/journal.ts';
import type { Ports } from '../../ports/ports.ts';
import type { RunRequest } from '../../ports/request.ts';
import { createBalance } from '../balancers/balance.ts';
import { withBootIds } from '../health/guest-agents.ts';
import { type Survey, survey } from '../plan/survey.ts';
import { createSender } from '../rebuild/send.ts';
import { Watch } from '../rebuild/watch.ts';
import { createInstanceWork } from '../rollout/instance-work.ts';
import { rollOut } from '../rollout/roll-out.ts';
import { RolloutLog } from '../rollout/rollout-log.ts';
import { createRunStateStore, type RunStateStore } from './run-state-store.ts';
import { writeAhead } from './write-ahead.ts';

/** Told of what is known while the run goes on. Only `planned` and `commit` may throw. */
export interface RunHooks extends Journal {
  /** The plan stands; nothing has been sent. */
  planned(state: RunState): Promise<void>;
  /** Something worth keeping has changed: a rebuild was accepted, a weight was changed, an instance is done. */
  progressed(now: () => RunState): void;
}

/**
 * Carries the request out and resolves with the state at the end, a success or not.
 *
 * @throws SurveyError when the first reads fail, CancelledError when the cancel comes before the plan stands
 */
export async function run(request: RunRequest, ports: Ports, hooks: RunHooks): Promise<RunState> {
  const { clock, log } = ports;
  const fromMs = clock.nowMs();
  const found = await log.group('Plan', async () => {
    const surveyed = await survey(request, ports);
    for (const line of planLines(surveyed.plan, request.dryRun, request.health?.guestScript)) log.info(line);
    return surveyed;
  });
  const isFinal = request.dryRun || isRefused(found.plan);
  const plan = isFinal ? found.plan : await withBootIds(found.plan, ports);
  const store = createRunStateStore(plan, fromMs, clock);
  if (isRefused(plan)) return store.current();
  await hooks.planned(store.current());
  if (!request.dryRun) await carryOut(request, { ...found, plan }, store, ports, hooks);
  return store.current();
}

async function carryOut(
  request: RunRequest,
  surveyed: Survey,
  store: RunStateStore,
  ports: Ports,
  hooks: RunHooks
): Promise<void> {
  const { cancel } = ports;
  const watch = new Watch(ports);
  const risky = { ...ports, ...writeAhead(ports, hooks) };
  const sender = createSender(risky);
  const balance = request.balancers && createBalance(request.balancers, risky);
  const rolloutLog = surveyed.plan.targets.length === 1 ? undefined : new RolloutLog(ports);
  const keep = (run: InstanceRun): void => {
    store.keep(run);
    hooks.progressed(store.current);
  };
  const work = createInstanceWork(request, surveyed, { ...ports, watch, sender, balance }, store, keep);
  const observe = (now: Rollout): void => {
    store.follow(now);
    rolloutLog?.tell(now);
  };
  try {
    await rollOut(surveyed.plan.rollout, work, ports, observe);
  } catch (error) {
    // A cancel that no instance noticed is no fault: what is known is reported.
    if (!(error instanceof CancelledError && cancel.signal.aborted)) throw error;
  } finally {
    watch.dispose();
    rolloutLog?.dispose();
  }
}
