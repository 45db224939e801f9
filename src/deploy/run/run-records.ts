/** What is known of a run while it goes on, as the result that would be given now. */
import type { Era } from '../../core/duration.ts';
import type { Plan, PlannedTarget } from '../../core/plan/plan.ts';
import { begin } from '../../core/rebuild/step-rebuild.ts';
import type { Deed } from '../../core/run/instance-run.ts';
import { explain } from '../../core/report/explain.ts';
import { reportDeed, reportPlanned } from '../../core/report/instance-report.ts';
import type { InstanceReport, RunReport } from '../../core/report/report.ts';
import { reportRollout } from '../../core/report/rollout-report.ts';
import { reportRun } from '../../core/report/run-report.ts';
import type { Rollout } from '../../core/rollout/rollout-state.ts';
import type { Clock } from '../../ports/bcc.ts';

/** The records of one run. */
export interface Records {
  /** The deed of a target as it is now. */
  keep(deed: Deed, plan: Plan, isOver: boolean): void;
  /** How far the rollout has come. */
  follow(rollout: Rollout): void;
  /**
   * The result of now.
   *
   * @param rest what those are that nothing was done to
   */
  report(plan: Plan, rest: 'planned' | 'notStarted'): RunReport;
  /** The result of a plan that is refused: nothing is sent for any of the targets. */
  refused(plan: Plan): RunReport;
}

/** Records that begin now. */
export function createRecords(clock: Clock): Records {
  const fromMs = clock.nowMs();
  const era: Era = { nowMs: fromMs, wallMs: clock.wallMs() };
  const known = new Map<string, () => InstanceReport>();
  let rollout: Rollout | undefined;

  const all = (plan: Plan, one: (target: PlannedTarget) => InstanceReport): RunReport =>
    reportRun(plan.image, plan.targets.map(one), reportRollout(plan, rollout), era, {
      fromMs,
      toMs: clock.nowMs()
    });
  const report: Records['report'] = (plan, rest) =>
    all(plan, (target) => known.get(target.instance.id)?.() ?? reportPlanned(target, plan.order, rest));

  return {
    keep(deed, plan, isOver) {
      const atMs = clock.nowMs();
      const make = (): InstanceReport =>
        reportDeed(deed, plan.order, era, isOver ? atMs : clock.nowMs(), isOver);
      known.set(deed.target.instance.id, isOver ? once(make) : make);
    },
    follow(now) {
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
  const [life] = begin(target.task, atMs);
  return reportPlanned(target, plan.order, 'failed', { reason: reason.kind, ...explain(life, reason) });
}

/** What is over does not change, so its report is made once. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
