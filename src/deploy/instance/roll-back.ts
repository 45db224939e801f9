/** The rollback: a rebuild onto the earlier image, with the login of this run and the earlier script. */

import { withSystemOf } from '../../core/health/guest/guest-system.ts';
import { bootIdOf } from '../../core/health/health.ts';
import { CallError, describeFailure } from '../../core/model/failure.ts';
import type { Image } from '../../core/model/image.ts';
import type { Task } from '../../core/plan/decide.ts';
import { acceptedSinceMs } from '../../core/rebuild/evidence.ts';
import type { RebuildState } from '../../core/rebuild/rebuild-state.ts';
import { hasSucceeded } from '../../core/run/instance-end.ts';
import { type InstanceRun, isLowered, previousImageId } from '../../core/run/instance-run.ts';
import { mayRejoin } from '../../core/run/next-steps.ts';
import type { RunRequest } from '../../ports/request.ts';
import { awaitHealthy } from '../health/await-healthy.ts';
import { rebuildOne } from '../rebuild/rebuild.ts';
import { withRebuildLog } from '../rebuild/rebuild-log.ts';
import { checkHealth } from './check-health.ts';
import {
  type InstancePorts,
  type InstanceRunObserver,
  preparations,
  type RunRecorder,
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
  ports.log.info(`${run.target.instance.id}: ${why}; rolling back to the earlier image`);
  return untilCancelled(run, ports, observe, async (recorder) => {
    try {
      await carryOutRollback(run, request, ports, recorder);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      recorder.add({
        rollback: { imageId: previousImageId(run), problem: `${describeFailure(error.failure)}.` }
      });
    }
    if (mayRejoin(recorder.current())) await rejoin(recorder, ports);
  });
}

async function carryOutRollback(
  run: InstanceRun,
  request: RunRequest,
  ports: InstancePorts,
  recorder: RunRecorder
): Promise<void> {
  const image = await ports.bcc.getImage(previousImageId(run), ports.cancel.signal);
  const keep = (rebuild: RebuildState): void => recorder.add({ rollback: { imageId: image.id, rebuild } });
  const rebuild = await withRebuildLog(ports, keep, (observe) =>
    rebuildOne(
      rollbackTask(run, image),
      { imageId: image.id, script: 'previous' },
      run.rebuild?.last === undefined ? [] : [run.rebuild.last],
      ports,
      observe,
      preparations(run.target, ports, recorder)
    )
  );
  keep(rebuild);
  if (rebuild.ending?.kind === 'cancelled') return recorder.add({ cancelled: true });
  if (rebuild.ending?.kind !== 'rebuilt' && rebuild.ending?.kind !== 'skipped') return;
  // After a rollback the earlier host keys are right, so none are forbidden.
  if (rebuild.last === undefined) return;
  const instance = withSystemOf(image, rebuild.last.instance);
  const acceptedMs = rebuild.ending.kind === 'rebuilt' ? acceptedSinceMs(rebuild) : undefined;
  const guest = { acceptedMs, bootId: bootIdOf(run.health) };
  await checkHealth(
    rebuild,
    () => awaitHealthy(request, instance, { guest }, ports),
    ports,
    (now, { checked, knownHosts }) =>
      recorder.add({ rollback: { imageId: image.id, rebuild: now, health: checked }, knownHosts })
  );
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
