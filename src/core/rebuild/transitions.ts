/** The small steps that the rules of a rebuild are made of. */
import type { CallFailure } from '../model/failure.ts';
import { refusalsSincePlan } from '../plan/changes-since-plan.ts';
import { nextBeat, spreadOf } from '../schedule.ts';
import type { Ending, FailureReason } from './ending.ts';
import { wasRebuiltByOthers } from './evidence.ts';
import { intervalOf } from './observation-interval.ts';
import type { Observation, Phase, RebuildState, Step } from './rebuild-state.ts';
import { confirmMs, quietMs } from './stable-streak.ts';

/** An observation on the next beat; on a fresh connection where an erasing or a green may follow. */
export function observeNext(rebuild: RebuildState, atMs: number, withDisk = true): Step {
  const interval = intervalOf(rebuild);
  const dueMs = Math.min(nextBeat(rebuild.dueMs, interval, atMs), rebuild.deadlineMs);
  const fresh = ['settling', 'searching', 'rechecking'].includes(rebuild.phase);
  return [
    { ...rebuild, dueMs },
    { type: 'observe', dueMs, spreadMs: spreadOf(interval), withDisk, fresh }
  ];
}

/** The second observation of a pair; at the deadline there is just time for it. */
export function observeAgain(rebuild: RebuildState, atMs: number, apartMs = confirmMs): Step {
  const firstMs = rebuild.streak?.observations === 0 ? undefined : rebuild.streak?.sinceMs;
  const dueMs = Math.max(atMs, (firstMs ?? atMs) + apartMs);
  return observeAt({ ...rebuild, deadlineMs: Math.max(rebuild.deadlineMs, dueMs) }, dueMs);
}

/** An observation at `dueMs`, or at the deadline where that comes first. */
export function observeSoon(rebuild: RebuildState, atMs: number, dueMs: number): Step {
  return observeAt(rebuild, Math.max(atMs, Math.min(dueMs, rebuild.deadlineMs)));
}

/** An observation of all there is to see, on a fresh connection, at this moment or about it. */
export function observeAt(rebuild: RebuildState, dueMs: number, spreadMs = 0): Step {
  return [
    { ...rebuild, dueMs },
    { type: 'observe', dueMs, spreadMs, withDisk: true, fresh: true }
  ];
}

/** The rebuild in another phase. */
export function enter(rebuild: RebuildState, phase: Phase, atMs: number): RebuildState {
  if (rebuild.phase === phase) return rebuild;
  return { ...rebuild, phase, phases: [...rebuild.phases, { phase, fromMs: atMs }] };
}

/** Whether it was in the phase before, or is now. */
export function wasIn({ phases }: RebuildState, wanted: Phase): boolean {
  return phases.some(({ phase }) => phase === wanted);
}

/** Its answer is lost: it counts as sent, and observing has to tell whether it was taken. */
export function lost(rebuild: RebuildState, atMs: number): RebuildState {
  return { ...searching(rebuild, atMs), sends: rebuild.sends + 1 };
}

/** From now on observing has to tell whether a rebuild was taken. */
export function searching(rebuild: RebuildState, atMs: number): RebuildState {
  const deadlineMs = atMs + rebuild.task.timeoutMs;
  return { ...enter(rebuild, 'searching', atMs), referenceAtMs: atMs, deadlineMs, dueMs: atMs };
}

/** Since when observing had to tell that, in milliseconds; `undefined` where it never had to. */
export function searchedSinceMs({ phases }: RebuildState): number | undefined {
  return phases.find(({ phase }) => phase === 'searching')?.fromMs;
}

/** The end. */
export function end(rebuild: RebuildState, ending: Ending, atMs: number): Step {
  return [{ ...enter(rebuild, 'ended', atMs), ending }, { type: 'end' }];
}

/** The end, as a failure. */
export function fail(rebuild: RebuildState, reason: FailureReason, atMs: number): Step {
  return end(rebuild, { kind: 'failed', reason }, atMs);
}

/** The end, by a call that failed for good. */
export function failCall(rebuild: RebuildState, failure: CallFailure, atMs: number): Step {
  return fail({ ...rebuild, lastFailure: failure }, { kind: 'call', failure }, atMs);
}

/** The rebuild with a new reference for its evidence. */
export function measureFrom(rebuild: RebuildState, reference: Observation, sinceMs: number): RebuildState {
  const { bootSinceMs: _over, ...others } = rebuild;
  return { ...others, reference, referenceAtMs: sinceMs, evidence: {} };
}

/**
 * Sends the rebuild, once the backup is made and the load balancers are left that it was asked for. What was just
 * seen is what the rebuild will be measured against.
 */
export function send(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.answeredAtMs;
  // A rebuild of our own that ended badly has replaced the disk, too.
  const diskId = rebuild.sends === 0 ? observation.disk?.id : undefined;
  const refusals = refusalsSincePlan(observation.instance, rebuild.task, diskId);
  if (refusals.length > 0) return fail(rebuild, { kind: 'refused', refusals }, atMs);
  if (rebuild.task.backup && !wasIn(rebuild, 'backup'))
    return [enter(rebuild, 'backup', atMs), { type: 'backup' }];
  if (rebuild.task.drain && !wasIn(rebuild, 'draining'))
    return [enter(rebuild, 'draining', atMs), { type: 'drain' }];
  const measured = measureFrom({ ...rebuild, adopted: false }, observation, atMs);
  return [enter(measured, 'sending', atMs), { type: 'send' }];
}

/** Tells an instance that is Stopped on the image to start; a start gets some time even at the deadline. */
export function startIt(rebuild: RebuildState, observation: Observation): Step {
  const atMs = observation.answeredAtMs;
  const { bootSinceMs: _over, ...others } = enter(rebuild, 'starting', atMs);
  const starting: RebuildState = {
    ...others,
    starts: rebuild.starts + 1,
    startAskedAtMs: atMs,
    deadlineMs: Math.max(rebuild.deadlineMs, atMs + quietMs(rebuild))
  };
  return [starting, { type: 'start' }];
}

/** Does not send it; one whose answer was lost is watched to the end, and not sent once more. */
export function withdraw(rebuild: RebuildState, atMs: number): Step {
  if (rebuild.sends > 0) return observeNext(enter(rebuild, 'confirming', atMs), atMs);
  // It was about to be sent, and never was.
  const phases = rebuild.phases.filter(({ phase }) => phase !== 'sending');
  return end({ ...rebuild, phases }, { kind: 'withdrawn' }, atMs);
}

/** The good end. What nothing was erased for is a skip. */
export function finish(rebuild: RebuildState, atMs: number): Step {
  const erased = rebuild.sends > 0 || wasRebuiltByOthers(rebuild);
  return end(rebuild, { kind: erased ? 'rebuilt' : 'skipped' }, atMs);
}

/** Notes the request ID of an answer; an empty one is none. */
export function noteRequest(rebuild: RebuildState, requestId: string | undefined): RebuildState {
  return requestId === undefined || requestId === ''
    ? rebuild
    : { ...rebuild, requestIds: [...rebuild.requestIds, requestId] };
}
