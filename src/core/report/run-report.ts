import { hasChanged, type RunState } from '../run/run-state.ts';
import { toIso, toSeconds } from '../time.ts';
import { reportInstance } from './instance-report.ts';
import type { InstanceReport, InstanceStatus, RunReport, RunStatus } from './report.ts';
import { reportRollout } from './rollout-report.ts';

/** The result of a run, as far as it is known. */
export function reportRun(state: RunState): RunReport {
  const { image, anchor, fromMs, atMs } = state;
  const instances = state.instances.map((run) => reportInstance(run, state));
  return {
    version: 1,
    status: runStatus(instances),
    changed: hasChanged(state),
    imageId: image.id,
    imageName: image.name,
    startedAt: toIso(anchor, fromMs),
    durationSeconds: toSeconds(atMs - fromMs),
    rollout: reportRollout(state),
    instances
  };
}

/** One word for a run: what all have in common, or what tells most. */
export function runStatus(instances: readonly InstanceReport[]): RunStatus {
  const has = (status: InstanceStatus): boolean => instances.some((one) => one.status === status);
  if (has('inProgress')) return 'inProgress';
  const good = has('rebuilt') || has('skipped') || has('started');
  const bad = has('failed') || has('notStarted') || instances.length === 0;
  if (bad || has('rolledBack')) {
    if (good) return 'partial';
    return has('failed') || !has('rolledBack') ? 'failed' : 'rolledBack';
  }
  if (has('planned')) return 'planned';
  if (has('started')) return 'started';
  return has('rebuilt') ? 'rebuilt' : 'skipped';
}
