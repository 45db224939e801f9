import type { Instance, Snapshot } from '../core/model/instance.ts';
import type { RebuildOrder } from '../core/model/order.ts';
import {
  decodeInstance,
  decodeInstanceReply,
  decodePage,
  decodeSnapshot,
  decodeUserData,
  decodeVolume,
  type Page,
  type Volume
} from './decode.ts';
import { type Operation, read } from './operation.ts';
import { pathOf, queryOf } from './request.ts';

/** The most ids that one list by ids takes (BCC page Kksyfijrw). */
export const maxListedIds = 100;

/** The service took a write. */
export interface Acceptance {
  /** Empty where the service gave none. */
  readonly requestId: string;
}

/** `GET /v2/instance/{id}` (BCC page sjwvyoeqr). */
export function getInstance(id: string): Operation<Instance> {
  const path = pathOf('v2', 'instance', id);
  return { ...read, name: 'GetInstance', target: id, path, decode: decodeInstanceReply };
}

/** `POST /v2/instance/attribute/getUserdata`: a read although it is a POST (BCC page om4wfql2o). */
export function getUserData(instanceId: string): Operation<string> {
  return {
    ...read,
    method: 'POST',
    name: 'GetInstanceUserDataInfo',
    target: instanceId,
    path: '/v2/instance/attribute/getUserdata',
    body: JSON.stringify({ instanceId }),
    decode: decodeUserData
  };
}

/** One page of `POST /v2/instance/listByInstanceId`: a read although it is a POST (BCC page Kksyfijrw). */
export function listInstances(ids: readonly string[], marker?: string): Operation<Page<Instance>> {
  return {
    ...read,
    method: 'POST',
    name: 'ListInstanceByIds',
    path: '/v2/instance/listByInstanceId',
    query: queryOf({ marker }),
    body: JSON.stringify({ instanceIds: ids }),
    decode: (json) => decodePage(json, 'instances', decodeInstance)
  };
}

/** One page of `GET /v2/volume`: the disks of an instance, the system disk among them. */
export function listVolumes(instanceId: string, marker?: string): Operation<Page<Volume>> {
  return {
    ...read,
    name: 'ListVolumes',
    target: instanceId,
    path: '/v2/volume',
    query: queryOf({ instanceId, marker }),
    decode: (json) => decodePage(json, 'volumes', decodeVolume)
  };
}

/** One page of `GET /v2/snapshot`: the snapshots of a disk. */
export function listSnapshots(volumeId: string, marker?: string): Operation<Page<Snapshot>> {
  return {
    ...read,
    name: 'ListSnapshots',
    target: volumeId,
    path: '/v2/snapshot',
    query: queryOf({ volumeId, marker }),
    decode: (json) => decodePage(json, 'snapshots', decodeSnapshot)
  };
}

/** `PUT /v2/instance/{id}?start`. */
export function startInstance(id: string): Operation<Acceptance> {
  const path = pathOf('v2', 'instance', id);
  return { ...write, name: 'StartInstance', target: id, path, query: { start: null } };
}

/**
 * `PUT /v2/instance/{id}?rebuild` (BCC page 1jwvyoaw8). The order's password comes encrypted as `ciphertext`, and no
 * field is sent that the order does not set: the vendor's own SDKs send `isOpenHostEye: false` unasked, which by its
 * documentation leaves the host's protection off.
 */
export function rebuildInstance(
  id: string,
  order: RebuildOrder,
  ciphertext: string | undefined
): Operation<Acceptance> {
  const { imageId, login, userData, cleanLastUserData } = order;
  const secrets = login.kind === 'adminPass' ? [login.adminPass, ciphertext ?? ''] : [];
  return {
    ...write,
    name: 'RebuildInstance',
    target: id,
    path: pathOf('v2', 'instance', id),
    query: { rebuild: null },
    // JSON leaves out what is undefined.
    body: JSON.stringify({
      imageId,
      adminPass: ciphertext,
      keypairId: login.kind === 'keypairId' ? login.keypairId : undefined,
      keepImageLogin: login.kind === 'keepImageLogin' ? true : undefined,
      userData,
      cleanLastUserData
    }),
    secrets,
    tellsLoss: true
  };
}

const write = {
  kind: 'write',
  method: 'PUT',
  decode: (_json: unknown, requestId: string): Acceptance => ({ requestId })
} as const;
