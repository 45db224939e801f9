/** What the emulator keeps of a member of a pool. */
export interface MemberState {
  readonly instanceId: string;
  /** Share of the traffic, 0 to 100, as it is in force; 0 gets none. */
  weight: number;
  /** The weight that reads show, which may lag behind the one in force. */
  shownWeight: number;
}

/** A set of members whose weights one call changes: a whole ordinary balancer, or one server group. */
export interface PoolState {
  readonly members: MemberState[];
}

/** What the emulator keeps of a server group (bce-sdk-go services/appblb, AppServerGroup). */
export interface ServerGroupState extends PoolState {
  readonly id: string;
  readonly name: string;
}

/** What the emulator keeps of a load balancer (bce-sdk-go services/blb and services/appblb). */
export interface BalancerState extends PoolState {
  readonly id: string;
  /** Ordinary (`/v1/blb`), or for applications (`/v1/appblb`). */
  readonly kind: 'blb' | 'appblb';
  readonly name: string;
  readonly address: string;
  /** Empty but for an application balancer, whose members stand in them. */
  readonly groups: ServerGroupState[];
  /** Until when, in ms since the epoch, a change is at work and another one refused. Not on the wire. */
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

/** A load balancer in a specification: with `groups` one for applications, without them an ordinary one. */
export interface BalancerSpec {
  readonly id: string;
  readonly name?: string;
  readonly address?: string;
  /** Of an ordinary balancer. */
  readonly members?: readonly MemberSpec[];
  /** Of an application balancer; may be empty. */
  readonly groups?: readonly ServerGroupSpec[];
}

/** An instance in a pool, and the weight that is in force. */
export interface PlacedWeight {
  readonly blbId: string;
  /** The server group, `sgId` in the API; only of an application balancer. */
  readonly groupId?: string;
  readonly instanceId: string;
  /** 0 to 100. */
  readonly weight: number;
}

/** Makes a load balancer of its specification. */
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

/** A member whose weight is in force and shown. */
export function newMember(instanceId: string, weight: number): MemberState {
  return { instanceId, weight, shownWeight: weight };
}

/** The members of a balancer or of one of its groups; undefined when there is no such group. */
export function poolOf(balancer: BalancerState, groupId: string | undefined): PoolState | undefined {
  return groupId === undefined ? balancer : balancer.groups.find((group) => group.id === groupId);
}

/** All weights in force. */
export function weightsOf(balancers: Iterable<BalancerState>): PlacedWeight[] {
  return [...balancers].flatMap(({ id: blbId, members, groups }) => [
    ...members.map(({ instanceId, weight }) => ({ blbId, instanceId, weight })),
    ...groups.flatMap((group) =>
      group.members.map(({ instanceId, weight }) => ({ blbId, groupId: group.id, instanceId, weight }))
    )
  ]);
}

/** Whether an instance is a member anywhere in a balancer. */
export function hasMember(balancer: BalancerState, instanceId: string): boolean {
  return weightsOf([balancer]).some((each) => each.instanceId === instanceId);
}
