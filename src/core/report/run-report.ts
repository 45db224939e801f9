import { canariesOf } from '../rollout/canaries.ts';
import { runStatus } from '../run/instance-status.ts';
import { hasChanged, type RunState, unavailableBefore } from '../run/run-state.ts';
import { toIso, toSeconds } from '../time.ts';
import { reportInstance } from './instance-report.ts';
import type { RolloutReport, RunReport } from './report.ts';
import { stopMessage } from './stop-message.ts';

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

/** The rollout; of a plan, as it would be at most. */
function reportRollout(state: RunState): RolloutReport {
  const { maxUnavailable, maxFailures, pauseMs, members } = state.rollout;
  const before = unavailableBefore(state);
  const planned = Math.max(before.length, Math.min(maxUnavailable, members.length));
  const message = stopMessage(state);
  const reason = state.course?.stop;
  return {
    maxUnavailable,
    peakUnavailable: state.course?.peakUnavailable ?? planned,
    canaries: canariesOf(state.rollout),
    maxFailures,
    pauseSeconds: toSeconds(pauseMs),
    unavailableBefore: before,
    ...(reason === undefined || message === undefined ? {} : { stopped: { reason, message } })
  };
}
