import type { Behaviour } from '../world/behaviour.ts';
import { type InstanceState, type VolumeState, volumesOf, type WorldState } from '../world/models.ts';

/** Fields that are the same for every emulated instance (bce-sdk-go services/bcc, InstanceModel). */
const CONSTANT = {
  serialNumber: '',
  chargeStatus: 'IS_CHARGING',
  releaseTime: '',
  isomerismCard: '',
  npuVideoMemory: '',
  gpuCard: '',
  fpgaCard: '',
  // A string, not a number. Without it Terraform always plans a change.
  cardCount: '0',
  localDiskSizeInGB: 0,
  placementPolicy: 'default',
  flavorSubType: '',
  ephemeralDisks: [],
  eniQuota: 3,
  eriQuota: 0,
  eniNum: '0',
  rdmaType: '',
  rdmaTypeApi: '',
  rdmaPodName: '',
  rdmaUnitID: '',
  rdmaNicTopo: [],
  switchId: '',
  hostId: '',
  rackId: '',
  netEthQueueCount: '2',
  enableJumboFrame: false,
  isEipAutoRelatedDelete: false,
  resGroupInfos: [],
  autoRenewPeriodUnit: 'month',
  autoRenewPeriod: 0,
  roleName: '',
  createdFrom: 'user',
  hosteyeType: '',
  repairStatus: 'normal',
  cpuThreadConfig: '',
  numaConfig: '',
  application: '',
  productCategory: 'BCC',
  // Arguments of a release, not properties. Terraform replaces an instance that is read back without them.
  relatedReleaseFlag: false,
  deleteCdsSnapshotFlag: false,
  deleteRelatedEnisFlag: false
};

/** An instance as the API shows it (BCC page sjwvyoeqr). */
export function showInstance(
  state: WorldState,
  instance: InstanceState,
  withTags: boolean,
  emptyTags: Behaviour['emptyTags']
): Record<string, unknown> {
  const { userData, login, busyUntilMs, ebc, osType, guest, tags, securityGroupIds, deploySetIds, ...shown } =
    instance;
  const [deploysetId = ''] = deploySetIds;
  return {
    ...shown,
    ...CONSTANT,
    ...(withTags ? shownTags(tags, emptyTags) : {}),
    imageType: lowerFirst(state.images.get(instance.imageId)?.type ?? ''),
    networkCapacityInMbps: instance.publicIp === '' ? 0 : 10,
    Ipv6Addresses: instance.ipv6 === '' ? [] : [instance.ipv6],
    deploysetId,
    deploysetList: deploySetIds.map((id) => ({ deploysetId: id, name: id, strategy: '' })),
    nicInfo: nicOf(instance),
    volumes: volumesOf(state, instance.id).map(diskOf)
  };
}

function shownTags(tags: InstanceState['tags'], emptyTags: Behaviour['emptyTags']): Record<string, unknown> {
  if (tags.length > 0 || emptyTags === 'list') return { tags };
  return emptyTags === 'null' ? { tags: null } : {};
}

function nicOf({ id, internalIp, publicIp, vpcId, subnetId, zoneName, createTime, ...rest }: InstanceState) {
  return {
    status: 'inuse',
    macAddress: `fa:16:3e:${[...Buffer.from(id).subarray(-3)].map((byte) => byte.toString(16)).join(':')}`,
    deviceId: id,
    vpcId,
    eniId: '',
    eniUuid: '',
    name: 'eth0',
    type: 'primary',
    createdTime: createTime,
    subnetType: 'BCC',
    subnetId,
    az: zoneName,
    description: '',
    eniNum: 0,
    eriNum: 0,
    eriInfos: [],
    ips: [
      {
        privateIp: internalIp,
        // Without an address the service writes the word null.
        eip: publicIp === '' ? 'null' : publicIp,
        eipStatus: publicIp === '' ? 'null' : 'bound',
        eipSize: publicIp === '' ? '-1' : '10',
        eipId: '',
        eipAllocationId: '',
        eipType: '',
        eipGroupId: '',
        primary: 'true'
      }
    ],
    ipv6s: [],
    securityGroups: rest.securityGroupIds,
    enterpriseSecurityGroups: []
  };
}

function diskOf(volume: VolumeState) {
  const { id, name, isSystemVolume, diskSizeInGB, type, storageType, paymentTiming, status, createTime } =
    volume;
  return {
    id,
    volumeId: id,
    name,
    isSystemVolume,
    diskSizeInGB,
    type,
    storageType,
    paymentTiming,
    status,
    createTime,
    zoneName: volume.zoneName
  };
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
