/** Which instances a reader must see first. */

import type { InstanceStatus } from '../run/instance-status.ts';
import type { DescribedInstance } from './described-instance.ts';

const urgency: Readonly<Record<InstanceStatus, number>> = {
  failed: 0,
  rolledBack: 1,
  inProgress: 2,
  notStarted: 3,
  rebuilt: 4,
  started: 4,
  skipped: 4,
  planned: 4
};

/** The failures first, then what is under way or not started, then the rest; beyond that in the given order. */
export function byUrgency<T extends { readonly status: InstanceStatus }>(
  instances: readonly T[]
): readonly T[] {
  return instances.toSorted((one, other) => urgency[one.status] - urgency[other.status]);
}

/** An instance that has a failure. */
export type FailedInstance = DescribedInstance & {
  readonly failure: NonNullable<DescribedInstance['failure']>;
};

/**
 * Those that failed or were cut off. One of each kind of failure comes first, so that a reader of only the
 * first few has met every kind.
 */
export function failuresFirst(instances: readonly DescribedInstance[]): readonly FailedInstance[] {
  const failed = byUrgency(instances).filter(isFailed);
  const met = new Set<string>();
  const heads = new Set<FailedInstance>();
  for (const one of failed) {
    const kind = `${one.status} ${one.failure.reason}`;
    if (!met.has(kind)) heads.add(one);
    met.add(kind);
  }
  return [...heads, ...failed.filter((one) => !heads.has(one))];
}

/** How often each reason occurs, the most frequent first: `12 × denied, 1 × status`. */
export function reasonsLabel(failed: readonly FailedInstance[]): string {
  const counts = countsOf(failed.map(({ failure }) => failure.reason));
  return [...counts].map(([reason, count]) => `${count} × ${reason}`).join(', ');
}

/** How often each value occurs, the most frequent first; of those alike the first one first. */
export function countsOf<T>(values: readonly T[]): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return new Map([...counts].toSorted(([, one], [, other]) => other - one));
}

function isFailed(one: DescribedInstance): one is FailedInstance {
  return one.failure !== undefined;
}
