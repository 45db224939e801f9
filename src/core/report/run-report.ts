import { runStatus } from '../run/instance-status.ts';
import { hasChanged, type RunState } from '../run/run-state.ts';
import { toIso, toSeconds } from '../time.ts';
import { reportInstance } from './instance-report.ts';
import type { RunReport } from './report.ts';
import { reportRollout } from './rollout-report.ts';

/** The result of a run, as far as it is known. */
export function reportRun(state: RunState): RunReport {
  const { image, anchor, fromMs, atMs } = state;
  return {
    version: 1,
    status: runStatus(state),
    changed: hasChanged(state),
    imageId: image.id,
    imageName: image.name,
    startedAt: toIso(anchor, fromMs),
    durationSeconds: toSeconds(atMs - fromMs),
    rollout: reportRollout(state),
    instances: state.instances.map((run) => reportInstance(run, state))
  };
}
