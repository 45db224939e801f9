/** One run: look, plan, take the targets through the rollout, report. */

import { CancelledError } from '../../core/model/failure.ts';
import { isRefused, type Plan } from '../../core/plan/plan.ts';
import { planLines } from '../../core/plan/text.ts';
import type { RunReport } from '../../core/report/report.ts';
import type { Rollout } from '../../core/rollout/rollout-state.ts';
import { type BalancePorts, createBalance } from '../balancers/balance.ts';
import { createSender } from '../rebuild/send.ts';
import { createWatch } from '../rebuild/watch.ts';
import type { Bcc, Log, Random } from '../../ports/bcc.ts';
import type { RunRequest } from '../../ports/request.ts';
import { rollOut } from '../rollout/roll-out.ts';
import { createNews, type News } from '../rollout/rollout-log.ts';
import { createRecords, type Records } from './run-records.ts';
import { createTargetWork } from '../rollout/instance-work.ts';
import { type Survey, type SurveyPorts, survey } from '../plan/survey.ts';

/** What a run needs of the world. */
export interface RunPorts extends SurveyPorts, BalancePorts {
  readonly bcc: Bcc;
  readonly log: Log;
  readonly random: Random;
  /** Names the run in the names of backup images. */
  readonly runId: string;
}

/** Told of what is known while the run goes on. They must not throw. */
export interface RunHooks {
  /** The plan stands; nothing has been sent. */
  planned(plan: Plan, report: RunReport): Promise<void>;
  /**
   * Something worth keeping has changed: a rebuild was accepted, a weight was changed, a life ended.
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
  const records = createRecords(clock);
  const surveyed = await log.group('Plan', async () => {
    const found = await survey(request, ports, cancel.signal);
    for (const line of planLines(found.plan)) log.info(line);
    return found;
  });
  const { plan } = surveyed;
  if (isRefused(plan)) return records.refused(plan);
  await hooks.planned(plan, records.report(plan, 'planned'));
  if (request.dryRun) return records.report(plan, 'planned');
  const news = createNews(plan, ports);
  await carryOut(request, surveyed, { ...ports, records, news }, hooks);
  return records.report(plan, 'notStarted');
}

async function carryOut(
  request: RunRequest,
  { plan, sights }: Survey,
  ports: RunPorts & { readonly records: Records; readonly news: News },
  hooks: RunHooks
): Promise<void> {
  const { cancel, records, news } = ports;
  const watch = createWatch(ports, cancel.signal);
  const sender = createSender(ports);
  const balance = request.balancers && createBalance(request.balancers, ports);
  const report = (): RunReport => records.report(plan, 'notStarted');
  const work = createTargetWork(
    { request, plan, sights },
    { ...ports, watch, sender, balance },
    (deed, isOver) => {
      records.keep(deed, plan, isOver);
      hooks.progressed(report);
    }
  );
  const observe = (now: Rollout): void => {
    records.follow(now);
    news.tell(now);
  };
  try {
    await rollOut(plan.rollout, work, ports, observe);
  } catch (error) {
    // A cancel that nobody has met on the way is no fault: what is known is told.
    if (!(error instanceof CancelledError && cancel.signal.aborted)) throw error;
  } finally {
    watch.dispose();
    news.dispose();
  }
}
