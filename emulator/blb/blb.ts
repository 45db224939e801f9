import { type Answer, type Call, queryOf } from '../http/call.ts';
import { invalidParameter } from '../http/errors.ts';
import { page } from '../http/paging.ts';
import type { WorldState } from '../world/models.ts';
import { type BalancerState, hasMember } from './balancers.ts';
import { addMembers, changePool, findBalancer, removeMembers, setWeights } from './pool.ts';

/** GET /v1/blb: AND between the parameters. The type parameters concern IPv6, which the emulator does not have. */
export function describeBlbs(call: Call): Answer {
  return listBalancers(call, 'blb');
}

/** GET /v1/blb/{id}: the fields are at the top level of the reply. */
export function describeBlb(call: Call): Answer {
  return { json: showBalancer(call, findBalancer(call.state, call.id, 'blb')) };
}

/**
 * GET /v1/blb/{id}/backendserver?listenerPort= (BLB page Umrlvoqzu). The emulator has no traffic, so a member is alive
 * while its instance is Running. No known page lists the values of `status`; they are a switch.
 */
export function describeBlbServerHealth(call: Call): Answer {
  const port = Number(queryOf(call, 'listenerPort'));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw invalidParameter('listenerPort', 'it must be 1 to 65535');
  }
  const { members } = findBalancer(call.state, call.id, 'blb');
  const [alive, dead] = call.behaviour.memberHealth.split('/');
  const { json } = listMembers(call, members, ({ instanceId }) => ({
    status: call.state.instances.get(instanceId)?.status === 'Running' ? alive : dead
  }));
  return { json: { type: 'TCP', listenerPort: port, backendPort: port, ...json } };
}

/** GET /v1/blb/{id}/backendserver. */
export function describeBlbServers(call: Call): Answer {
  const { members } = findBalancer(call.state, call.id, 'blb');
  return listMembers(call, members);
}

/** POST /v1/blb/{id}/backendserver. */
export function addBlbServer(call: Call): Answer {
  return changePool(call, 'AddBlbServer', 'blb', undefined, (pool) => addMembers(call, pool));
}

/** PUT /v1/blb/{id}/backendserver?update (BLB page Qmrlvor8j). */
export function updateBlbServer(call: Call): Answer {
  return changePool(call, 'UpdateBlbServer', 'blb', undefined, (pool) => setWeights(call, pool));
}

/**
 * PUT /v1/blb/{id}/backendserver: removes the members whose ids the body lists. A weight change without its `?update`
 * is this call too; it is refused only because its body lists objects.
 */
export function deleteBlbServer(call: Call): Answer {
  return changePool(call, 'DeleteBlbServer', 'blb', undefined, (pool) =>
    removeMembers(call, pool, 'backendServerList')
  );
}

/** One page of the balancers of a kind (bce-openapi-meta, DescribeBlbs: blbId and bccId match exactly). */
export function listBalancers(call: Call, kind: BalancerState['kind']): Answer {
  const blbId = queryOf(call, 'blbId');
  const bccId = queryOf(call, 'bccId');
  const found = [...call.state.balancers.values()].filter(
    (balancer) =>
      balancer.kind === kind &&
      (blbId === undefined || balancer.id === blbId) &&
      (bccId === undefined || hasMember(balancer, bccId)) &&
      matches(call, 'name', balancer.name) &&
      matches(call, 'address', balancer.address)
  );
  return { json: page(call, 'blbList', found, (balancer) => showBalancer(call, balancer)) };
}

/** Whether a text contains the value of a parameter, or equals it if the call has `exactlyMatch`. */
export function matches(call: Call, parameter: string, text: string): boolean {
  const asked = queryOf(call, parameter) ?? '';
  return queryOf(call, 'exactlyMatch') === 'true' && asked !== '' ? text === asked : text.includes(asked);
}

/** A balancer as lists and details show it (bce-sdk-go, BLBModel and DescribeLoadBalancerDetailResult). */
export function showBalancer(call: Call, balancer: BalancerState): Record<string, unknown> {
  const { id, name, address, busyUntilMs } = balancer;
  return {
    blbId: id,
    name,
    desc: '',
    address,
    publicIp: '',
    status: busyUntilMs > call.nowMs ? 'updating' : 'available',
    vpcId: 'vpc-demo0001',
    subnetId: 'sbn-demo0001',
    cidr: '192.168.0.0/24',
    vpcName: 'demo',
    createTime: '2026-01-10T08:00:00Z',
    paymentTiming: 'Postpaid',
    layer4ClusterId: '',
    layer7ClusterId: '',
    listener: [],
    tags: [],
    eipRouteType: 'BLB',
    allowDelete: true,
    layer4ClusterExclusive: false,
    layer7ClusterExclusive: false,
    layer4ClusterMode: '',
    layer7ClusterMode: '',
    layer4MasterAz: '',
    layer7MasterAz: '',
    layer4SlaveAz: '',
    layer7SlaveAz: '',
    performanceLevel: 'small1',
    billingMethod: '',
    expireTime: '',
    releaseTime: '',
    subnetCider: '192.168.0.0/24',
    subnetName: 'demo',
    publicIpv6: '',
    eipV6RouteType: ''
  };
}

/** One page of members, with the weights that reads show (bce-sdk-go, BackendServerModel). */
export function listMembers(
  call: Call,
  members: BalancerState['members'],
  more: (member: { readonly instanceId: string }) => Readonly<Record<string, unknown>> = () => ({})
): { readonly json: Readonly<Record<string, unknown>> } {
  const listed = members.map(({ instanceId, shownWeight }) => ({ id: instanceId, weight: shownWeight }));
  return {
    json: page(call, 'backendServerList', listed, ({ id, weight }) => ({
      instanceId: id,
      weight,
      privateIp: addressOf(call.state, id),
      ...more({ instanceId: id })
    }))
  };
}

function addressOf(state: WorldState, instanceId: string): string {
  return state.instances.get(instanceId)?.internalIp ?? '';
}
