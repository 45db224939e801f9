/** What is known of a run while it goes on, as the result that would be given now. */
import type { ClockAnchor } from '../../core/duration.ts';
import type { Plan, PlannedTarget } from '../../core/plan/plan.ts';
import { begin } from '../../core/rebuild/step-rebuild.ts';
import { explain } from '../../core/report/explain.ts';
import { reportInstanceRun, reportPlanned } from '../../core/report/instance-report.ts';
import type { InstanceReport, RunReport } from '../../core/report/report.ts';
import { reportRollout } from '../../core/report/rollout-report.ts';
import { reportRun } from '../../core/report/run-report.ts';
import type { Rollout } from '../../core/rollout/rollout-state.ts';
import type { InstanceRun } from '../../core/run/instance-run.ts';
import type { Clock } from '../../ports/clock.ts';

/** The records of one run. */
export interface RunRecords {
  /** The deed of a target as it is now. */
  keep(run: InstanceRun, plan: Plan, isOver: boolean): void;
  /** How far the rollout has come. */
  logRebuild(rollout: Rollout): void;
  /**
   * The result of now.
   *
   * @param rest what those are that nothing was done to
   */
  report(plan: Plan, rest: 'planned' | 'notStarted'): RunReport;
  /** The result of a plan that is refused: nothing is sent for any of the targets. */
  refused(plan: Plan): RunReport;
}

/** RunRecords that begin now. */
export function createRunRecords(clock: Clock): RunRecords {
  const fromMs = clock.nowMs();
  const anchor: ClockAnchor = { nowMs: fromMs, wallMs: clock.wallMs() };
  const known = new Map<string, () => InstanceReport>();
  let rollout: Rollout | undefined;

  const all = (plan: Plan, one: (target: PlannedTarget) => InstanceReport): RunReport =>
    reportRun(plan.image, plan.targets.map(one), reportRollout(plan, rollout), anchor, {
      fromMs,
      toMs: clock.nowMs()
    });
  const report: RunRecords['report'] = (plan, rest) =>
    all(plan, (target) => known.get(target.instance.id)?.() ?? reportPlanned(target, plan.order, rest));

  return {
    keep(run, plan, isOver) {
      const atMs = clock.nowMs();
      const make = (): InstanceReport =>
        reportInstanceRun(run, plan.order, anchor, isOver ? atMs : clock.nowMs(), isOver);
      known.set(run.target.instance.id, isOver ? once(make) : make);
    },
    logRebuild(now) {
      rollout = now;
    },
    report,
    refused: (plan) => all(plan, (target) => reportRefused(target, plan, fromMs))
  };
}

/** Those that were not refused are not begun. */
function reportRefused(target: PlannedTarget, plan: Plan, atMs: number): InstanceReport {
  if (target.decision.action !== 'refuse') return reportPlanned(target, plan.order, 'notStarted');
  const reason = { kind: 'refused', refusals: target.decision.refusals } as const;
  const [rebuild] = begin(target.task, atMs);
  return reportPlanned(target, plan.order, 'failed', { reason: reason.kind, ...explain(rebuild, reason) });
}

/** What is over does not change, so its report is made once. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
