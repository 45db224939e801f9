/** Made instances and states of a run, for tests of what is derived from them. */
import type { PlannedTarget } from '../../../src/core/plan/plan.ts';
import type { Ending } from '../../../src/core/rebuild/ending.ts';
import type { RebuildState } from '../../../src/core/rebuild/rebuild-state.ts';
import { begin } from '../../../src/core/rebuild/step-rebuild.ts';
import type { InstanceRun } from '../../../src/core/run/instance-run.ts';
import type { RunState } from '../../../src/core/run/run-state.ts';
import { disk, image, instance, taskOf } from '../rebuild/rebuilds.ts';

/** The target of an instance that runs on `m-old` and is to be rebuilt onto `m-new`. */
export function targetOf(id = 'i-1', patch: Partial<PlannedTarget> = {}): PlannedTarget {
  return {
    task: taskOf({ instanceId: id }),
    instance: { ...instance, id },
    disk,
    snapshots: [],
    circumstances: { rollbackImage: { kind: 'notAsked' } },
    decision: { action: 'rebuild' },
    warnings: [],
    ...patch
  };
}

/** A rebuild that was sent and answered, with this end. */
export function rebuildOf(ending?: Ending, patch: Partial<RebuildState> = {}): RebuildState {
  const [rebuild] = begin(taskOf(), 0);
  return { ...rebuild, sends: 1, acceptedAtMs: 0, ...patch, ...(ending === undefined ? {} : { ending }) };
}

/** An instance that this run is done with. */
export function runOf(patch: Partial<InstanceRun>, id = 'i-1'): InstanceRun {
  return {
    target: targetOf(id),
    progress: 'ended',
    knownHosts: [],
    heldWeights: [],
    cancelled: false,
    ...patch
  };
}

/** The state of a run with these instances, whose rollout has begun. */
export function stateOf(instances: readonly InstanceRun[], patch: Partial<RunState> = {}): RunState {
  return {
    version: 1,
    image,
    options: { login: { kind: 'adminPass' }, script: 'kept' },
    rollout: {
      members: instances.map(({ target }) => ({
        id: target.instance.id,
        kind: 'work',
        isUnavailable: false
      })),
      maxUnavailable: 1,
      canary: 0,
      pauseMs: 0,
      maxFailures: 0,
      rollback: false
    },
    course: { peakUnavailable: 1, failures: 0, isCancelled: false },
    instances,
    anchor: { nowMs: 0, wallMs: Date.UTC(2026, 2, 1) },
    fromMs: 0,
    atMs: 5_000,
    ...patch
  };
}
