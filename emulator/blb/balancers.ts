/** The state of a member of a pool. */
export interface MemberState {
  readonly instanceId: string;
  /** The weight in force, 0 to 100; 0 means no traffic. */
  weight: number;
  /** The weight that reads show; it may lag behind the one in force. */
  shownWeight: number;
}

/** A set of members whose weights one call changes: an ordinary balancer, or one server group. */
export interface PoolState {
  readonly members: MemberState[];
}

/** The state of a server group (bce-sdk-go services/appblb, AppServerGroup). */
export interface ServerGroupState extends PoolState {
  readonly id: string;
  readonly name: string;
}

/** The state of a load balancer (bce-sdk-go services/blb and services/appblb). */
export interface BalancerState extends PoolState {
  readonly id: string;
  /** An ordinary balancer (`/v1/blb`) or an application balancer (`/v1/appblb`). */
  readonly kind: 'blb' | 'appblb';
  readonly name: string;
  readonly address: string;
  /** Only an application balancer has groups; its members are in them. */
  readonly groups: ServerGroupState[];
  /** Until then another change is refused, in ms since the epoch. The API does not show it. */
  busyUntilMs: number;
}

/** A member in a specification. */
export interface MemberSpec {
  readonly instanceId: string;
  /** Default 100. */
  readonly weight?: number;
}

/** A server group in a specification. */
export interface ServerGroupSpec {
  readonly id: string;
  readonly name?: string;
  readonly members?: readonly MemberSpec[];
}

/** A load balancer in a specification: an application balancer if it has `groups`, else an ordinary one. */
export interface BalancerSpec {
  readonly id: string;
  readonly name?: string;
  readonly address?: string;
  /** For an ordinary balancer. */
  readonly members?: readonly MemberSpec[];
  /** For an application balancer; may be empty. */
  readonly groups?: readonly ServerGroupSpec[];
}

/** The weight in force of an instance in a pool. */
export interface MemberWeight {
  readonly blbId: string;
  /** The server group, `sgId` in the API; only for an application balancer. */
  readonly groupId?: string;
  readonly instanceId: string;
  /** 0 to 100. */
  readonly weight: number;
}

/** Makes a load balancer from its specification. */
export function buildBalancer(spec: BalancerSpec): BalancerState {
  return {
    id: spec.id,
    kind: spec.groups === undefined ? 'blb' : 'appblb',
    name: spec.name ?? spec.id,
    address: spec.address ?? '192.168.0.100',
    members: buildMembers(spec.members),
    groups: (spec.groups ?? []).map((group) => ({
      id: group.id,
      name: group.name ?? group.id,
      members: buildMembers(group.members)
    })),
    busyUntilMs: 0
  };
}

function buildMembers(specs: readonly MemberSpec[] = []): MemberState[] {
  return specs.map(({ instanceId, weight = 100 }) => newMember(instanceId, weight));
}

/** A new member; reads show its weight at once. */
export function newMember(instanceId: string, weight: number): MemberState {
  return { instanceId, weight, shownWeight: weight };
}

/** The members of a balancer or of one of its groups; undefined if there is no such group. */
export function poolOf(balancer: BalancerState, groupId: string | undefined): PoolState | undefined {
  return groupId === undefined ? balancer : balancer.groups.find((group) => group.id === groupId);
}

/** All weights in force. */
export function weightsOf(balancers: Iterable<BalancerState>): MemberWeight[] {
  return [...balancers].flatMap(({ id: blbId, members, groups }) => [
    ...members.map(({ instanceId, weight }) => ({ blbId, instanceId, weight })),
    ...groups.flatMap((group) =>
      group.members.map(({ instanceId, weight }) => ({ blbId, groupId: group.id, instanceId, weight }))
    )
  ]);
}

/** Whether an instance is a member of a balancer or of any of its groups. */
export function hasMember(balancer: BalancerState, instanceId: string): boolean {
  return weightsOf([balancer]).some((each) => each.instanceId === instanceId);
}
