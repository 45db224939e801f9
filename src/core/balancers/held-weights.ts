/** The weights that a run has taken from an instance on its load balancers, and whether it gave them back. */
import type { Place } from '../model/backend-server.ts';
import type { BalancerReport } from '../report/report.ts';

/**
 * A weight that was set to 0.
 *
 * - `asked`: the call is out, or its answer is lost; it may be at 0
 * - `held`: it is at 0
 * - `returned`: it is what it was before
 */
export interface Hold {
  /** With the weight of before. */
  readonly place: Place;
  readonly state: 'asked' | 'held' | 'returned';
}

/** Those that are not what they were before, as far as is known. */
export function openHolds(holds: readonly Hold[]): readonly Hold[] {
  return holds.filter(({ state }) => state !== 'returned');
}

/** The holds with one more, or with another state of the same place. */
export function withHold(holds: readonly Hold[], hold: Hold): readonly Hold[] {
  return [...holds.filter(({ place }) => !isSamePool(place, hold.place)), hold];
}

/** The holds without that of a place that was left as it was. */
export function withoutHold(holds: readonly Hold[], place: Place): readonly Hold[] {
  return holds.filter((hold) => !isSamePool(hold.place, place));
}

/** Whether two places of one instance are in the same pool. */
export function isSamePool(one: Place, other: Place): boolean {
  return one.blbId === other.blbId && one.groupId === other.groupId && one.kind === other.kind;
}

/** All places of an instance, in the form of the result. */
export function reportPlaces(places: readonly Place[], holds: readonly Hold[]): readonly BalancerReport[] {
  const unheld = places.filter((place) => !holds.some((hold) => isSamePool(hold.place, place)));
  return [
    ...unheld.map((place) => reportPlace(place, place.weight)),
    ...holds.map(({ place, state }) => reportPlace(place, state === 'returned' ? place.weight : 0))
  ];
}

function reportPlace({ kind, blbId, groupId, weight }: Place, now: number): BalancerReport {
  return { kind, blbId, ...(groupId === undefined ? {} : { groupId }), weight, now };
}

/** Where traffic is still to be given back, in words. */
export function describeHolds(holds: readonly Hold[]): string {
  return openHolds(holds)
    .map(({ place }) => `${poolLabel(place)} (was ${place.weight})`)
    .join(', ');
}

/** A pool for people. */
export function poolLabel({ blbId, groupId }: { readonly blbId: string; readonly groupId?: string }): string {
  return groupId === undefined ? blbId : `${blbId}/${groupId}`;
}
