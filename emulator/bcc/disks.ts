import { type Answer, type Call, queryOf } from '../http/call.ts';
import { badRequest, noSuchObject } from '../http/errors.ts';
import { page } from '../http/paging.ts';
import {
  type SnapshotState,
  systemVolumeOf,
  type VolumeState,
  volumesOf,
  type WorldState
} from '../world/models.ts';

/** GET /v2/volume (BCC page Sjwvyo5be): without parameters it lists all disks of all instances. */
export function listVolumes(call: Call): Answer {
  const { state } = call;
  const instanceId = queryOf(call, 'instanceId');
  const zoneName = queryOf(call, 'zoneName');
  const name = queryOf(call, 'name');
  const usage = queryOf(call, 'usageFilter');
  if (usage !== undefined && usage !== 'system' && usage !== 'data') {
    throw badRequest('The parameter usageFilter must be system or data.');
  }
  const charge = queryOf(call, 'chargeFilter');
  if (charge !== undefined && charge !== 'postpay' && charge !== 'prepay') {
    throw badRequest('The parameter chargeFilter must be postpay or prepay.');
  }
  const clusterId = queryOf(call, 'clusterId');
  const category = queryOf(call, 'productCategory');
  const ids = queryOf(call, 'volumeIds')?.split(',');
  const candidates = instanceId === undefined ? [...state.volumes.values()] : volumesOf(state, instanceId);
  const found = candidates.filter(
    (volume) =>
      (zoneName === undefined || volume.zoneName === zoneName) &&
      (name === undefined || volume.name === name) &&
      (charge === undefined || volume.paymentTiming.toLowerCase() === `${charge.slice(0, -3)}paid`) &&
      (clusterId === undefined || volume.clusterId === clusterId) &&
      (category === undefined || volume.productCategory === category) &&
      (ids === undefined || ids.includes(volume.id)) &&
      (usage === undefined || volume.isSystemVolume === (usage === 'system'))
  );
  return { json: page(call, 'volumes', found, volumeView(state)) };
}

/** GET /v2/volume/{id}. */
export function getVolume(call: Call): Answer {
  const volume = call.state.volumes.get(call.id);
  if (volume === undefined) throw noSuchObject(`volume ${call.id}`);
  return { json: { volume: volumeView(call.state)(volume) } };
}

/** GET /v2/snapshot/{id}. */
export function getSnapshot(call: Call): Answer {
  const snapshot = call.state.snapshots.get(call.id);
  if (snapshot === undefined) throw noSuchObject(`snapshot ${call.id}`);
  return { json: { snapshot: showSnapshot(snapshot) } };
}

/** GET /v2/snapshot: volumeId may also be an instance id, which means its system disk. */
export function listSnapshots(call: Call): Answer {
  const asked = queryOf(call, 'volumeId');
  const volumeId = asked === undefined ? undefined : (systemVolumeOf(call.state, asked)?.id ?? asked);
  const found = [...call.state.snapshots.values()].filter(
    (snapshot) => volumeId === undefined || snapshot.volumeId === volumeId
  );
  return { json: page(call, 'snapshots', found, showSnapshot) };
}

/** Shows disks as the API does (bce-sdk-go services/bcc, VolumeModel); snapshotNum is a string. */
function volumeView(state: WorldState): (volume: VolumeState) => Record<string, unknown> {
  const counts = new Map<string, number>();
  for (const { volumeId } of state.snapshots.values()) counts.set(volumeId, (counts.get(volumeId) ?? 0) + 1);
  return (volume) => showVolume(volume, counts.get(volume.id) ?? 0);
}

function showVolume(volume: VolumeState, snapshots: number): Record<string, unknown> {
  const { instanceId, device, ...shown } = volume;
  return {
    ...shown,
    volumeId: volume.id,
    attachments: instanceId === '' ? [] : [{ volumeId: volume.id, instanceId, device, serial: volume.id }],
    snapshotNum: String(snapshots),
    sourceSnapshotId: '',
    autoSnapshotPolicy: null,
    regionId: '1',
    tags: [],
    encrypted: false,
    enableAutoRenew: false,
    autoRenewTime: 0,
    ebcDiskSize: 0,
    encryptKey: '',
    encryptKeySpec: '',
    enableDeleteProtection: false,
    resGroupInfos: [],
    roleName: '',
    createdFrom: 'user',
    releaseTime: ''
  };
}

function showSnapshot(snapshot: SnapshotState): Record<string, unknown> {
  return {
    ...snapshot,
    expireTime: '',
    package: false,
    insnapId: '',
    templateId: '',
    encrypted: false,
    // A string: bce-sdk-go and Terraform cannot read a number here.
    progress: snapshot.status === 'Available' ? '100' : '0',
    tags: []
  };
}
