/** Weights on load balancers that a run has lowered and not restored, and how to restore them. */

import type { BalancerReport, InstanceReport, RunReport } from '../report/report.ts';
import type { Part } from './fit.ts';
import { code, counted, fenced, fold, table } from './markdown.ts';
import { statusLabel } from './overview.ts';

/** More rows than these are folded away. */
const openRows = 20;

/** A server whose weight is not the one of before. */
export interface LeftWeight extends BalancerReport {
  readonly instance: InstanceReport;
}

/**
 * All backend servers whose weight is still another one than before. An instance that goes on without the run is among
 * them, for nobody restores it after the run.
 */
export function leftWeights({ instances }: RunReport): readonly LeftWeight[] {
  return instances.flatMap((instance) =>
    instance.balancers
      .filter(({ weight, currentWeight }) => currentWeight !== weight)
      .map((server) => ({ ...server, instance }))
  );
}

/** The instances that get no traffic somewhere, and did not before the run: it gave back what it found, a 0. */
export function idleInstances({ instances }: RunReport): readonly string[] {
  return instances
    .filter(({ balancers }) =>
      balancers.some(({ weight, currentWeight }) => weight === 0 && currentWeight === 0)
    )
    .map(({ instanceId }) => instanceId);
}

/** What that may mean, and what to do. */
export const idleWords =
  'Their weight was 0 before this run, perhaps since one that was cut off, and it stays so: they get no traffic there. If they should, set their weights; the summary of the run that lowered them has the former ones.';

/** Who gets no traffic since before the run, as a sentence that stands by itself. */
export function idleSentence(report: RunReport): string {
  const ids = idleInstances(report);
  if (ids.length === 0) return '';
  const named = ids.slice(0, openRows).map(code).join(', ');
  const more = ids.length > openRows ? ` and ${ids.length - openRows} more` : '';
  return `> ⚠️ **${counted(ids.length, 'instance')} with the weight 0:** ${named}${more}. ${idleWords}`;
}

/** The weights that are to be restored: a table, and the calls that do it, one for each pool. */
export function weightsPart(report: RunReport, priority: number): Part {
  const left = leftWeights(report);
  return { priority, pieces: left.length, draw: (pieces) => drawn(left, pieces) };
}

function drawn(left: readonly LeftWeight[], pieces: number): string {
  if (left.length === 0) return '';
  const head = `### Load balancer weights to restore: ${left.length}`;
  const told = left.slice(0, pieces);
  const rows = told.map((server) => [
    `${code(server.instance.instanceId)}<br>${statusLabel(server.instance)}`,
    String(server.currentWeight),
    String(server.weight),
    [code(server.blbId), ...(server.groupId === undefined ? [] : [code(server.groupId)])].join('<br>')
  ]);
  const list = table(['Instance', 'Weight now', 'To restore', 'Load balancer'], rows);
  const missing = pieces < left.length ? [`_${left.length - pieces} more are left out here._`] : [];
  const calls = poolsOf(told).map(callOf);
  const isLong = told.length > openRows;
  return [
    head,
    'With the weight 0 an instance gets no traffic. Set the weights in the console, or with one call for each pool; leave out of it whoever does not serve yet.',
    ...(pieces === 0 ? [] : [isLong ? fold(`All ${counted(told.length, 'weight')}`, [list]) : list]),
    ...missing,
    ...(isLong ? [fold(counted(calls.length, 'call'), calls)] : calls)
  ].join('\n\n');
}

/** Those whose weights one call can set: of one load balancer, or of one of its groups. */
function poolsOf(left: readonly LeftWeight[]): readonly (readonly LeftWeight[])[] {
  const pools = new Map<string, LeftWeight[]>();
  for (const server of left) {
    const key = JSON.stringify([server.kind, server.blbId, server.groupId ?? null]);
    const pool = pools.get(key);
    if (pool === undefined) pools.set(key, [server]);
    else pool.push(server);
  }
  return [...pools.values()];
}

/**
 * The call of a pool. An ordinary load balancer takes UpdateBackendServers, a server group of an application one
 * UpdateBlbRs with its `sgId` (bce-sdk-go, services blb and appblb); both leave other members alone.
 */
function callOf(pool: readonly LeftWeight[]): string {
  const [first] = pool;
  if (first === undefined) return '';
  const { kind, blbId, groupId } = first;
  const id = encodeURIComponent(blbId);
  const path = kind === 'blb' ? `/v1/blb/${id}/backendserver?update` : `/v1/appblb/${id}/blbrs`;
  const members = pool.map(({ instance, weight }) =>
    JSON.stringify({ instanceId: instance.instanceId, weight })
  );
  const group = groupId === undefined ? '' : `"sgId":${JSON.stringify(groupId)},`;
  const body = [`{${group}"backendServerList":[`, ...members.map((one, at) => line(one, at, members)), ']}'];
  return `${code(`PUT ${path}`)}\n\n${fenced('json', body)}`;
}

function line(member: string, at: number, members: readonly string[]): string {
  return `  ${member}${at === members.length - 1 ? '' : ','}`;
}
