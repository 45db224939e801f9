/** How many may be unavailable at once: a count, or a percentage of the targets. */
export type MaxUnavailable =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number };

/** How a fleet is to be taken through a rebuild; the words are those of Kubernetes and Nomad. */
export interface RolloutSettings {
  readonly maxUnavailable: MaxUnavailable;
  /** How many of the members with work to do go first, alone, and must be healthy before the rest begins. */
  readonly canary: number;
  /** Between two batches, in milliseconds; with 0 there are no batches, and a slot is filled as soon as it is free. */
  readonly pauseMs: number;
  /** After more failures than this nothing new is started. */
  readonly maxFailures: number;
}

/**
 * How many of the targets may be unavailable at once: a percentage is rounded down, and at least one may be.
 *
 * @param targets all of the run, those that are skipped too
 */
export function maxUnavailableCount(maxUnavailable: MaxUnavailable, targets: number): number {
  const wanted =
    maxUnavailable.kind === 'count'
      ? maxUnavailable.count
      : Math.floor((maxUnavailable.percent * targets) / 100);
  return Math.max(1, Math.min(wanted, targets));
}
