import { canariesOf } from '../rollout/canaries.ts';
import type { RunState } from '../run/run-state.ts';
import { unavailableBefore } from '../run/unavailable-before.ts';
import { toSeconds } from '../time.ts';
import type { RolloutReport } from './report.ts';
import { stopMessage } from './stop-message.ts';

/** The rollout of a run in the form of the result; of a plan, as it would be at most. */
export function reportRollout(state: RunState): RolloutReport {
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
