import { type Answer, type Call, queryOf, textOf, textsOf } from '../http/call.ts';
import { badRequest, noSuchObject } from '../http/errors.ts';
import { page } from '../http/paging.ts';
import type { InstanceState, WorldState } from '../world/models.ts';
import { showInstance } from './show-instance.ts';

/** Maximum number of ids or names in one list (BCC pages Xjwvyodmx, Kksyfijrw). */
const MAX_IDS = 100;

/** GET /v2/instance/{id} (BCC page sjwvyoeqr). */
export function getInstance(call: Call): Answer {
  const { emptyTags } = call.behaviour;
  return { json: { instance: showInstance(call.state, findInstance(call.state, call.id), true, emptyTags) } };
}

/** POST /v2/instance/attribute/getUserdata (BCC page om4wfql2o): always base64. */
export function getInstanceUserDataInfo(call: Call): Answer {
  const instance = findInstance(call.state, textOf(call.body, 'instanceId'));
  return { json: { instanceId: instance.id, userData: Buffer.from(instance.userData).toString('base64') } };
}

/** POST /v2/instance/listByInstanceId (BCC page Kksyfijrw). */
export function listInstanceByIds(call: Call): Answer {
  const ids = batchIds(call);
  refuseUnknown(call, ids);
  const wanted = new Set(ids);
  return list(
    call,
    [...call.state.instances.values()].filter((instance) => wanted.has(instance.id))
  );
}

/** The 1 to 100 instanceIds of a body. */
export function batchIds(call: Call): string[] {
  const ids = textsOf(call.body, 'instanceIds');
  if (ids.length > 0 && ids.length <= MAX_IDS) return ids;
  throw badRequest(`The parameter instanceIds must have 1 to ${MAX_IDS} items.`);
}

/** GET /v2/instance (BCC page Xjwvyodmx): AND between the parameters, OR within one. */
export function listInstances(call: Call): Answer {
  const ignored = ignoredName(call);
  if ((queryOf(call, 'vpcId') === undefined) !== (queryOf(call, 'privateIps') === undefined)) {
    throw badRequest('The parameters vpcId and privateIps go only together.');
  }
  refuseUnknown(call, split(queryOf(call, 'instanceIds') ?? ''));
  let found = [...call.state.instances.values()];
  for (const [name, fits] of Object.entries(filters)) {
    const value = queryOf(call, name);
    if (value === undefined || name === ignored) continue;
    const values = split(value);
    if (values.length > MAX_IDS)
      throw badRequest(`The parameter ${name} must have at most ${MAX_IDS} items.`);
    found = found.filter(fits(values, call.state));
  }
  return list(call, found);
}

/** Which of the two name filters is ignored when both are given. */
function ignoredName(call: Call): 'instanceNames' | 'fuzzyInstanceName' | undefined {
  const { bothNameFilters } = call.behaviour;
  const names = ['instanceNames', 'fuzzyInstanceName'] as const;
  if (names.some((name) => queryOf(call, name) === undefined) || bothNameFilters === 'both') return undefined;
  if (bothNameFilters === 'refused') {
    throw badRequest('The parameters instanceNames and fuzzyInstanceName exclude each other.');
  }
  return bothNameFilters === 'exact' ? 'fuzzyInstanceName' : 'instanceNames';
}

/** Makes a predicate from the values of a parameter, once per call, so that 100 ids stay cheap. */
type Filter = (values: readonly string[], state: WorldState) => (instance: InstanceState) => boolean;

function among(field: (instance: InstanceState) => string): Filter {
  return (values) => {
    const wanted = new Set(values);
    return (instance) => wanted.has(field(instance));
  };
}

function amongSome(field: (instance: InstanceState) => readonly string[]): Filter {
  return (values) => {
    const wanted = new Set(values);
    return (instance) => field(instance).some((each) => wanted.has(each));
  };
}

const byVolume: Filter = (values, state) => {
  const holders = new Set(values.map((id) => state.volumes.get(id)?.instanceId));
  return (instance) => holders.has(instance.id);
};

/** Every parameter that narrows the list. An ignored one would select more instances than the caller asked for. */
const filters: Readonly<Record<string, Filter>> = {
  instanceIds: among((instance) => instance.id),
  instanceNames: among((instance) => instance.name),
  fuzzyInstanceName: (values) => (instance) => instance.name.includes(values.join(',')),
  volumeIds: byVolume,
  cdsIds: byVolume,
  internalIp: among((instance) => instance.internalIp),
  privateIps: among((instance) => instance.internalIp),
  vpcId: among((instance) => instance.vpcId),
  zoneName: among((instance) => instance.zoneName),
  keypairId: among((instance) => instance.keypairId),
  paymentTiming: among((instance) => instance.paymentTiming),
  status: among((instance) => instance.status),
  securityGroupIds: amongSome((instance) => instance.securityGroupIds),
  deploySetIds: amongSome((instance) => instance.deploySetIds),
  dedicatedHostId: among((instance) => instance.dedicatedHostId),
  dedicateHostId: among((instance) => instance.dedicatedHostId),
  ehcClusterId: among((instance) => instance.ehcClusterId),
  ipv6Addresses: among((instance) => instance.ipv6),
  autoRenew: among((instance) => String(instance.autoRenew)),
  tags: (values) => {
    const wanted = new Set(values);
    return ({ tags }) =>
      tags.some(({ tagKey, tagValue }) => wanted.has(tagKey) || wanted.has(`${tagKey}:${tagValue}`));
  }
};

/** Finds an instance, or throws the service's 404. */
export function findInstance(state: WorldState, id: string): InstanceState {
  const instance = state.instances.get(id);
  if (instance === undefined) throw noSuchObject(`instance ${id}`);
  return instance;
}

function list(call: Call, found: readonly InstanceState[]): Answer {
  return {
    json: page(call, 'instances', found, (each) =>
      showInstance(call.state, each, call.behaviour.listTags, call.behaviour.emptyTags)
    )
  };
}

function refuseUnknown(call: Call, ids: readonly string[]): void {
  if (call.behaviour.unknownIdsInList !== 'error') return;
  for (const id of ids) findInstance(call.state, id);
}

function split(value: string): string[] {
  return value === '' ? [] : value.split(',');
}
