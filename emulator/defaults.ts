import type {
  ImageState,
  InstanceState,
  SnapshotState,
  Spec,
  VolumeState,
  WorldSpec,
  WorldState
} from './models.ts';
import { systemVolumeOf } from './models.ts';

const CREATED = '2026-01-10T08:00:00Z';

/** Two web servers on the first of two custom images, a data disk, a snapshot, and public images. */
const defaultWorld: Required<WorldSpec> = {
  instances: [
    {
      id: 'i-demo0001',
      name: 'web-1',
      imageId: 'm-web-1',
      internalIp: '192.168.0.11',
      publicIp: '203.0.113.11',
      tags: [{ tagKey: 'app', tagValue: 'web' }]
    },
    {
      id: 'i-demo0002',
      name: 'web-2',
      imageId: 'm-web-1',
      internalIp: '192.168.0.12',
      tags: [{ tagKey: 'app', tagValue: 'web' }]
    }
  ],
  images: [
    { id: 'm-web-1', name: 'web-1' },
    { id: 'm-web-2', name: 'web-2', createTime: '2026-02-10T08:00:00Z' },
    { id: 'm-ubuntu22', name: '22.04 LTS amd64 (64bit)', type: 'System' },
    {
      id: 'm-win2022',
      name: 'Windows Server 2022',
      type: 'System',
      osType: 'windows',
      osName: 'Windows Server',
      osVersion: '2022',
      minDiskGb: 40
    }
  ],
  volumes: [
    { id: 'v-data0001', name: 'data-1', instanceId: 'i-demo0001', device: '/dev/vdb', diskSizeInGB: 100 }
  ],
  snapshots: [{ id: 's-demo0001', name: 'before-upgrade', volumeId: 'v-sys-demo0001' }],
  keypairs: ['k-demo0001']
};

/** Makes a world of a specification. Objects are copied: the caller's stay as they are. */
export function buildWorld(spec: WorldSpec = {}): WorldState {
  const whole = { ...defaultWorld, ...spec };
  const state: WorldState = {
    instances: new Map(),
    images: new Map(whole.images.map((image) => [image.id, fullImage(image)])),
    volumes: new Map(),
    snapshots: new Map(),
    keypairs: new Set(whole.keypairs)
  };
  for (const each of whole.instances) state.instances.set(each.id, fullInstance(each, state));
  // The default data disk and snapshot belong to default instances; with others they would hang in the air.
  const volumes = spec.volumes ?? (spec.instances === undefined ? defaultWorld.volumes : []);
  for (const each of volumes) state.volumes.set(each.id, fullVolume(each));
  for (const instance of state.instances.values()) {
    if (systemVolumeOf(state, instance.id) !== undefined) continue;
    const id = `v-sys-${instance.id.replace(/^i-/, '')}`;
    const system: Spec<VolumeState> = {
      id,
      name: `${instance.name}-system`,
      instanceId: instance.id,
      isSystemVolume: true,
      type: 'System',
      device: '/dev/vda',
      zoneName: instance.zoneName
    };
    state.volumes.set(id, fullVolume(system));
  }
  const snapshots = spec.snapshots ?? (spec.instances === undefined ? defaultWorld.snapshots : []);
  for (const each of snapshots) state.snapshots.set(each.id, fullSnapshot(each));
  return state;
}

function fullInstance(spec: Spec<InstanceState>, state: WorldState): InstanceState {
  const image = state.images.get(spec.imageId ?? 'm-web-1');
  const full: InstanceState = {
    name: spec.id,
    status: 'Running',
    imageId: 'm-web-1',
    imageName: image?.name ?? '',
    osType: image?.osType ?? 'linux',
    osName: image?.osName ?? 'Ubuntu',
    osVersion: image?.osVersion ?? '22.04 LTS',
    osArch: image?.osArch ?? 'amd64 (64bit)',
    internalIp: '192.168.0.10',
    publicIp: '',
    zoneName: 'cn-bj-d',
    vpcId: 'vpc-demo0001',
    subnetId: 'sbn-demo0001',
    hostname: spec.name ?? spec.id,
    desc: '',
    spec: 'bcc.g5.c2m8',
    instanceType: 'N5',
    cpuCount: 2,
    memoryCapacityInGB: 8,
    keypairId: '',
    keypairName: '',
    deletionProtection: 0,
    tags: [],
    createTime: CREATED,
    expireTime: '',
    paymentTiming: 'Postpaid',
    userData: '',
    ebc: false,
    login: { kind: 'unknown' },
    busyUntilMs: 0,
    ...structuredClone(spec)
  };
  if (full.keypairId !== '') state.keypairs.add(full.keypairId);
  return full;
}

function fullImage(spec: Spec<ImageState>): ImageState {
  return {
    name: spec.id,
    type: 'Custom',
    status: 'Available',
    osType: 'linux',
    osName: 'Ubuntu',
    osVersion: '22.04 LTS',
    osArch: 'amd64 (64bit)',
    osBuild: '2025123100',
    osLang: 'ENG',
    specialVersion: '',
    createTime: CREATED,
    desc: '',
    package: false,
    encrypted: false,
    minDiskGb: 20,
    diskSize: 20,
    tags: [],
    shared: false,
    ...structuredClone(spec)
  };
}

function fullVolume(spec: Spec<VolumeState>): VolumeState {
  return {
    name: spec.id,
    status: 'InUse',
    type: 'Cds',
    storageType: 'enhanced_ssd_pl1',
    diskSizeInGB: 40,
    isSystemVolume: false,
    createTime: CREATED,
    expireTime: '',
    paymentTiming: 'Postpaid',
    zoneName: 'cn-bj-d',
    desc: '',
    device: '',
    instanceId: '',
    ...spec
  };
}

function fullSnapshot(spec: Spec<SnapshotState>): SnapshotState {
  return {
    name: spec.id,
    volumeId: '',
    status: 'Available',
    sizeInGB: 40,
    createTime: CREATED,
    createMethod: 'manual',
    desc: '',
    ...spec
  };
}
