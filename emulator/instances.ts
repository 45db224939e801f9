import { type Answer, type Call, queryOf, textOf, textsOf } from './call.ts';
import { badRequest, noSuchObject } from './errors.ts';
import type { InstanceState, WorldState } from './models.ts';
import { page } from './paging.ts';

/** Greatest number of ids or names in one list (BCC pages Xjwvyodmx, Kksyfijrw). */
export const MAX_IDS = 100;

/** GET /v2/instance/{id} (BCC page sjwvyoeqr). */
export function getInstance(call: Call): Answer {
  return { json: { instance: showInstance(call.state, findInstance(call.state, call.id), true) } };
}

/** POST /v2/instance/attribute/getUserdata (BCC page om4wfql2o): always base64. */
export function getInstanceUserDataInfo(call: Call): Answer {
  const instance = findInstance(call.state, textOf(call.body, 'instanceId'));
  return { json: { instanceId: instance.id, userData: Buffer.from(instance.userData).toString('base64') } };
}

/** POST /v2/instance/listByInstanceId (BCC page Kksyfijrw). */
export function listInstanceByIds(call: Call): Answer {
  const ids = textsOf(call.body, 'instanceIds');
  if (ids.length === 0 || ids.length > MAX_IDS)
    throw badRequest(`The parameter instanceIds must have 1 to ${MAX_IDS} items.`);
  refuseUnknown(call, ids);
  const wanted = new Set(ids);
  return list(
    call,
    [...call.state.instances.values()].filter((instance) => wanted.has(instance.id))
  );
}

/** GET /v2/instance (BCC page Xjwvyodmx): AND between the parameters, OR within one. */
export function listInstances(call: Call): Answer {
  if (queryOf(call, 'instanceNames') !== undefined && queryOf(call, 'fuzzyInstanceName') !== undefined) {
    throw badRequest('The parameters instanceNames and fuzzyInstanceName exclude each other.');
  }
  if ((queryOf(call, 'vpcId') === undefined) !== (queryOf(call, 'privateIps') === undefined)) {
    throw badRequest('The parameters vpcId and privateIps go only together.');
  }
  refuseUnknown(call, split(queryOf(call, 'instanceIds') ?? ''));
  let found = [...call.state.instances.values()];
  for (const [name, fits] of Object.entries(filters)) {
    const value = queryOf(call, name);
    if (value === undefined) continue;
    const values = split(value);
    if (values.length > MAX_IDS)
      throw badRequest(`The parameter ${name} must have at most ${MAX_IDS} items.`);
    found = found.filter((instance) => fits(instance, values, call.state));
  }
  return list(call, found);
}

type Filter = (instance: InstanceState, values: readonly string[], state: WorldState) => boolean;

const byVolume: Filter = (instance, values, state) =>
  values.some((id) => state.volumes.get(id)?.instanceId === instance.id);

/** Filters for what an emulated instance never has are left out: such a query finds what it would without them. */
const filters: Readonly<Record<string, Filter>> = {
  instanceIds: (instance, values) => values.includes(instance.id),
  instanceNames: (instance, values) => values.includes(instance.name),
  fuzzyInstanceName: (instance, values) => instance.name.includes(values.join(',')),
  volumeIds: byVolume,
  cdsIds: byVolume,
  internalIp: (instance, values) => values.includes(instance.internalIp),
  privateIps: (instance, values) => values.includes(instance.internalIp),
  vpcId: (instance, values) => values.includes(instance.vpcId),
  zoneName: (instance, values) => values.includes(instance.zoneName),
  keypairId: (instance, values) => values.includes(instance.keypairId),
  paymentTiming: (instance, values) => values.includes(instance.paymentTiming),
  status: (instance, values) => values.includes(instance.status),
  tags: (instance, values) =>
    values.some((value) =>
      instance.tags.some((tag) => value === tag.tagKey || value === `${tag.tagKey}:${tag.tagValue}`)
    )
};

/** An instance, or the 404 of the service. */
export function findInstance(state: WorldState, id: string): InstanceState {
  const instance = state.instances.get(id);
  if (instance === undefined) throw noSuchObject(`instance ${id}`);
  return instance;
}

/** An instance as the API shows it. */
function showInstance(
  state: WorldState,
  instance: InstanceState,
  withTags: boolean
): Record<string, unknown> {
  const { userData, login, busyUntilMs, ebc, osType, tags, ...shown } = instance;
  const volumes = [...state.volumes.values()].filter((volume) => volume.instanceId === instance.id);
  return {
    ...shown,
    ...(withTags ? { tags } : {}),
    imageType: state.images.get(instance.imageId)?.type ?? '',
    chargeStatus: 'CHARGING',
    localDiskSizeInGB: 0,
    networkCapacityInMbps: instance.publicIp === '' ? 0 : 10,
    autoRenew: false,
    repairStatus: 'normal',
    nicInfo: {
      status: 'inuse',
      ips: [{ privateIp: instance.internalIp, eip: instance.publicIp, primary: 'true' }],
      securityGroups: ['g-demo0001'],
      enterpriseSecurityGroups: []
    },
    volumes: volumes.map(({ id, name, isSystemVolume, diskSizeInGB }) => ({
      volumeId: id,
      name,
      isSystemVolume,
      diskSizeInGB
    }))
  };
}

function list(call: Call, found: readonly InstanceState[]): Answer {
  return {
    json: page(call, 'instances', found, (each) => showInstance(call.state, each, call.behaviour.listTags))
  };
}

function refuseUnknown(call: Call, ids: readonly string[]): void {
  if (call.behaviour.unknownIdsInList !== 'error') return;
  for (const id of ids) findInstance(call.state, id);
}

function split(value: string): string[] {
  return value === '' ? [] : value.split(',');
}
