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

/** What became of an instance, with a sign and in words; in the order in which it is told. */
export const statusWords: Readonly<
  Record<InstanceStatus, { readonly icon: string; readonly label: string }>
> = {
  rebuilt: { icon: '✅', label: 'rebuilt' },
  skipped: { icon: '✅', label: 'skipped' },
  planned: { icon: '📋', label: 'planned' },
  started: { icon: '🚀', label: 'started and not waited for' },
  failed: { icon: '❌', label: 'failed' },
  rolledBack: { icon: '↩️', label: 'rolled back' },
  inProgress: { icon: '🛑', label: 'still being rebuilt without this run' },
  notStarted: { icon: '–', label: 'not started' }
};

/** How many instances have each status, without those that none has. */
export function statusCounts(
  instances: readonly DescribedInstance[]
): readonly { readonly icon: string; readonly label: string; readonly count: number }[] {
  return Object.entries(statusWords).flatMap(([word, words]) => {
    const count = instances.filter(({ status }) => status === word).length;
    return count === 0 ? [] : [{ ...words, count }];
  });
}

/** The ID of an instance. */
export function idOf({ run }: DescribedInstance): string {
  return run.target.instance.id;
}
