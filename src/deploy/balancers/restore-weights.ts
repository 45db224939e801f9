/** Gives instances their weights back that a run which was cut short could not. */

import { poolLabel } from '../../core/balancers/held-weights.ts';
import { CallError, CancelledError, describeFailure } from '../../core/model/failure.ts';
import { type Instance, statusKind } from '../../core/model/instance.ts';
import type { BalancerReport, InstanceReport, RunReport } from '../../core/report/report.ts';
import type { Balancers } from '../../ports/balancers.ts';
import type { Bcc } from '../../ports/bcc.ts';
import type { Cancel } from '../../ports/cancel.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { type Read, readInstances } from '../calls/read-many.ts';
import { createWeights } from './set-weights.ts';

/** What the restoring needs of the world. */
export interface RestorePorts {
  readonly bcc: Bcc;
  readonly balancers: Balancers;
  readonly clock: Clock;
  readonly cancel: Cancel;
  readonly log: Log;
}

/**
 * Restores the weights of those instances that are as well as they were: nothing was done to them, or what was done
 * ended well. Each is looked at first: it must be Running, on the image that it is to be on.
 *
 * @returns the report with the weights as they are now
 * @throws CallError when a read fails for good, CancelledError on abort
 */
export async function restoreWeights(report: RunReport, ports: RestorePorts): Promise<RunReport> {
  const waiting = report.instances.filter(
    (one) => one.balancers.some(isOpen) && expectedImage(one, report) !== undefined
  );
  if (waiting.length === 0) return report;
  const { bcc, cancel, log } = ports;
  const read = await readInstances(
    waiting.map(({ instanceId }) => instanceId),
    bcc,
    cancel.signal
  );
  const weights = createWeights(ports);
  const left: string[] = [];
  const restored = await Promise.all(
    waiting.map(async (one): Promise<InstanceReport> => {
      const why = notWell(one, read.get(one.instanceId), report);
      if (why !== undefined) {
        left.push(`${one.instanceId} ${why}`);
        return one;
      }
      const balancers = await Promise.all(one.balancers.map((place) => restore(one.instanceId, place)));
      return { ...one, balancers };
    })
  );
  if (left.length > 0) log.warning(`Weights are not restored: ${left.join('; ')}`);
  const byId = new Map(restored.map((one) => [one.instanceId, one]));
  return { ...report, instances: report.instances.map((one) => byId.get(one.instanceId) ?? one) };

  async function restore(instanceId: string, place: BalancerReport): Promise<BalancerReport> {
    if (!isOpen(place)) return place;
    try {
      await weights.set(place, { instanceId, weight: place.weight });
    } catch (error) {
      if (error instanceof CallError) left.push(`${instanceId} (${describeFailure(error.failure)})`);
      else if (error instanceof CancelledError) left.push(`${instanceId} (given up)`);
      else throw error;
      return place;
    }
    log.info(`${instanceId}: weight on ${poolLabel(place)} restored to ${place.weight}`);
    return { ...place, currentWeight: place.weight };
  }
}

/** Why the instance must not get its traffic back, in words that follow its ID; `undefined` where it may. */
function notWell(
  one: InstanceReport,
  read: Read<Instance> | undefined,
  report: RunReport
): string | undefined {
  if (read === undefined || read instanceof CallError) return 'could not be looked at';
  const { status, imageId } = read;
  const hasSucceeded = statusKind(status) === 'up' && imageId === expectedImage(one, report);
  return hasSucceeded ? undefined : `is ${status} on ${imageId}`;
}

function isOpen({ weight, currentWeight }: BalancerReport): boolean {
  return currentWeight !== weight;
}

/** The image on which the instance is well; `undefined` where it is not known to be. */
function expectedImage(one: InstanceReport, report: RunReport): string | undefined {
  // What was killed while the call was out may be erased although nobody has seen it.
  if (one.status === 'inProgress' && one.phases.at(-1)?.phase.endsWith('sending')) return undefined;
  if (one.disk === 'untouched') return one.before.imageId;
  if (one.status === 'rolledBack') return one.rollback?.imageId;
  return one.status === 'rebuilt' || one.failure?.reason === 'rejoin' ? report.imageId : undefined;
}
