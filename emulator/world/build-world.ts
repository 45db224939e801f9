import { newGuest } from '../assistant/guest.ts';
import { buildBalancer } from '../blb/balancers.ts';
import { defaultWorld } from './default-world.ts';
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

/** Makes a world from a specification. It copies the objects of the caller. */
export function buildWorld(spec: WorldSpec = {}): WorldState {
  const whole = { ...defaultWorld, ...spec };
  const state: WorldState = {
    instances: new Map(),
    images: new Map(whole.images.map((image) => [image.id, buildImage(image)])),
    volumes: new Map(),
    volumesOf: new Map(),
    snapshots: new Map(),
    keypairs: new Set(whole.keypairs),
    balancers: new Map()
  };
  for (const each of whole.instances) state.instances.set(each.id, fullInstance(each, state));
  // The default disk, snapshot and balancers refer to the default instances, so other instances get none of them.
  const own = spec.instances === undefined ? defaultWorld : undefined;
  for (const each of spec.volumes ?? own?.volumes ?? []) putVolume(state, each);
  for (const instance of state.instances.values()) {
    if (systemVolumeOf(state, instance.id) !== undefined) continue;
    putVolume(state, {
      id: `v-sys-${instance.id.replace(/^i-/, '')}`,
      name: `${instance.name}-system`,
      instanceId: instance.id,
      isSystemVolume: true,
      type: 'System',
      device: '/dev/vda',
      zoneName: instance.zoneName
    });
  }
  for (const each of spec.snapshots ?? own?.snapshots ?? []) state.snapshots.set(each.id, fullSnapshot(each));
  for (const each of spec.balancers ?? own?.balancers ?? []) {
    state.balancers.set(each.id, buildBalancer(each));
  }
  return state;
}

function putVolume(state: WorldState, spec: Spec<VolumeState>): void {
  const volume = fullVolume(spec);
  state.volumes.set(volume.id, volume);
  const beside = state.volumesOf.get(volume.instanceId);
  if (beside === undefined) state.volumesOf.set(volume.instanceId, [volume]);
  else beside.push(volume);
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
    securityGroupIds: ['g-demo0001'],
    deploySetIds: [],
    dedicatedHostId: '',
    ehcClusterId: '',
    ipv6: '',
    autoRenew: false,
    userData: '',
    ebc: false,
    login: { kind: 'unknown' },
    busyUntilMs: 0,
    guest: newGuest(spec.id, isUp(spec) ? Date.parse(CREATED) : undefined, image?.agent ?? true),
    ...structuredClone(spec)
  };
  if (full.keypairId !== '') state.keypairs.add(full.keypairId);
  return full;
}

function isUp({ status = 'Running' }: Spec<InstanceState>): boolean {
  return status === 'Running';
}

/** An image from its specification, completed with defaults. */
export function buildImage(spec: Spec<ImageState>): ImageState {
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
    agent: true,
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
    clusterId: '',
    productCategory: 'BCC',
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
