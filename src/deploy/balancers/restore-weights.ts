/** Restores the weights that a run which was cut short could not. */

import { openHeldWeights, poolLabel, withHeldWeight } from '../../core/balancers/held-weights.ts';
import { statusKind } from '../../core/model/bcc-status.ts';
import { CallError, CancelledError, describeFailure } from '../../core/model/failure.ts';
import type { Instance } from '../../core/model/instance.ts';
import type { InstanceRun } from '../../core/run/instance-run.ts';
import { type Restorable, restorableRuns } from '../../core/run/left-for-post-step.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { Log } from '../../ports/log.ts';
import type { Ports } from '../../ports/ports.ts';
import { type Read, readInstances } from '../calls/read-many.ts';
import { createSetWeight, type SetWeight } from './set-weights.ts';

/**
 * Restores the weights of the instances that serve: nothing was done to them, or they were rebuilt and are healthy. Each is
 * read first: it must be Running, on the image that it should run on.
 *
 * @returns the state with the weights as they are now
 * @throws CallError when a read fails for good, CancelledError on abort
 */
export async function restoreWeights(
  state: RunState,
  ports: Pick<Ports, 'bcc' | 'balancers' | 'clock' | 'cancel' | 'log'>
): Promise<RunState> {
  const restorable = restorableRuns(state);
  if (restorable.length === 0) return state;
  const { bcc, cancel, log } = ports;
  const ids = restorable.map(({ run }) => run.target.instance.id);
  const read = await readInstances(ids, bcc, cancel.signal);
  const setWeight = createSetWeight(ports);
  const left: string[] = [];
  const restored = new Map<InstanceRun, InstanceRun>();
  await Promise.all(
    restorable.map(async (one) => {
      const { id } = one.run.target.instance;
      const why = whyNot(one, read.get(id));
      if (why === undefined) restored.set(one.run, await restoreAll(one.run, setWeight, left, log));
      else left.push(`${id} ${why}`);
    })
  );
  if (left.length > 0) log.warning(`Weights are not restored: ${left.join('; ')}`);
  return { ...state, instances: state.instances.map((run) => restored.get(run) ?? run) };
}

/** Why the instance must not get its traffic, in words that follow its ID; `undefined` where it may. */
function whyNot({ imageId }: Restorable, read: Read<Instance> | undefined): string | undefined {
  if (read === undefined || read instanceof CallError) return 'could not be read';
  const serves = statusKind(read.status) === 'up' && read.imageId === imageId;
  return serves ? undefined : `is ${read.status} on ${read.imageId}`;
}

/** The instance with the weights that could be restored; `left` gets the others. */
async function restoreAll(
  run: InstanceRun,
  setWeight: SetWeight,
  left: string[],
  log: Log
): Promise<InstanceRun> {
  const { id } = run.target.instance;
  let { heldWeights } = run;
  await Promise.all(
    openHeldWeights(heldWeights).map(async ({ server }) => {
      try {
        await setWeight(server, { instanceId: id, weight: server.weight });
      } catch (error) {
        if (error instanceof CallError) left.push(`${id} (${describeFailure(error.failure)})`);
        else if (error instanceof CancelledError) left.push(`${id} (given up)`);
        else throw error;
        return;
      }
      heldWeights = withHeldWeight(heldWeights, server, 'returned');
      log.info(`${id}: weight on ${poolLabel(server)} restored to ${server.weight}`);
    })
  );
  return { ...run, heldWeights };
}
