/**
 * The operations of the load balancers that a deploy needs. Their names are those of bce-openapi-meta (folder blb), the
 * fields of their answers those of bce-sdk-go (services/blb and services/appblb, model.go).
 */

import { type Pool, updateName, type Weight } from '../../core/model/backend-server.ts';
import { pathOf, queryOf } from '../signed-request.ts';
import { callOn, checkWeights } from './check-arguments.ts';
import { decodePage, type Page } from './decode.ts';
import { longestPage } from './instances.ts';
import { DecodeError, type Fields, record, requiredWord, word } from './json-fields.ts';
import { type Operation, read } from './operation.ts';

/** One page of `GET /v1/blb/{id}/backendserver`: the members of an ordinary load balancer. */
export function listMembers(blbId: string, marker?: string): Operation<Page<Weight | undefined>> {
  return {
    ...readBlb,
    ...callOn('DescribeBlbServers', blbId),
    path: pathOf('v1', 'blb', blbId, 'backendserver'),
    query: queryOf({ marker, maxKeys: longestPage }),
    decode: decodeMembers
  };
}

/** One page of `GET /v1/appblb/{id}/appservergroup`: the ids of an application load balancer's server groups. */
export function listGroups(blbId: string, marker?: string): Operation<Page<string>> {
  return {
    ...readBlb,
    ...callOn('DescribeAppBlbServerGroup', blbId),
    path: pathOf('v1', 'appblb', blbId, 'appservergroup'),
    query: queryOf({ marker, maxKeys: longestPage }),
    decode: (json) =>
      decodePage(json, 'appServerGroupList', (item) => requiredWord(record(item, 'group'), 'id'))
  };
}

/** One page of `GET /v1/appblb/{id}/blbrs`: the members of one server group. */
export function listGroupMembers(
  blbId: string,
  sgId: string,
  marker?: string
): Operation<Page<Weight | undefined>> {
  return {
    ...readBlb,
    ...callOn('DescribeAppBlbServerGroupRs', blbId, sgId),
    path: pathOf('v1', 'appblb', blbId, 'blbrs'),
    query: queryOf({ sgId, marker, maxKeys: longestPage }),
    decode: decodeMembers
  };
}

/**
 * `PUT /v1/blb/{id}/backendserver?update`, or `PUT /v1/appblb/{id}/blbrs`. The first of them without its `update` is
 * the call that removes members. A weight is a number, as the vendor's SDKs send it; a page shows a string.
 */
export function updateWeights(pool: Pool, weights: readonly Weight[]): Operation<undefined> {
  const { kind, blbId, groupId: sgId = '' } = pool;
  const name = updateName(pool);
  const isPlain = kind === 'blb';
  checkWeights(name, blbId, weights);
  const backendServerList = weights.map(({ instanceId, weight }) => ({ instanceId, weight }));
  return {
    kind: 'write',
    service: 'blb',
    method: 'PUT',
    repeatable: true,
    ...callOn(name, blbId, ...(isPlain ? [] : [sgId])),
    path: pathOf('v1', kind, blbId, isPlain ? 'backendserver' : 'blbrs'),
    query: isPlain ? { update: null } : {},
    body: JSON.stringify(isPlain ? { backendServerList } : { sgId, backendServerList }),
    decode: () => undefined
  };
}

/** A member without an instance is one by its address, of which no deploy knows. */
function decodeMembers(json: unknown): Page<Weight | undefined> {
  return decodePage(json, 'backendServerList', (item) => {
    const from = record(item, 'member');
    const instanceId = word(from, 'instanceId');
    return instanceId === '' ? undefined : { instanceId, weight: weightOf(from) };
  });
}

/** A weight that cannot be read must not pass for 0, which means that no traffic comes. Throws `DecodeError`. */
function weightOf(from: Fields): number {
  const weight = from['weight'];
  const digits = typeof weight === 'number' || typeof weight === 'string' ? String(weight) : '';
  if (!/^\d{1,3}$/.test(digits) || Number(digits) > 100) {
    throw new DecodeError('"weight" is no whole number from 0 to 100');
  }
  return Number(digits);
}

const readBlb = { ...read, service: 'blb' } as const;
