import { get, type Operation, write } from '../http/operation.ts';

const rebuildBody = {
  imageId: 'String',
  keepImageLogin: 'Boolean',
  isPreserveData: 'Boolean',
  adminPass: 'String',
  isOpenHostEye: 'Boolean',
  sysRootSize: 'Integer',
  keypairId: 'String',
  dataPartitionType: 'String',
  rootPartitionType: 'String',
  raidId: 'String',
  userData: 'String',
  useLastUserData: 'Boolean',
  cleanLastUserData: 'Boolean'
} as const;

const tagsBody = { changeTags: 'List', attachRelatedResourceTag: 'Boolean' } as const;

const imageBody = {
  imageName: 'String',
  instanceId: 'String',
  snapshotId: 'String',
  encryptKey: 'String',
  relateCds: 'Boolean',
  detection: 'Boolean'
} as const;

const stopBody = { forceStop: 'Boolean', stopWithNoCharge: 'Boolean' } as const;
const one = '/instance/{id}';
const token = ['clientToken'];

/** The calls of BCC. The first match counts, so paths without `{id}` come before those with it. */
export const bccOperations: readonly Operation[] = [
  get(
    'bcc',
    'ListInstances',
    '/instance',
    'marker maxKeys internalIp dedicatedHostId zoneName showRdmaTopo instanceIds instanceNames fuzzyInstanceName ' +
      'volumeIds deploySetIds securityGroupIds paymentTiming status tags vpcId privateIps ehcClusterId',
    // Also on the page. The SDKs send volumeIds as cdsIds, and the Go SDK misspells dedicatedHostId.
    'keypairId autoRenew ipv6Addresses cdsIds dedicateHostId'
  ),
  {
    name: 'ListInstanceByIds',
    service: 'bcc',
    method: 'POST',
    path: '/instance/listByInstanceId',
    query: ['marker', 'maxKeys'],
    alsoQuery: token,
    body: { instanceIds: 'List' },
    // The spelling of the Go SDK, then that of the Java SDK.
    alsoBody: { Marker: 'String', MaxKeys: 'Integer', marker: 'String', maxKeys: 'Integer' },
    required: ['instanceIds'],
    write: false
  },
  {
    name: 'GetInstanceUserDataInfo',
    service: 'bcc',
    method: 'POST',
    path: '/instance/attribute/getUserdata',
    query: [],
    alsoQuery: token,
    body: { instanceId: 'String' },
    required: ['instanceId'],
    write: false
  },
  write('bcc', 'PUT', 'RebuildBatchInstance', '/instance/rebuild', {
    alsoQuery: token,
    body: { ...rebuildBody, instanceIds: 'List' },
    required: ['imageId', 'instanceIds']
  }),
  write('bcc', 'PUT', 'BatchStartInstance', '/instance/batchAction', {
    action: 'start',
    alsoQuery: token,
    body: { instanceIds: 'List' },
    required: ['instanceIds']
  }),
  write('bcc', 'PUT', 'BatchStopInstance', '/instance/batchAction', {
    action: 'stop',
    alsoQuery: token,
    body: { instanceIds: 'List', ...stopBody },
    required: ['instanceIds']
  }),
  get('bcc', 'GetZoneBySpec', '/instance/flavorZones', 'instanceType productType spec specId'),
  get('bcc', 'ListFlavorSpec', '/instance/flavorSpec', 'zoneName specs specIds'),
  get('bcc', 'ListZones', '/zone', ''),
  get('bcc', 'GetInstance', one, '', 'containsFailed isDeploySet'),
  write('bcc', 'PUT', 'RebuildInstance', one, {
    action: 'rebuild',
    alsoQuery: token,
    body: rebuildBody,
    required: ['imageId']
  }),
  write('bcc', 'PUT', 'StartInstance', one, { action: 'start' }),
  write('bcc', 'PUT', 'StopInstance', one, {
    action: 'stop',
    body: stopBody
  }),
  write('bcc', 'PUT', 'ModifyInstancePassword', one, {
    action: 'changePass',
    body: { adminPass: 'String' },
    required: ['adminPass']
  }),
  write('bcc', 'PUT', 'RebootInstance', one, {
    action: 'reboot',
    body: { forceStop: 'Boolean' },
    alsoBody: { stopWithNoCharge: 'Boolean' }
  }),
  write('bcc', 'PUT', 'InstanceDeletionProtection', `${one}/deletionProtection`, {
    alsoQuery: token,
    body: { deletionProtection: 'Integer' },
    alsoBody: { clientToken: 'String' },
    required: ['deletionProtection']
  }),
  write('bcc', 'PUT', 'BindInstanceTags', `${one}/tag`, {
    action: 'bind',
    body: tagsBody,
    required: ['changeTags']
  }),
  write('bcc', 'PUT', 'UnbindInstanceTags', `${one}/tag`, {
    action: 'unbind',
    body: tagsBody,
    required: ['changeTags']
  }),
  get('bcc', 'ListImages', '/image', 'marker maxKeys imageType imageName'),
  get('bcc', 'GetAvailableImagesBySpec', '/image/getAvailableImagesBySpec', 'spec marker maxKeys osName'),
  get('bcc', 'GetImage', '/image/{id}', ''),
  write('bcc', 'POST', 'CreateImage', '/image', {
    alsoQuery: token,
    body: imageBody,
    required: ['imageName']
  }),
  write('bcc', 'DELETE', 'DeleteImage', '/image/{id}'),
  get('bcc', 'ListSnapshots', '/snapshot', 'marker maxKeys volumeId'),
  get('bcc', 'GetSnapshot', '/snapshot/{id}', ''),
  get(
    'bcc',
    'ListVolumes',
    '/volume',
    'marker maxKeys instanceId zoneName clusterId chargeFilter usageFilter name productCategory',
    'volumeIds'
  ),
  get('bcc', 'GetVolume', '/volume/{id}', '')
];
