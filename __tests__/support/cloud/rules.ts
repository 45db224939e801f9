/** The rules that are checked when a run has ended: what it says of itself must be true. */
import type { InstanceReport, RunReport } from '../../../src/core/report/report.ts';
import type { Cloud } from './cloud.ts';
import type { EventLog } from './event-log.ts';
import type { Machine } from './machine.ts';
import { poolName } from './pools.ts';
import type { Scene } from './scene.ts';

/** What the rules look at. */
export interface Witness {
  readonly scene: Scene;
  readonly eventLog: EventLog;
  readonly cloud: Cloud;
}

/** Rules 4 and 6: each instance has one end, and it is the true one. */
export function checkReport(report: RunReport, witness: Witness, isCancelled: boolean): void {
  const { scene, cloud } = witness;
  const broken = breaker(witness);
  const said = report.instances.map(({ instanceId }) => instanceId);
  // Tags do not select what somebody has deleted, or labelled again.
  const ids = scene.fleet.ids.filter(
    (id) => said.includes(id) || !scene.fleet.isTagged || !cloud.others.hasChanged(id)
  );
  if (said.join() !== ids.join()) broken(`(4) the report has ${said.join(', ')}`);
  for (const one of report.instances) {
    cloud.guard.closeOnly(one);
    const machine = cloud.machine(one.instanceId);
    if (machine === undefined) continue;
    checkStatus(one, report, isCancelled, broken);
    checkTruth(one, machine, witness, broken);
  }
  const isGreen = report.status === 'rebuilt' || report.status === 'skipped';
  if (isGreen && report.instances.some(({ status }) => status !== 'rebuilt' && status !== 'skipped')) {
    broken(`(6) the run is ${report.status}, and not all are`);
  }
  const { peakUnavailable, unavailableBefore, maxUnavailable } = report.rollout;
  // A percentage is one of those that are left.
  if (said.length === scene.fleet.ids.length && maxUnavailable !== scene.facts.maxUnavailable)
    broken(`(1) it allows ${maxUnavailable}, not ${scene.facts.maxUnavailable}`);
  // One that is on the image is not observed before its health is checked, so that it is found unavailable later.
  const checked = report.instances.filter(
    ({ plan, status }) => plan.action === 'skip' && status !== 'skipped'
  );
  if (peakUnavailable > Math.max(scene.facts.maxUnavailable, unavailableBefore.length + checked.length)) {
    broken(`(1) it says that ${peakUnavailable} were unavailable`);
  }
  if (scene.isCalm && !isCancelled && !isGreen) {
    broken(`(0) ${report.status} although nothing is wrong`);
  }
}

type Breaker = (what: string) => void;

function breaker({ eventLog, cloud }: Witness): Breaker {
  return (what) => eventLog.problem(cloud.nowMs, what);
}

function checkStatus(one: InstanceReport, report: RunReport, isCancelled: boolean, broken: Breaker): void {
  const { instanceId, status, failure } = one;
  const isRefused = report.instances.some((other) => other.failure?.reason === 'refused');
  switch (status) {
    case 'planned':
    case 'started':
      broken(`(4) ${instanceId} ended as ${status}`);
      break;
    case 'inProgress':
      if (!isCancelled) broken(`(4) ${instanceId} goes on, and nobody cancelled`);
      break;
    case 'notStarted':
      if (!isCancelled && !isRefused && report.rollout.stopped === undefined) {
        broken(`(4) ${instanceId} was not begun, and nothing stopped`);
      }
      break;
    case 'failed':
      if (failure === undefined) broken(`(4) ${instanceId} failed for no reason`);
      break;
    default:
  }
}

function checkTruth(one: InstanceReport, machine: Machine, witness: Witness, broken: Breaker): void {
  const { scene, cloud, eventLog } = witness;
  const { target } = scene.facts;
  const { instanceId, status, disk } = one;
  const own = machine.wipes.filter(({ run }) => run === eventLog.run);
  if (disk === 'untouched' && own.length > 0) broken(`(6) ${instanceId} is said to be untouched`);
  if (status === 'notStarted' && own.length > 0) broken(`(6) ${instanceId} is said to be not begun`);
  if (status !== 'rebuilt' && status !== 'skipped' && status !== 'rolledBack') return;
  const { truth } = cloud.guard;
  // Somebody may have changed it after this run was done with it; the guard checked it at that moment.
  if (truth.isExcused(machine)) return;
  const words = `said to be ${status}, and is ${machine.power} on ${machine.system}`;
  if (!truth.serves(machine)) broken(`(6) ${instanceId} is ${words}, healthy from ${machine.healthyFromMs}`);
  if (status === 'rolledBack') {
    const wanted = own.at(-1)?.imageId ?? one.rollback?.imageId;
    if (machine.system !== wanted || wanted === target) broken(`(6) ${instanceId} is ${words}`);
    return;
  }
  if (machine.system !== target) broken(`(6) ${instanceId} is ${words}`);
  const rollForward = machine.wipes.filter(({ imageId }) => imageId === target);
  if (status === 'rebuilt' && !rollForward.some(({ endsMs }) => endsMs <= cloud.nowMs)) {
    broken(`(6) ${instanceId} is said to be rebuilt, and was not`);
  }
  if (status === 'skipped' && own.length > 0) broken(`(6) ${instanceId} is said to be skipped, and was not`);
}

/** Rule 5: every weight is what it was, or is named with what it was. */
export function checkWeights(report: RunReport, witness: Witness): void {
  const { cloud } = witness;
  const broken = breaker(witness);
  for (const { pool, instanceId, weight, runWeight } of cloud.pools.seats) {
    const name = `${instanceId} on ${poolName(pool)}`;
    const one = report.instances.find((other) => other.instanceId === instanceId);
    if (one === undefined) {
      if (weight !== runWeight) broken(`(5) ${name} has ${weight}, had ${runWeight}, and nobody asked`);
      continue;
    }
    const said = one.balancers.filter((place) => poolName(place) === poolName(pool));
    const [place] = said;
    if (place === undefined || said.length > 1) {
      broken(`(5) ${name} is reported ${said.length} times`);
      continue;
    }
    if (place.weight !== runWeight)
      broken(`(5) ${name} had ${runWeight}, is said to have had ${place.weight}`);
    if (place.currentWeight === place.weight && weight !== runWeight) {
      broken(`(5) ${name} has ${weight}, had ${runWeight}, is said to be restored`);
    }
    const hasSucceeded = one.status === 'rebuilt' || one.status === 'skipped';
    if (hasSucceeded && place.currentWeight !== place.weight)
      broken(`(5) ${name} is ${one.status} without its weight`);
  }
  const count = report.instances.reduce((sum, { balancers }) => sum + balancers.length, 0);
  const said = report.instances.map(({ instanceId }) => instanceId);
  const seats = cloud.pools.seats.filter(({ instanceId }) => said.includes(instanceId)).length;
  if (count !== seats) broken(`(5) ${count} places are reported, and there are ${seats}`);
}

/** Rule 9: whatever is observed in one moment is observed in one list. */
export function checkCalls(witness: Witness): void {
  const { eventLog, scene, cloud } = witness;
  const broken = breaker(witness);
  const counts = new Map<string, number>();
  // A list that is refused is followed by single reads.
  const isRefused = eventLog.entries.some(
    (entry) => entry.kind === 'call' && entry.operation === 'listInstances' && entry.outcome === 'denied'
  );
  // What a list leaves out is asked for alone.
  const isDeleted = [...cloud.machines.values()].some((machine) => machine.isDeleted);
  for (const entry of eventLog.entries) {
    if (entry.kind !== 'call' || entry.run !== eventLog.run || !entry.isInRun) continue;
    const isLook = entry.operation === 'listInstances' || entry.operation === 'listSystemDisks';
    // Each backup is waited for on its own.
    const isAlone =
      entry.operation === 'getInstance' && scene.request.backup === undefined && !isRefused && !isDeleted;
    if (!isLook && !isAlone) continue;
    const key = `${entry.operation} in turn ${entry.turn} at ${entry.atMs}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const most = Math.ceil(scene.fleet.ids.length / 100);
  for (const [key, count] of counts) {
    if (count > most) broken(`(9) ${count} × ${key}`);
  }
}
