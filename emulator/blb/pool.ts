import { type Answer, type Call, textsOf } from '../http/call.ts';
import { answeredBefore, remember } from '../http/client-tokens.ts';
import {
  inappropriateJson,
  invalidParameter,
  missingParameter,
  noSuchObject,
  Refusal
} from '../http/errors.ts';
import { isObject } from '../http/json.ts';
import type { WorldState } from '../world/models.ts';
import { type BalancerState, type MemberState, newMember, poolOf } from './balancers.ts';

/** Maximum weight (bce-openapi-meta, UpdateBlbServer). */
const MAX_WEIGHT = 100;

/** The pool that a write changes. */
export interface Pool {
  readonly blbId: string;
  /** Undefined for an ordinary balancer. */
  readonly groupId: string | undefined;
  readonly members: MemberState[];
}

/** Finds a balancer of the kind that the path is for, or throws the service's 404. */
export function findBalancer(state: WorldState, id: string, kind: BalancerState['kind']): BalancerState {
  const balancer = state.balancers.get(id);
  if (balancer?.kind === kind) return balancer;
  // BLB page of errors Djwvxnzw6: "Instance" in this code means the load balancer.
  throw new Refusal(404, 'InstanceNotFound', `The load balancer ${id} does not exist.`);
}

/** Finds a pool, or throws 404. No page names the error code for a server group. */
export function findPool(balancer: BalancerState, groupId: string | undefined): Pool {
  const pool = poolOf(balancer, groupId);
  if (pool === undefined) throw noSuchObject(`server group ${groupId}`);
  return { blbId: balancer.id, groupId, members: pool.members };
}

/**
 * Runs a write on a pool: once per clientToken, and not while another change is under way. `work` must check
 * everything before it changes anything, so that a call is carried out completely or not at all.
 */
export function changePool(
  call: Call,
  operation: string,
  kind: BalancerState['kind'],
  groupId: string | undefined,
  work: (pool: Pool) => void
): Answer {
  const before = answeredBefore(call, operation);
  if (before !== undefined) return before;
  const balancer = findBalancer(call.world.at(call.nowMs), call.id, kind);
  const pool = findPool(balancer, groupId);
  if (balancer.busyUntilMs > call.nowMs) {
    throw new Refusal(
      409,
      'LastOperationNotFinished',
      'The last change of the load balancer is not finished.'
    );
  }
  work(pool);
  balancer.busyUntilMs = call.nowMs + call.behaviour.blbBusyMs;
  return remember(call, operation, {});
}

/** The members and weights of a body; a weight may be a string, as on BLB page Qmrlvor8j. */
function weightsIn(call: Call): { readonly instanceId: string; readonly weight: number }[] {
  const list = call.body['backendServerList'];
  if (!Array.isArray(list) || list.length === 0) throw invalidParameter('backendServerList', 'it is empty');
  const wanted = list.map((each: unknown) => {
    const instanceId = isObject(each) ? each['instanceId'] : undefined;
    if (!isObject(each) || typeof instanceId !== 'string' || instanceId === '') {
      throw inappropriateJson('its item backendServerList is not a list of members');
    }
    return { instanceId, weight: weightIn(each['weight']) };
  });
  if (new Set(wanted.map(({ instanceId }) => instanceId)).size < wanted.length) {
    throw invalidParameter('backendServerList', 'it names a member twice');
  }
  return wanted;
}

function weightIn(value: unknown): number {
  // Optional in the schema, but no page names a default, so the emulator requires it.
  if (value === undefined || value === null) throw missingParameter('weight');
  const weight = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value;
  if (typeof weight !== 'number' || !Number.isInteger(weight) || weight < 0 || weight > MAX_WEIGHT) {
    throw invalidParameter('weight', `it must be 0 to ${MAX_WEIGHT}`);
  }
  return weight;
}

/** Changes weights of members. */
export function setWeights(call: Call, pool: Pool): void {
  const wanted = weightsIn(call).map(({ instanceId, weight }) => ({
    member: findMember(pool, instanceId),
    weight
  }));
  for (const { member, weight } of wanted) {
    record(call, pool, member.instanceId, member.weight, weight);
    member.weight = weight;
    showLater(call, pool, member, weight);
  }
}

/** Adds instances that exist and are no members yet. */
export function addMembers(call: Call, pool: Pool): void {
  const state = call.world.at(call.nowMs);
  const wanted = weightsIn(call);
  for (const { instanceId } of wanted) {
    if (!state.instances.has(instanceId)) throw backendServerNotFound(instanceId);
    if (pool.members.some((member) => member.instanceId === instanceId)) {
      throw new Refusal(400, 'BackendServerAlreadyExist', `The backend server ${instanceId} exists already.`);
    }
  }
  for (const { instanceId, weight } of wanted) {
    record(call, pool, instanceId, 0, weight);
    pool.members.push(newMember(instanceId, weight));
  }
}

/** Removes the members whose ids an item of the body lists. */
export function removeMembers(call: Call, pool: Pool, item: string): void {
  const ids = textsOf(call.body, item);
  if (ids.length === 0) throw invalidParameter(item, 'it is empty');
  for (const member of ids.map((id) => findMember(pool, id))) {
    record(call, pool, member.instanceId, member.weight, 0);
    pool.members.splice(pool.members.indexOf(member), 1);
    call.world.forget(ownerOf(pool, member.instanceId));
  }
}

function findMember(pool: Pool, instanceId: string): MemberState {
  const member = pool.members.find((each) => each.instanceId === instanceId);
  if (member === undefined) throw backendServerNotFound(instanceId);
  return member;
}

function backendServerNotFound(instanceId: string): Refusal {
  return new Refusal(404, 'BackendServerNotFound', `The backend server ${instanceId} does not exist.`);
}

/** Makes reads show a weight, at once or later. */
function showLater(call: Call, pool: Pool, member: MemberState, weight: number): void {
  const { weightShowsMs } = call.behaviour;
  if (weightShowsMs === 0) {
    member.shownWeight = weight;
    return;
  }
  call.world.plan({
    atMs: call.nowMs + weightShowsMs,
    owner: ownerOf(pool, member.instanceId),
    apply: () => {
      member.shownWeight = weight;
    }
  });
}

/** The owner, in the world's schedule, of the change that makes reads show a weight. */
export function ownerOf(pool: Pick<Pool, 'blbId' | 'groupId'>, instanceId: string): string {
  return `${pool.blbId}/${pool.groupId ?? ''}/${instanceId}`;
}

function record(call: Call, { blbId, groupId }: Pool, instanceId: string, from: number, to: number): void {
  if (from === to) return;
  const instance = call.world.at(call.nowMs).instances.get(instanceId);
  call.memory.weightChanges.push({
    atMs: call.nowMs,
    blbId,
    ...(groupId === undefined ? {} : { groupId }),
    instanceId,
    from,
    to,
    status: instance?.status ?? '',
    imageId: instance?.imageId ?? '',
    requestId: call.requestId
  });
}
