import type { InstanceRun } from '../run/instance-run.ts';
import { type InstanceStatus, statusOf } from '../run/instance-status.ts';
import type { RunState } from '../run/run-state.ts';
import { failureOf, type InstanceFailure } from './instance-failure.ts';

/** An instance of a run with what people are told of its end. */
export interface DescribedInstance {
  readonly run: InstanceRun;
  readonly status: InstanceStatus;
  readonly failure: InstanceFailure | undefined;
}

/** All instances of a run, in its order. */
export function describeInstances(state: RunState): readonly DescribedInstance[] {
  return state.instances.map((run) => ({ run, status: statusOf(run, state), failure: failureOf(run) }));
}

/** The ID of an instance. */
export function idOf({ run }: DescribedInstance): string {
  return run.target.instance.id;
}
