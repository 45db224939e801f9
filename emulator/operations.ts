/** Types of body fields, in the words of the vendor's schema. */
type FieldType = 'String' | 'Boolean' | 'Integer' | 'List';

/** One call of the API: where it is, and what it takes (bce-openapi-meta, 2026-08). */
export interface Operation {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Behind `/v{version}`, with `{id}` for the one part that varies. */
  readonly path: string;
  /** The bare query parameter that tells this call from its neighbours. */
  readonly action?: string;
  readonly query: readonly string[];
  /** Sent by some official client or named on some page, though not in the schema. */
  readonly alsoQuery?: readonly string[];
  readonly body: Readonly<Record<string, FieldType>>;
  /** Body fields without which the call is refused. */
  readonly required?: readonly string[];
  /** Changes the world. */
  readonly write: boolean;
}

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

/** Names as one string, to keep a line a call. */
function names(text: string): string[] {
  return text.split(' ').filter((name) => name !== '');
}

type Rest = Partial<Pick<Operation, 'action' | 'alsoQuery' | 'body' | 'required'>>;

function get(name: string, path: string, query: string, alsoQuery = ''): Operation {
  return {
    name,
    method: 'GET',
    path,
    query: names(query),
    alsoQuery: names(alsoQuery),
    body: {},
    write: false
  };
}

function put(name: string, path: string, rest: Rest): Operation {
  return { name, method: 'PUT', path, query: [], body: {}, write: true, ...rest };
}

const one = '/instance/{id}';
const token = ['clientToken'];

/** All calls that are answered. Where two paths fit, the one without `{id}` is meant, so those come first. */
export const operations: readonly Operation[] = [
  get(
    'ListInstances',
    '/instance',
    'marker maxKeys internalIp dedicatedHostId zoneName showRdmaTopo instanceIds instanceNames fuzzyInstanceName ' +
      'volumeIds deploySetIds securityGroupIds paymentTiming status tags vpcId privateIps ehcClusterId',
    // The page has these as well; the SDKs write volumeIds as cdsIds, and the one for Go misspells dedicatedHostId.
    'keypairId autoRenew ipv6Addresses cdsIds dedicateHostId'
  ),
  {
    name: 'ListInstanceByIds',
    method: 'POST',
    path: '/instance/listByInstanceId',
    query: ['marker', 'maxKeys'],
    alsoQuery: token,
    body: { instanceIds: 'List' },
    required: ['instanceIds'],
    write: false
  },
  {
    name: 'GetInstanceUserDataInfo',
    method: 'POST',
    path: '/instance/attribute/getUserdata',
    query: [],
    body: { instanceId: 'String' },
    required: ['instanceId'],
    write: false
  },
  put('RebuildBatchInstance', '/instance/rebuild', {
    alsoQuery: token,
    body: { ...rebuildBody, instanceIds: 'List' },
    required: ['imageId', 'instanceIds']
  }),
  get('GetInstance', one, '', 'containsFailed isDeploySet'),
  put('RebuildInstance', one, {
    action: 'rebuild',
    alsoQuery: token,
    body: rebuildBody,
    required: ['imageId']
  }),
  put('StartInstance', one, { action: 'start' }),
  put('StopInstance', one, { action: 'stop', body: { forceStop: 'Boolean', stopWithNoCharge: 'Boolean' } }),
  put('RebootInstance', one, { action: 'reboot', body: { forceStop: 'Boolean' } }),
  put('InstanceDeletionProtection', `${one}/deletionProtection`, {
    body: { deletionProtection: 'Integer' },
    required: ['deletionProtection']
  }),
  put('BindInstanceTags', `${one}/tag`, { action: 'bind', body: tagsBody, required: ['changeTags'] }),
  put('UnbindInstanceTags', `${one}/tag`, { action: 'unbind', body: tagsBody, required: ['changeTags'] }),
  get('ListImages', '/image', 'marker maxKeys imageType imageName'),
  get('GetImage', '/image/{id}', ''),
  {
    name: 'CreateImage',
    method: 'POST',
    path: '/image',
    query: [],
    alsoQuery: token,
    body: imageBody,
    required: ['imageName'],
    write: true
  },
  { name: 'DeleteImage', method: 'DELETE', path: '/image/{id}', query: [], body: {}, write: true },
  get('ListSnapshots', '/snapshot', 'marker maxKeys volumeId'),
  get(
    'ListVolumes',
    '/volume',
    'marker maxKeys instanceId zoneName clusterId chargeFilter usageFilter name productCategory'
  ),
  get('GetVolume', '/volume/{id}', '')
];
