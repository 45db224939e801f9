/** The rollback: a rebuild onto the earlier image, with the login of this run and the earlier script. */

import { bootIdOf } from '../../core/health/health.ts';
import { CallError, describeFailure } from '../../core/model/failure.ts';
import type { Image } from '../../core/model/image.ts';
import type { Task } from '../../core/plan/decide.ts';
import { acceptedSinceMs } from '../../core/rebuild/evidence.ts';
import type { RebuildState } from '../../core/rebuild/rebuild-state.ts';
import { hasSucceeded } from '../../core/run/instance-end.ts';
import { type InstanceRun, isLowered, previousImageId } from '../../core/run/instance-run.ts';
import type { RunRequest } from '../../ports/request.ts';
import type { Baseline } from '../health/await-healthy.ts';
import {
  type InstancePorts,
  type InstanceRunObserver,
  type RunRecorder,
  rebuildAndCheck,
  rejoin,
  untilCancelled
} from './run-instance.ts';

/**
 * Rolls one instance back and resolves with its run, however that ended.
 *
 * @throws only a fault of the program
 */
export async function rollBack(
  run: InstanceRun,
  request: RunRequest,
  ports: InstancePorts,
  observe: InstanceRunObserver
): Promise<InstanceRun> {
  const why = hasSucceeded(run) ? 'the rollout stopped' : 'it failed';
  ports.log.info(`${why}; rolling back to the earlier image`);
  return untilCancelled(run, ports, observe, async (recorder) => {
    try {
      await carryOutRollback(run, request, ports, recorder);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      recorder.add({
        rollback: { imageId: previousImageId(run), problem: `${describeFailure(error.failure)}.` }
      });
    }
    await rejoin(recorder, ports);
  });
}

async function carryOutRollback(
  run: InstanceRun,
  request: RunRequest,
  ports: InstancePorts,
  recorder: RunRecorder
): Promise<void> {
  const image = await ports.bcc.getImage(previousImageId(run), ports.cancel.signal);
  // After a rollback the earlier host keys are right, so none are forbidden.
  const baseline = (rebuild: RebuildState): Baseline => {
    const acceptedMs = rebuild.ending?.kind === 'rebuilt' ? acceptedSinceMs(rebuild) : undefined;
    return { guest: { acceptedMs, bootId: bootIdOf(run.health) } };
  };
  const earlier = run.rebuild?.last === undefined ? [] : [run.rebuild.last];
  await rebuildAndCheck(rollbackTask(run, image), request, earlier, ports, recorder, baseline, (known) => ({
    rollback: { imageId: image.id, ...known }
  }));
}

/**
 * The task of the rollback: only what rests on this run's image or is in `Error` is touched. The deletion protection
 * of the earlier system does not protect a failed one, and an instance that has left its load balancers need not
 * leave them again.
 */
function rollbackTask(run: InstanceRun, image: Image): Task {
  const { planned: _planned, checkOnly: _checkOnly, ...task } = run.target.task;
  const drain = task.drain && !isLowered(run);
  const rollsBackFrom = task.image.id;
  return {
    ...task,
    image,
    rollsBackFrom,
    force: false,
    allowProtected: true,
    backup: false,
    drain,
    wait: true
  };
}
