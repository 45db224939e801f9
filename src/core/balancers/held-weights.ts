/** The weights that a run has taken from an instance on its load balancers, and whether it gave them back. */
import { type BackendServer, poolKey } from '../model/backend-server.ts';

/**
 * A weight that was set to 0.
 *
 * - `asked`: the call is out, or its answer is lost; it may be at 0
 * - `held`: it is at 0
 * - `returned`: it is what it was before
 */
export interface HeldWeight {
  /** With the former weight. */
  readonly server: BackendServer;
  readonly state: 'asked' | 'held' | 'returned';
}

/** Those that are not what they were before, as far as is known. */
export function openHeldWeights(heldWeights: readonly HeldWeight[]): readonly HeldWeight[] {
  return heldWeights.filter(({ state }) => state !== 'returned');
}

/** The held weights with that of a server in a new state; without it where its weight was not changed after all. */
export function withHeldWeight(
  heldWeights: readonly HeldWeight[],
  server: BackendServer,
  state: HeldWeight['state'] | 'unchanged'
): readonly HeldWeight[] {
  const known = heldWeights.findIndex((heldWeight) => poolKey(heldWeight.server) === poolKey(server));
  const at = known < 0 ? heldWeights.length : known;
  return heldWeights.toSpliced(at, 1, ...(state === 'unchanged' ? [] : [{ server, state }]));
}

/** A backend server with the weight that it has now, as far as is known; its own is the one before the run. */
export interface CurrentWeight {
  readonly server: BackendServer;
  readonly currentWeight: number;
}

/** The weights of an instance on all of its load balancers: those that the plan saw, and those that were held. */
export function currentWeights(
  backendServers: readonly BackendServer[],
  heldWeights: readonly HeldWeight[]
): readonly CurrentWeight[] {
  const held = new Set(heldWeights.map(({ server }) => poolKey(server)));
  const unheld = backendServers.filter((server) => !held.has(poolKey(server)));
  return [
    ...unheld.map((server) => ({ server, currentWeight: server.weight })),
    ...heldWeights.map(({ server, state }) => ({
      server,
      currentWeight: state === 'returned' ? server.weight : 0
    }))
  ];
}

/** Where traffic is still to be given back, in words. */
export function describeHeldWeights(heldWeights: readonly HeldWeight[]): string {
  return openHeldWeights(heldWeights)
    .map(({ server }) => `${poolLabel(server)} (was ${server.weight})`)
    .join(', ');
}

/** A pool for people. */
export function poolLabel({ blbId, groupId }: { readonly blbId: string; readonly groupId?: string }): string {
  return groupId === undefined ? blbId : `${blbId}/${groupId}`;
}
