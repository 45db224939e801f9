import { get, type Operation, type OperationDetails, write } from '../http/operation.ts';

const ordinary = '/blb/{id}';
const application = '/appblb/{id}';
const members = `${ordinary}/backendserver`;
const groupMembers = `${application}/blbrs`;

/** Unlike for BCC, the schema has clientToken in every write. */
const withMembers: OperationDetails = {
  query: ['clientToken'],
  body: { backendServerList: 'List' },
  required: ['backendServerList']
};

const withGroupMembers: OperationDetails = {
  query: ['clientToken'],
  body: { sgId: 'String', backendServerList: 'List' },
  // The Java SDK repeats the id of the path.
  alsoBody: { blbId: 'String' },
  required: ['sgId', 'backendServerList']
};

const listQuery = 'address name blbId bccId exactlyMatch marker maxKeys type';

/**
 * The calls of both kinds of load balancers (bce-openapi-meta, folder blb). The first match counts, so a PUT with a
 * query parameter comes before the one without: UpdateBlbServer without its `?update` is DeleteBlbServer, as on the
 * live service.
 */
export const blbOperations: readonly Operation[] = [
  get('blb', 'DescribeBlbs', '/blb', listQuery),
  get('blb', 'DescribeBlb', ordinary, 'type'),
  // Only the port distinguishes it from the list of members.
  get('blb', 'DescribeBlbServerHealth', members, 'listenerPort marker maxKeys', '', 'listenerPort'),
  get('blb', 'DescribeBlbServers', members, 'marker maxKeys'),
  write('blb', 'POST', 'AddBlbServer', members, withMembers),
  write('blb', 'PUT', 'UpdateBlbServer', members, { ...withMembers, action: 'update' }),
  write('blb', 'PUT', 'DeleteBlbServer', members, withMembers),
  get('blb', 'DescribeAppBlbs', '/appblb', listQuery),
  get('blb', 'DescribeAppBlb', application, ''),
  get(
    'blb',
    'DescribeAppBlbServerGroup',
    `${application}/appservergroup`,
    'name exactlyMatch marker maxKeys'
  ),
  get('blb', 'DescribeAppBlbServerGroupRs', groupMembers, 'sgId marker maxKeys'),
  write('blb', 'POST', 'AddAppBlbServerGroupRs', groupMembers, withGroupMembers),
  write('blb', 'PUT', 'DeleteAppBlbServerGroupRs', groupMembers, {
    action: 'batchdelete',
    query: ['clientToken'],
    body: { sgId: 'String', backendServerIdList: 'List' },
    required: ['sgId', 'backendServerIdList']
  }),
  write('blb', 'PUT', 'UpdateAppBlbServerGroupRs', groupMembers, withGroupMembers)
];
