/** One run: look, plan, rebuild one instance after another, report. */
import type { Era } from '../core/duration.ts';
import { explain } from '../core/explain.ts';
import type { RebuildOrder } from '../core/order.ts';
import { isRefused, type Plan, type PlannedTarget } from '../core/plan.ts';
import { planLines } from '../core/plan-text.ts';
import { heartbeat, narrate } from '../core/rebuild/narrate.ts';
import type { Life, Sight } from '../core/rebuild/state.ts';
import { begin } from '../core/rebuild/step.ts';
import { type InstanceReport, type RunReport, reportLife, reportPlanned, reportRun } from '../core/report.ts';
import type { Log } from './ports.ts';
import { type LifeObserver, type RebuildPorts, rebuildOne } from './rebuild-one.ts';
import type { RunRequest } from './request.ts';
import { survey } from './survey.ts';

/** What a run needs of the world. */
export interface RunPorts extends RebuildPorts {
  readonly log: Log;
}

/** Told of what is known while the run goes on. They must not throw. */
export interface RunHooks {
  /** The plan stands; nothing has been sent. */
  planned(plan: Plan, report: RunReport): Promise<void>;
  /** Something worth keeping has changed: a rebuild was accepted, a life ended. */
  progressed(report: RunReport): void;
}

/** A person should not wait longer than this for a line, in milliseconds. */
const heartbeatMs = 60_000;

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
    const all = plan.targets.map((target) => reports.get(target.instance.id) ?? reportPlanned(target, rest));
    return reportRun(plan.image, all, era, { fromMs, toMs: clock.nowMs() });
  };

  if (isRefused(plan)) {
    for (const target of plan.targets) reports.set(target.instance.id, reportRefused(target, fromMs));
    return report('notStarted');
  }
  await hooks.planned(plan, report('planned'));
  if (request.dryRun) return report('planned');

  for (const [index, target] of plan.targets.entries()) {
    if (cancel.signal.aborted) break;
    const id = target.instance.id;
    const keep = (life: Life): void => {
      reports.set(id, reportLife(target, life, era, clock.nowMs()));
      hooks.progressed(report('notStarted'));
    };
    // The look that made the plan is fresh only for the first one.
    const first = index === 0 ? sights.get(id) : undefined;
    const life = await log.group(`Rebuild ${id}`, () =>
      rebuildTarget(target, plan.order, first, ports, keep)
    );
    keep(life);
    if (life.ending?.kind === 'failed' || life.ending?.kind === 'cancelled') break;
  }
  return report('notStarted');
}

function rebuildTarget(
  target: PlannedTarget,
  order: RebuildOrder,
  first: Sight | undefined,
  ports: RunPorts,
  keep: (life: Life) => void
): Promise<Life> {
  const { log, clock } = ports;
  const sinceMs = clock.nowMs();
  let spokeMs = sinceMs;
  const observe: LifeObserver = (before, now) => {
    const atMs = clock.nowMs();
    const lines = narrate(before, now, sinceMs);
    if (lines.length === 0 && atMs - spokeMs >= heartbeatMs) log.info(heartbeat(now, atMs, sinceMs));
    for (const line of lines) log.info(line);
    if (lines.length > 0 || atMs - spokeMs >= heartbeatMs) spokeMs = atMs;
    if (before.phase !== now.phase && now.phase !== 'ended') keep(now);
  };
  return rebuildOne(target.task, order, first, ports, observe);
}

/** Refusals stop the whole run before anything is sent; those that were not refused are not begun. */
function reportRefused(target: PlannedTarget, atMs: number): InstanceReport {
  if (target.decision.action !== 'refuse') return reportPlanned(target, 'notStarted');
  const reason = { kind: 'refused', refusals: target.decision.refusals } as const;
  const [life] = begin(target.task, atMs);
  return reportPlanned(target, 'failed', { reason: reason.kind, ...explain(life, reason) });
}
