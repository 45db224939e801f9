import { type Answer, type Call, queryOf, textOf } from '../http/call.ts';
import { missingParameter } from '../http/errors.ts';
import { page } from '../http/paging.ts';
import { listBalancers, listMembers, matches, showBalancer } from './blb.ts';
import {
  addMembers,
  changePool,
  findBalancer,
  findPool,
  type Pool,
  removeMembers,
  setWeights
} from './pool.ts';

/** GET /v1/appblb. */
export function describeAppBlbs(call: Call): Answer {
  return listBalancers(call, 'appblb');
}

/** GET /v1/appblb/{id}: the fields are at the top level of the reply. */
export function describeAppBlb(call: Call): Answer {
  return { json: showBalancer(call, findBalancer(call.state, call.id, 'appblb')) };
}

/** GET /v1/appblb/{id}/appservergroup (bce-sdk-go, DescribeAppServerGroupResult). */
export function describeAppBlbServerGroup(call: Call): Answer {
  const { groups } = findBalancer(call.state, call.id, 'appblb');
  const found = groups.filter((group) => matches(call, 'name', group.name));
  return {
    json: page(call, 'appServerGroupList', found, ({ id, name }) => ({
      id,
      name,
      desc: '',
      status: 'available',
      portList: []
    }))
  };
}

/** GET /v1/appblb/{id}/blbrs?sgId=. The emulator has no listeners, so portList is empty. */
export function describeAppBlbServerGroupRs(call: Call): Answer {
  const balancer = findBalancer(call.state, call.id, 'appblb');
  const sgId = queryOf(call, 'sgId');
  if (sgId === undefined) throw missingParameter('sgId');
  return listMembers(call, findPool(balancer, sgId).members, () => ({ portList: [] }));
}

/** POST /v1/appblb/{id}/blbrs. */
export function addAppBlbServerGroupRs(call: Call): Answer {
  return changeGroup(call, 'AddAppBlbServerGroupRs', (pool) => addMembers(call, pool));
}

/** PUT /v1/appblb/{id}/blbrs: changes weights. Unlike the ordinary kind it needs no `?update`. */
export function updateAppBlbServerGroupRs(call: Call): Answer {
  return changeGroup(call, 'UpdateAppBlbServerGroupRs', (pool) => setWeights(call, pool));
}

/** PUT /v1/appblb/{id}/blbrs?batchdelete: removes the members whose ids the body lists. */
export function deleteAppBlbServerGroupRs(call: Call): Answer {
  return changeGroup(call, 'DeleteAppBlbServerGroupRs', (pool) =>
    removeMembers(call, pool, 'backendServerIdList')
  );
}

function changeGroup(call: Call, operation: string, work: (pool: Pool) => void): Answer {
  return changePool(call, operation, 'appblb', textOf(call.body, 'sgId'), work);
}
