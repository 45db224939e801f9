/** How often an instance is observed: the interval until the next observation, by how near the end may be. */
import { statusKind } from '../model/bcc-status.ts';
import { lateMs } from './evidence.ts';
import type { Observation, RebuildState } from './rebuild-state.ts';
import { confirmMs } from './stable-streak.ts';

/**
 * Until the status is seen to leave, observations come at least this often, so that no short rebuild fits between two.
 */
const startIntervalMs = 5_000;

/** Between observations while the new system boots, in milliseconds. */
const bootIntervalMs = 1_000;

/** How long a boot is observed so often, in milliseconds. */
const bootMs = 60_000;

/** Where the end may come at any moment, an interval is no less than this part of `pollInterval`. */
const leastPart = 0.8;

/** The time between two observations now, in milliseconds. */
export function intervalOf(rebuild: RebuildState): number {
  const { phase, evidence, task } = rebuild;
  const wanted = task.pollIntervalMs;
  if (isBooting(rebuild)) return Math.min(wanted, bootIntervalMs);
  if (mayEndUnannounced(rebuild)) return Math.max(wanted - confirmMs, wanted * leastPart);
  const early = ['searching', 'confirming', 'rebuilding'].includes(phase) && evidence.leftAtMs === undefined;
  return early ? Math.min(wanted, startIntervalMs) : wanted;
}

function isBooting({ bootSinceMs, last }: RebuildState): boolean {
  if (bootSinceMs === undefined || last?.instance.status !== 'Starting') return false;
  return last.answeredAtMs - bootSinceMs < bootMs;
}

/**
 * Whether `Running` may come at any moment. Then the interval leaves room for the second observation of the proof, so
 * that the end is proven within one `pollInterval`. From other statuses of a rebuild the way leads through `Starting`.
 */
function mayEndUnannounced({ evidence, last }: RebuildState): boolean {
  if (evidence.leftAtMs === undefined || last === undefined) return false;
  const { status } = last.instance;
  return status === 'Starting' || statusKind(status) === 'unknown';
}

/**
 * Notes the boot of the new system. A `Starting` that comes first and soon is none: it may be all that the service
 * shows of a rebuild, and then most of the time is still to come.
 */
export function seeBoot(rebuild: RebuildState, { answeredAtMs, instance }: Observation): RebuildState {
  const { reference, referenceAtMs, bootSinceMs, last, phase, evidence } = rebuild;
  const isNew = instance.status === 'Starting' && last?.instance.status !== 'Starting';
  if (!isNew || reference === undefined || bootSinceMs !== undefined) return rebuild;
  const isLater = (evidence.leftAtMs ?? evidence.processingAtMs) !== undefined;
  const isLate = referenceAtMs !== undefined && answeredAtMs - referenceAtMs >= lateMs;
  const isBoot = isLater || isLate || phase === 'starting';
  return isBoot ? { ...rebuild, bootSinceMs: answeredAtMs } : rebuild;
}

/**
 * Whether so much time lies between two observations that what happened in it was not observed, in milliseconds: two
 * intervals and 10 s, which a slow call may take.
 */
export function isGap(rebuild: RebuildState, observation: Observation): boolean {
  const { last } = rebuild;
  return last === undefined || observation.atMs - last.atMs > 2 * intervalOf(rebuild) + 10_000;
}
