/** The result of a run, with the state that it was made from: most tests read the one, some need the other. */
import type { RunReport } from '../../src/core/report/report.ts';
import { reportRun } from '../../src/core/report/run-report.ts';
import type { RunState } from '../../src/core/run/run-state.ts';
import type { RunHooks } from '../../src/deploy/run/run.ts';

const states = new WeakMap<RunReport, RunState>();

/** The result of a state, which `stateBehind` finds again. */
export function reported(state: RunState): RunReport {
  const report = reportRun(state);
  states.set(report, state);
  return report;
}

/** The state that a result was made from. */
export function stateBehind(report: RunReport): RunState {
  const state = states.get(report);
  if (state === undefined) throw new Error('this result was not made from a state');
  return state;
}

/** The hooks of a run, told of results. */
export interface ReportHooks {
  planned?(report: RunReport): Promise<void>;
  progressed?(report: () => RunReport): void;
  commit?(): void;
}

/** The same as the run takes them. */
export function hooksOf({ planned, progressed, commit }: ReportHooks): RunHooks {
  return {
    planned: async (state) => planned?.(reported(state)),
    progressed: (now) => progressed?.(() => reported(now())),
    commit: () => commit?.()
  };
}
