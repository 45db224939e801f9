import type { BackendServer, Pool, Weight } from '../core/model/backend-server.ts';

/** The calls of the load balancers' API that a deploy makes. Every one throws like those of `Bcc`. */
export interface Balancers {
  /** All members of a load balancer of either kind, in all of its server groups. */
  listBackendServers(blbId: string, signal: AbortSignal): Promise<readonly BackendServer[]>;
  /**
   * Sets weights in one pool; says the same however often it is sent, so a lost answer is asked for again. A load
   * balancer that is being changed refuses for a moment, which is waited out.
   */
  setWeights(pool: Pool, weights: readonly Weight[], signal: AbortSignal): Promise<void>;
}
