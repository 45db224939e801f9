import { type Answer, type Call, queryOf } from './call.ts';
import { noSuchObject } from './errors.ts';
import type { SnapshotState, VolumeState, WorldState } from './models.ts';
import { systemVolumeOf } from './models.ts';
import { page } from './paging.ts';

/** GET /v2/volume. */
export function listVolumes(call: Call): Answer {
  const wanted = {
    instanceId: queryOf(call, 'instanceId'),
    zoneName: queryOf(call, 'zoneName'),
    name: queryOf(call, 'name')
  };
  const found = [...call.state.volumes.values()].filter(
    (volume) =>
      (wanted.instanceId === undefined || volume.instanceId === wanted.instanceId) &&
      (wanted.zoneName === undefined || volume.zoneName === wanted.zoneName) &&
      (wanted.name === undefined || volume.name === wanted.name)
  );
  return { json: page(call, 'volumes', found, (volume) => showVolume(call.state, volume)) };
}

/** GET /v2/volume/{id}. */
export function getVolume(call: Call): Answer {
  const volume = call.state.volumes.get(call.id);
  if (volume === undefined) throw noSuchObject(`volume ${call.id}`);
  return { json: { volume: showVolume(call.state, volume) } };
}

/** GET /v2/snapshot: for a system disk the id of its instance is a volumeId too. */
export function listSnapshots(call: Call): Answer {
  const asked = queryOf(call, 'volumeId');
  const volumeId = asked === undefined ? undefined : (systemVolumeOf(call.state, asked)?.id ?? asked);
  const found = [...call.state.snapshots.values()].filter(
    (snapshot) => volumeId === undefined || snapshot.volumeId === volumeId
  );
  return { json: page(call, 'snapshots', found, showSnapshot) };
}

/** A disk as the API shows it (bce-sdk-go services/bcc, VolumeModel: snapshotNum is a string). */
function showVolume(state: WorldState, volume: VolumeState): Record<string, unknown> {
  const { instanceId, device, ...shown } = volume;
  const snapshots = [...state.snapshots.values()].filter((snapshot) => snapshot.volumeId === volume.id);
  return {
    ...shown,
    volumeId: volume.id,
    attachments: instanceId === '' ? [] : [{ volumeId: volume.id, instanceId, device, serial: volume.id }],
    snapshotNum: String(snapshots.length),
    sourceSnapshotId: '',
    autoSnapshotPolicy: null,
    regionId: '1',
    tags: [],
    encrypted: false,
    enableAutoRenew: false,
    autoRenewTime: 0,
    ebcDiskSize: 0,
    clusterId: '',
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
    progress: snapshot.status === 'Available' ? 100 : 0,
    tags: []
  };
}
