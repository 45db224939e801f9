import { get, type Operation, type Rest, write } from '../http/operation.ts';

const ordinary = '/blb/{id}';
const application = '/appblb/{id}';
const members = `${ordinary}/backendserver`;
const groupMembers = `${application}/blbrs`;

/** The token is in the schema of every write, so it is no extra of some client as it is at BCC. */
const withMembers: Rest = {
  query: ['clientToken'],
  body: { backendServerList: 'List' },
  required: ['backendServerList']
};

const withGroupMembers: Rest = {
  query: ['clientToken'],
  body: { sgId: 'String', backendServerList: 'List' },
  // The SDK for Java repeats what stands in the path.
  alsoBody: { blbId: 'String' },
  required: ['sgId', 'backendServerList']
};

const listQuery = 'address name blbId bccId exactlyMatch marker maxKeys type';

/**
 * The calls of load balancers, both kinds (bce-openapi-meta, folder blb). A PUT with its word in the query stands
 * before the one without: whoever loses `?update` on the way asks for DeleteBlbServer, as on the live service.
 */
export const blbOperations: readonly Operation[] = [
  get('blb', 'DescribeBlbs', '/blb', listQuery),
  get('blb', 'DescribeBlb', ordinary, 'type'),
  // The same path as the list of members, and told from it by the port alone.
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
