/** One run: look, plan, take the targets through the rollout, report. */

import { CancelledError } from '../../core/model/failure.ts';
import { isRefused, type Plan } from '../../core/plan/plan.ts';
import { planLines } from '../../core/plan/plan-lines.ts';
import type { RunReport } from '../../core/report/report.ts';
import type { Rollout } from '../../core/rollout/rollout-state.ts';
import type { Bcc } from '../../ports/bcc.ts';
import type { Random } from '../../ports/clock.ts';
import type { Journal } from '../../ports/journal.ts';
import type { Log } from '../../ports/log.ts';
import type { RunRequest } from '../../ports/request.ts';
import { type BalancePorts, createBalance } from '../balancers/balance.ts';
import { withBootIds } from '../health/guest-agents.ts';
import { type Survey, type SurveyPorts, survey } from '../plan/survey.ts';
import { createSender } from '../rebuild/send.ts';
import { createWatch } from '../rebuild/watch.ts';
import { createInstanceWork } from '../rollout/instance-work.ts';
import { rollOut } from '../rollout/roll-out.ts';
import { createRolloutLog, type RolloutLog } from '../rollout/rollout-log.ts';
import { createRunRecords, type RunRecords } from './run-records.ts';
import { writeAhead } from './write-ahead.ts';

/** What a run needs of the world. */
export interface RunPorts extends SurveyPorts, BalancePorts {
  readonly bcc: Bcc;
  readonly log: Log;
  readonly random: Random;
  /** Names the run in the names of backup images. */
  readonly runId: string;
}

/** Told of what is known while the run goes on. Only `planned` and `commit` may throw. */
export interface RunHooks extends Journal {
  /** The plan stands; nothing has been sent. */
  planned(plan: Plan, report: RunReport): Promise<void>;
  /**
   * Something worth keeping has changed: a rebuild was accepted, a weight was changed, a rebuild ended.
   *
   * @param report makes the report of now, which is work where there are many instances
   */
  progressed(report: () => RunReport): void;
}

/**
 * Carries the request out and resolves with the report, whether it went well or not.
 *
 * @throws SurveyError when the first reads fail, CancelledError when the cancel comes before the plan stands
 */
export async function run(request: RunRequest, ports: RunPorts, hooks: RunHooks): Promise<RunReport> {
  const { clock, log, cancel } = ports;
  const runRecords = createRunRecords(clock);
  const found = await log.group('Plan', async () => {
    const surveyed = await survey(request, ports, cancel.signal);
    for (const line of planLines(surveyed.plan, request.health?.guestScript)) log.info(line);
    return surveyed;
  });
  if (isRefused(found.plan)) return runRecords.refused(found.plan);
  const plan = request.dryRun ? found.plan : await withBootIds(found.plan, ports);
  await hooks.planned(plan, runRecords.report(plan, 'planned'));
  if (request.dryRun) {
    log.info('dryRun: the run ends here. Nothing was sent that changes anything.');
    return runRecords.report(plan, 'planned');
  }
  const rolloutLog = createRolloutLog(plan, ports);
  await carryOut(request, { ...found, plan }, { ...ports, runRecords, rolloutLog }, hooks);
  return runRecords.report(plan, 'notStarted');
}

async function carryOut(
  request: RunRequest,
  { plan, observations }: Survey,
  ports: RunPorts & { readonly runRecords: RunRecords; readonly rolloutLog: RolloutLog },
  hooks: RunHooks
): Promise<void> {
  const { cancel, runRecords, rolloutLog } = ports;
  const watch = createWatch(ports, cancel.signal);
  const risky = { ...ports, ...writeAhead(ports, hooks) };
  const sender = createSender(risky);
  const balance = request.balancers && createBalance(request.balancers, risky);
  const report = (): RunReport => runRecords.report(plan, 'notStarted');
  const work = createInstanceWork(
    { request, plan, observations },
    { ...ports, watch, sender, balance },
    (run, isOver) => {
      runRecords.keep(run, plan, isOver);
      hooks.progressed(report);
    }
  );
  const observe = (now: Rollout): void => {
    runRecords.logRebuild(now);
    rolloutLog.tell(now);
  };
  try {
    await rollOut(plan.rollout, work, ports, observe);
  } catch (error) {
    // A cancel that nobody has met on the way is no fault: what is known is told.
    if (!(error instanceof CancelledError && cancel.signal.aborted)) throw error;
  } finally {
    watch.dispose();
    rolloutLog.dispose();
  }
}
