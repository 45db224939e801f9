import { type ClockAnchor, toIso, toSeconds } from '../duration.ts';
import type { Image } from '../model/image.ts';
import type { InstanceReport, InstanceStatus, RolloutReport, RunReport, RunStatus } from './report.ts';

/** The result of a run from its instances. */
export function reportRun(
  image: Pick<Image, 'id' | 'name'>,
  instances: readonly InstanceReport[],
  rollout: RolloutReport,
  anchor: ClockAnchor,
  span: { readonly fromMs: number; readonly toMs: number }
): RunReport {
  return {
    version: 1,
    status: runStatus(instances),
    changed: instances.some(({ disk }) => disk !== 'untouched'),
    imageId: image.id,
    imageName: image.name,
    startedAt: toIso(anchor, span.fromMs),
    durationSeconds: toSeconds(span.toMs - span.fromMs),
    rollout,
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
