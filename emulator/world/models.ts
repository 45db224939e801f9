import type { GuestState } from '../assistant/guest.ts';
import type { BalancerSpec, BalancerState } from '../blb/balancers.ts';

/** A tag as the API writes it. */
export interface Tag {
  readonly tagKey: string;
  readonly tagValue: string;
}

/** The login of an instance. `adminPass` is the plain password, kept for tests only. */
export type Login =
  | { readonly kind: 'adminPass'; readonly adminPass: string }
  | { readonly kind: 'keypairId'; readonly keypairId: string }
  | { readonly kind: 'keepImageLogin' }
  | { readonly kind: 'unknown' };

/** The state of an instance; names as in the API (BCC page sjwvyoeqr). */
export interface InstanceState {
  id: string;
  name: string;
  status: string;
  imageId: string;
  imageName: string;
  osType: 'linux' | 'windows';
  osName: string;
  osVersion: string;
  osArch: string;
  internalIp: string;
  /** '' if there is none. */
  publicIp: string;
  zoneName: string;
  vpcId: string;
  subnetId: string;
  hostname: string;
  desc: string;
  spec: string;
  instanceType: string;
  cpuCount: number;
  memoryCapacityInGB: number;
  keypairId: string;
  keypairName: string;
  /** 0 or 1; it prevents a release, not a rebuild. */
  deletionProtection: number;
  tags: Tag[];
  createTime: string;
  expireTime: string;
  paymentTiming: 'Postpaid' | 'Prepaid';
  securityGroupIds: string[];
  deploySetIds: string[];
  /** '' if it has none; so are the next two. */
  dedicatedHostId: string;
  ehcClusterId: string;
  ipv6: string;
  autoRenew: boolean;
  /** Plain text; the API shows it as base64. */
  userData: string;
  /** Elastic bare metal: cannot be rebuilt while stopped (BCC page 1jwvyoaw8). */
  ebc: boolean;
  login: Login;
  /** When the operation under way ends, in ms since the epoch; Infinity for never. The API does not show it. */
  busyUntilMs: number;
  /** The system inside. The API does not show it. */
  guest: GuestState;
}

/** The state of an image (BCC page Ajwvynu5r). */
export interface ImageState {
  id: string;
  name: string;
  type: string;
  status: string;
  osType: 'linux' | 'windows';
  osName: string;
  osVersion: string;
  osArch: string;
  osBuild: string;
  osLang: string;
  specialVersion: string;
  createTime: string;
  desc: string;
  package: boolean;
  encrypted: boolean;
  minDiskGb: number;
  diskSize: number;
  tags: Tag[];
  /** Shared with other accounts, so it cannot be deleted. The API does not show it. */
  shared: boolean;
  /** Whether it contains the agent of Cloud Assistant. The API does not show it. */
  agent: boolean;
}

/** The state of a disk (bce-sdk-go services/bcc, VolumeModel). */
export interface VolumeState {
  id: string;
  name: string;
  status: string;
  /** System, Ephemeral or Cds. */
  type: string;
  storageType: string;
  diskSizeInGB: number;
  isSystemVolume: boolean;
  createTime: string;
  expireTime: string;
  paymentTiming: string;
  zoneName: string;
  desc: string;
  device: string;
  /** The dedicated storage cluster; '' if it is in none. */
  clusterId: string;
  /** BCC or HPAS. */
  productCategory: string;
  /** '' if it is attached to none. */
  instanceId: string;
}

/** The state of a snapshot (bce-sdk-go services/bcc, SnapshotModel). */
export interface SnapshotState {
  id: string;
  name: string;
  volumeId: string;
  status: string;
  sizeInGB: number;
  createTime: string;
  createMethod: string;
  desc: string;
}

/** All resources, by id. Plain data, so that it can be cloned. */
export interface WorldState {
  readonly instances: Map<string, InstanceState>;
  readonly images: Map<string, ImageState>;
  readonly volumes: Map<string, VolumeState>;
  /** The same disks by instance, because scanning all of them is slow in large worlds. */
  readonly volumesOf: Map<string, VolumeState[]>;
  readonly snapshots: Map<string, SnapshotState>;
  readonly keypairs: Set<string>;
  readonly balancers: Map<string, BalancerState>;
}

/** The specification of a resource; everything except the id has a default. */
export type Spec<T extends { id: string }> = Pick<T, 'id'> & Partial<T>;

/** The specification of a world; an absent list means that of the default world. */
export interface WorldSpec {
  readonly instances?: readonly Spec<InstanceState>[];
  readonly images?: readonly Spec<ImageState>[];
  /** Every instance without a system disk here gets one. */
  readonly volumes?: readonly Spec<VolumeState>[];
  readonly snapshots?: readonly Spec<SnapshotState>[];
  /** Ids of the key pairs that exist. */
  readonly keypairs?: readonly string[];
  /** Load balancers of both kinds. */
  readonly balancers?: readonly BalancerSpec[];
}

/** The disks of an instance. */
export function volumesOf(state: WorldState, instanceId: string): readonly VolumeState[] {
  return state.volumesOf.get(instanceId) ?? [];
}

/** The system disk of an instance. */
export function systemVolumeOf(state: WorldState, instanceId: string): VolumeState | undefined {
  return volumesOf(state, instanceId).find((volume) => volume.isSystemVolume);
}

/** Time as the API writes it: UTC, without a fraction. */
export function apiTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
