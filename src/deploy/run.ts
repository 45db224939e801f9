/** One run: look, plan, deal with one instance after another, report. */

import type { Era } from '../core/duration.ts';
import { isRefused, type Plan, type PlannedTarget } from '../core/plan/plan.ts';
import { planLines } from '../core/plan/text.ts';
import { begin } from '../core/rebuild/step.ts';
import type { Deed } from '../core/report/deed.ts';
import { isWell } from '../core/report/deed.ts';
import { explain } from '../core/report/explain.ts';
import { reportDeed, reportPlanned } from '../core/report/instance.ts';
import type { InstanceReport, RunReport } from '../core/report/report.ts';
import { reportRun } from '../core/report/run.ts';
import type { RunRequest } from './request.ts';
import { survey } from './survey.ts';
import { dealWith, type TargetPorts } from './target.ts';

/** What a run needs of the world. */
export type RunPorts = TargetPorts;

/** Told of what is known while the run goes on. They must not throw. */
export interface RunHooks {
  /** The plan stands; nothing has been sent. */
  planned(plan: Plan, report: RunReport): Promise<void>;
  /** Something worth keeping has changed: a rebuild was accepted, a life ended. */
  progressed(report: RunReport): void;
}

/**
 * Carries the request out and resolves with the report, whether it went well or not.
 *
 * @throws SurveyError when the first reads fail, CancelledError when the cancel comes before the plan stands
 */
export async function run(request: RunRequest, ports: RunPorts, hooks: RunHooks): Promise<RunReport> {
  const { clock, log, cancel } = ports;
  const fromMs = clock.nowMs();
  const era: Era = { nowMs: fromMs, wallMs: clock.wallMs() };
  const { plan, sights } = await log.group('Plan', async () => {
    const surveyed = await survey(request, ports, cancel.signal);
    for (const line of planLines(surveyed.plan)) log.info(line);
    return surveyed;
  });

  const reports = new Map<string, InstanceReport>();
  const report = (rest: 'planned' | 'notStarted'): RunReport => {
    const all = plan.targets.map(
      (target) => reports.get(target.instance.id) ?? reportPlanned(target, plan.order, rest)
    );
    return reportRun(plan.image, all, era, { fromMs, toMs: clock.nowMs() });
  };

  if (isRefused(plan)) {
    for (const target of plan.targets) reports.set(target.instance.id, reportRefused(target, plan, fromMs));
    return report('notStarted');
  }
  await hooks.planned(plan, report('planned'));
  if (request.dryRun) return report('planned');

  for (const [index, target] of plan.targets.entries()) {
    if (cancel.signal.aborted) break;
    const id = target.instance.id;
    const keep = (deed: Deed, isOver: boolean): void => {
      reports.set(id, reportDeed(deed, plan.order, era, clock.nowMs(), isOver));
      hooks.progressed(report('notStarted'));
    };
    // The look that made the plan is fresh only for the first one.
    const first = index === 0 ? sights.get(id) : undefined;
    const observe = (deed: Deed): void => keep(deed, false);
    const deed = await log.group(`Rebuild ${id}`, () =>
      dealWith(target, plan.order, request, first, ports, observe)
    );
    keep(deed, true);
    if (!isWell(deed)) break;
  }
  return report('notStarted');
}

/** Refusals stop the whole run before anything is sent; those that were not refused are not begun. */
function reportRefused(target: PlannedTarget, plan: Plan, atMs: number): InstanceReport {
  if (target.decision.action !== 'refuse') return reportPlanned(target, plan.order, 'notStarted');
  const reason = { kind: 'refused', refusals: target.decision.refusals } as const;
  const [life] = begin(target.task, atMs);
  return reportPlanned(target, plan.order, 'failed', { reason: reason.kind, ...explain(life, reason) });
}
