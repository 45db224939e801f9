import { hash } from 'node:crypto';
import type { Behaviour } from '../world/behaviour.ts';

/**
 * The lag of the replica that replies to a read, in ms. The choice of the replica is pseudo-random, but the same calls
 * in the same order get the same replicas.
 */
export function replicaLagMs(
  {
    replicas,
    replicaLagMs: slowestMs,
    replicaFor
  }: Pick<Behaviour, 'replicas' | 'replicaLagMs' | 'replicaFor'>,
  about: { readonly call: number; readonly connection: number }
): number {
  if (slowestMs === 0) return 0;
  const digest = hash('sha256', `${replicaFor} ${about[replicaFor]}`);
  const chosen = Number.parseInt(digest.slice(0, 8), 16) % Math.max(1, replicas);
  return Math.round((slowestMs * (chosen + 1)) / Math.max(1, replicas));
}
