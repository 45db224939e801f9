import type { Instance, Snapshot } from '../../core/model/instance.ts';
import type { RebuildSpec } from '../../core/model/rebuild-spec.ts';
import type { Secret } from '../../core/model/secret.ts';
import type { Tag } from '../../core/model/selection.ts';
import { secretLines } from '../../core/secret-forms.ts';
import type { Accepted } from '../../ports/bcc.ts';
import { pathOf, queryOf } from '../signed-request.ts';
import { batchName, callOn, checkedIds } from './check-arguments.ts';
import {
  decodeInstance,
  decodeOptionalPage,
  decodePage,
  decodeSnapshot,
  decodeUserData,
  decodeVolume,
  oneOf,
  type Page,
  type Volume
} from './decode.ts';
import { DecodeError, record } from './json-fields.ts';
import { type Operation, read, shortBody } from './operation.ts';

/** The most items of a page, and the documented default; asked for, in case the default changes. */
export const longestPage = '1000';

/** `GET /v2/instance/{id}` (BCC page sjwvyoeqr). */
export function getInstance(id: string): Operation<Instance> {
  return {
    ...read,
    ...callOn('GetInstance', id),
    path: pathOf('v2', 'instance', id),
    maxBodyBytes: shortBody,
    decode: (json) => oneOf(decodeInstance(record(json, 'answer')['instance']), [id])
  };
}

/** `POST /v2/instance/attribute/getUserdata`: a read although it is a POST (BCC page om4wfql2o). */
export function getUserData(instanceId: string): Operation<Secret | undefined> {
  return {
    ...read,
    method: 'POST',
    ...callOn('GetInstanceUserDataInfo', instanceId),
    path: '/v2/instance/attribute/getUserdata',
    body: JSON.stringify({ instanceId }),
    maxBodyBytes: shortBody,
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
    decode: (json) => decodePage(json, 'instances', (item) => oneOf(decodeInstance(item), ids))
  };
}

/**
 * One page of `GET /v2/instance` (BCC page Xjwvyodmx): the instances that carry any of the tags: the service joins
 * them with OR. A tag with a colon or a comma cannot be asked for; without any other the list is one of all instances.
 */
export function listTagged(tags: readonly Tag[], marker?: string): Operation<Page<Instance>> {
  const filter = tags
    .filter(({ key, value }) => key !== '' && !/[:,]/.test(key + value))
    // A key alone stands for all of its values, the empty one too.
    .map(({ key, value }) => (value === '' ? key : `${key}:${value}`));
  return {
    ...read,
    name: 'ListInstances',
    path: '/v2/instance',
    query: queryOf({ tags: filter.join(','), marker, maxKeys: longestPage }),
    decode: (json) => decodePage(json, 'instances', decodeInstance)
  };
}

/** One page of `GET /v2/volume`: the disks of an instance, the system disk among them. */
export function listVolumes(instanceId: string, marker?: string): Operation<Page<Volume>> {
  return {
    ...read,
    ...callOn('ListVolumes', instanceId),
    path: '/v2/volume',
    query: queryOf({ instanceId, marker }),
    decode(json) {
      const page = decodeOptionalPage(json, 'volumes', decodeVolume);
      // Another one's disk is not left out: an answer that has one is about something else.
      if (page.items.some(({ attachedTo: ids }) => ids.length > 0 && !ids.includes(instanceId))) {
        throw new DecodeError('a disk is attached to another instance than the one asked for');
      }
      return page;
    }
  };
}

/** One page of `GET /v2/volume`: the system disks of all instances. */
export function listSystemVolumes(marker?: string): Operation<Page<Volume>> {
  return {
    ...read,
    name: 'ListVolumes',
    path: '/v2/volume',
    query: queryOf({ usageFilter: 'system', marker, maxKeys: longestPage }),
    decode: (json) => decodeOptionalPage(json, 'volumes', decodeVolume)
  };
}

/** One page of `GET /v2/snapshot`: the snapshots of a disk, or of all disks. */
export function listSnapshots(volumeId: string | undefined, marker?: string): Operation<Page<Snapshot>> {
  return {
    ...read,
    ...callOn('ListSnapshots', ...(volumeId === undefined ? [] : [volumeId])),
    path: '/v2/snapshot',
    query: queryOf({ volumeId, marker, maxKeys: longestPage }),
    decode: (json) => decodeOptionalPage(json, 'snapshots', decodeSnapshot)
  };
}

/** `PUT /v2/instance/{id}?start`. */
export function startInstance(id: string): Operation<Accepted> {
  const path = pathOf('v2', 'instance', id);
  // A second start finds it on the way, and is refused.
  return { ...write, ...callOn('StartInstance', id), path, query: { start: null }, repeatable: true };
}

/**
 * `PUT /v2/instance/{id}?rebuild` for one instance (BCC page 1jwvyoaw8), and `PUT /v2/instance/rebuild` for up to 100 of
 * them, with one answer for all (BCC page Fk48bhw50). No field is sent that the spec does not set: the vendor's own SDKs
 * send `isOpenHostEye: false` unasked, which by its documentation leaves the host's protection off.
 *
 * @param encrypt gives the password as the call sends it; throws a `CallError` where it cannot be encrypted
 */
export function rebuildInstances(
  instanceIds: readonly string[],
  { imageId, login, userData, cleanLastUserData }: RebuildSpec,
  encrypt: (operation: string, target: string, password: string) => string
): Operation<Accepted> {
  const isBatch = new Set(instanceIds).size > 1;
  const name = isBatch ? 'RebuildBatchInstance' : 'RebuildInstance';
  const ids = checkedIds(name, instanceIds);
  const target = batchName(ids);
  const password = login.kind === 'adminPass' ? login.adminPass.reveal() : undefined;
  const adminPass = password === undefined ? undefined : encrypt(name, target, password);
  const script = userData?.reveal();
  return {
    ...write,
    name,
    target,
    path: isBatch ? '/v2/instance/rebuild' : pathOf('v2', 'instance', target),
    query: isBatch ? {} : { rebuild: null },
    isBatch,
    tellsLoss: true,
    secrets: [password ?? '', adminPass ?? '', ...secretLines(script ?? '')],
    // JSON leaves out what is undefined.
    body: JSON.stringify({
      instanceIds: isBatch ? ids : undefined,
      imageId,
      adminPass,
      keypairId: login.kind === 'keypairId' ? login.keypairId : undefined,
      keepImageLogin: login.kind === 'keepImageLogin' ? true : undefined,
      userData: script,
      cleanLastUserData
    })
  };
}

const write = {
  kind: 'write',
  method: 'PUT',
  decode: (_json: unknown, requestId: string): Accepted => ({ requestId })
} as const;
