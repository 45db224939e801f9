/**
 * The two kinds of load balancers whose members are instances: the ordinary one (`/v1/blb`), and the application
 * one (`/v1/appblb`), whose members stand in server groups (bce-openapi-meta, folder blb).
 */
export type BalancerKind = 'blb' | 'appblb';

/** A set of members whose weights are changed by one call: a whole ordinary BLB, or one server group. */
export interface Pool {
  readonly kind: BalancerKind;
  readonly blbId: string;
  /** The server group, `sgId` in the API; only of an application BLB. */
  readonly groupId?: string;
}

/** What tells a pool from all others. */
export function poolKey({ kind, blbId, groupId }: Pool): string {
  return JSON.stringify([kind, blbId, groupId]);
}

/** The vendor's name of the operation that sets weights in this pool. */
export function updateName({ kind }: Pool): string {
  return kind === 'blb' ? 'UpdateBlbServer' : 'UpdateAppBlbServerGroupRs';
}

/** An instance in a pool. */
export interface BackendServer extends Pool {
  readonly instanceId: string;
  /** Share of the traffic, 0 to 100; with 0 it gets none. */
  readonly weight: number;
}

/** A weight that is to be set. */
export interface Weight {
  readonly instanceId: string;
  /** 0 to 100. */
  readonly weight: number;
}
