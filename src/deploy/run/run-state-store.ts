/** Holds the state of a run while it goes on. */
import type { Plan } from '../../core/plan/plan.ts';
import type { Rollout } from '../../core/rollout/rollout-state.ts';
import type { InstanceRun } from '../../core/run/instance-run.ts';
import { beginRunState, type RunState } from '../../core/run/run-state.ts';
import type { Clock } from '../../ports/clock.ts';

/** The state of one run, and the two ways in which it changes. */
export interface RunStateStore {
  /** The state of now. */
  current(): RunState;
  /** An instance of the plan; throws for any other. */
  runOf(instanceId: string): InstanceRun;
  /** The instance as it is now. */
  keep(run: InstanceRun): void;
  /** The rollout as it is now. */
  follow(rollout: Rollout): void;
}

/** The state of a plan, to be kept up to date. `fromMs` is when the run began, on the monotonic clock. */
export function createRunStateStore(plan: Plan, fromMs: number, clock: Clock): RunStateStore {
  const atMs = clock.nowMs();
  const anchor = { nowMs: atMs, wallMs: clock.wallMs() };
  let state = beginRunState(plan, { anchor, fromMs, atMs });
  const placeOf = (instanceId: string): number => {
    const place = state.instances.findIndex(({ target }) => target.instance.id === instanceId);
    if (place === -1) throw new Error(`${instanceId} is not in the plan`);
    return place;
  };
  return {
    current: () => ({ ...state, atMs: clock.nowMs() }),
    runOf: (instanceId) => state.instances[placeOf(instanceId)] as InstanceRun,
    keep(run) {
      state = { ...state, instances: state.instances.with(placeOf(run.target.instance.id), run) };
    },
    follow({ peakUnavailable, failures, stop, isCancelled }) {
      const course = { peakUnavailable, failures, isCancelled, ...(stop === undefined ? {} : { stop }) };
      state = { ...state, course };
    }
  };
}
