/** Weights on load balancers that a run has lowered and not restored, and how to restore them. */

import { type CurrentWeight, currentWeights, openHeldWeights } from '../balancers/held-weights.ts';
import { groupBy } from '../group-by.ts';
import { counted, listed } from '../listed.ts';
import { type BackendServer, poolKey } from '../model/backend-server.ts';
import { type DescribedInstance, idOf } from '../report/described-instance.ts';
import type { Part } from './fit.ts';
import { code, fenced, firstRows, fold } from './markdown.ts';
import { statusLabel } from './overview.ts';

/** More rows than these are folded away. */
const openRows = 20;

/** A weight that the run set to 0 and did not give back, as far as is known. */
export interface LoweredWeight {
  readonly instance: DescribedInstance;
  /** With the former weight. */
  readonly server: BackendServer;
}

/**
 * All weights that are still lowered. Those of an instance that goes on without the run are among them, for nobody
 * restores them after the run.
 */
export function loweredWeights(instances: readonly DescribedInstance[]): readonly LoweredWeight[] {
  return instances.flatMap((instance) =>
    openHeldWeights(instance.run.heldWeights).map(({ server }) => ({ instance, server }))
  );
}

/** The instances that get no traffic somewhere, and got none before the run: their weight was 0 and stays so. */
export function idleInstances(instances: readonly DescribedInstance[]): readonly string[] {
  const isIdle = ({ server, currentWeight }: CurrentWeight): boolean =>
    server.weight === 0 && currentWeight === 0;
  return instances
    .filter(({ run }) => currentWeights(run.target.backendServers ?? [], run.heldWeights).some(isIdle))
    .map(idOf);
}

/** What that may mean, and what to do. */
export const idleWords =
  'The weight was 0 before this run and stays 0, so there is no traffic. If an earlier run was cut off, its summary has the former weight: restore it.';

/** Who gets no traffic since before the run, as a sentence that stands by itself. */
export function idleSentence(instances: readonly DescribedInstance[]): string {
  const ids = idleInstances(instances);
  if (ids.length === 0) return '';
  return `> ⚠️ **Weight 0 on a load balancer, ${counted(ids.length, 'instance')}:** ${listed(ids.map(code))}. ${idleWords}`;
}

/** The weights that are to be restored: a table, and the calls that do it, one for each pool. */
export function weightsPart(instances: readonly DescribedInstance[], priority: number): Part {
  const lowered = loweredWeights(instances);
  const rows = lowered.map(({ instance, server: { weight, blbId, groupId } }) => [
    `${code(idOf(instance))}<br>${statusLabel(instance)}`,
    '0',
    String(weight),
    [code(blbId), ...(groupId === undefined ? [] : [code(groupId)])].join('<br>')
  ]);
  const draw = (pieces: number): string => {
    if (rows.length === 0) return '';
    const list = firstRows(['Instance', 'Weight now', 'To restore', 'Load balancer'], rows, pieces);
    const servers = lowered.slice(0, pieces).map(({ server }) => server);
    const calls = Array.from(groupBy(servers, poolKey).values(), callOf);
    const isLong = pieces > openRows;
    return [
      `### Load balancer weights to restore: ${rows.length}`,
      `With weight 0 an instance gets no traffic. Once it is healthy, set its weight in the console or with ${calls.length > 1 ? 'these calls' : 'this call'}; leave out instances that are not healthy yet.`,
      ...(isLong ? [fold(`All ${counted(rows.length, 'weight')}`, list)] : list),
      ...(isLong ? [fold(counted(calls.length, 'call'), calls)] : calls)
    ].join('\n\n');
  };
  return { priority, pieces: rows.length, draw };
}

/**
 * The call of a pool. An ordinary load balancer takes UpdateBackendServers, a server group of an application one
 * UpdateBlbRs with its `sgId` (bce-sdk-go, services blb and appblb); both leave other members alone.
 */
function callOf(pool: readonly [BackendServer, ...BackendServer[]]): string {
  const [{ kind, blbId, groupId }] = pool;
  const id = encodeURIComponent(blbId);
  const path = kind === 'blb' ? `/v1/blb/${id}/backendserver?update` : `/v1/appblb/${id}/blbrs`;
  const members = pool.map(({ instanceId, weight }) => JSON.stringify({ instanceId, weight }));
  const group = groupId === undefined ? '' : `"sgId":${JSON.stringify(groupId)},`;
  const body = [`{${group}"backendServerList":[`, members.join(',\n'), ']}'];
  return `${code(`PUT ${path}`)}\n\n${fenced('json', body)}`;
}
