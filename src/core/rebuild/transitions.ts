/** The small moves that the rules of a life are made of. */
import type { CallFailure } from '../model/failure.ts';
import { refusalsSincePlan } from '../plan/since-plan.ts';
import type { Ending, FailureReason } from './ending.ts';
import { isReplaced, quietMs } from './evidence.ts';
import type { Observation, Phase, RebuildState, Step } from './rebuild-state.ts';
import { confirmBeat, nextBeat, spreadOf } from './schedule.ts';

/** Until the status is seen to leave, looks come at least this often, lest a short rebuild be over between two. */
const startIntervalMs = 5_000;

function intervalOf(rebuild: RebuildState): number {
  const wanted = rebuild.task.pollIntervalMs;
  const early =
    ['searching', 'confirming', 'rebuilding'].includes(rebuild.phase) &&
    rebuild.evidence.leftAtMs === undefined;
  return early ? Math.min(wanted, startIntervalMs) : wanted;
}

/** A look on the next beat. */
export function observeNext(rebuild: RebuildState, atMs: number, withDisk: boolean): Step {
  const interval = intervalOf(rebuild);
  const dueMs = Math.min(nextBeat(rebuild.dueMs, interval, atMs), rebuild.deadlineMs);
  return [
    { ...rebuild, dueMs },
    { type: 'observe', dueMs, spreadMs: spreadOf(interval), withDisk }
  ];
}

/** A look soon after a good one; at the deadline there is just time for it. */
export function observeAgain(rebuild: RebuildState, atMs: number): Step {
  const dueMs = confirmBeat(atMs, intervalOf(rebuild));
  const deadlineMs = Math.max(rebuild.deadlineMs, dueMs);
  return [
    { ...rebuild, dueMs, deadlineMs },
    { type: 'observe', dueMs, spreadMs: 0, withDisk: true }
  ];
}

/** A look at once. */
export function observeNow(rebuild: RebuildState, atMs: number): Step {
  return [
    { ...rebuild, dueMs: atMs },
    { type: 'observe', dueMs: atMs, spreadMs: 0, withDisk: true }
  ];
}

/** The life in another phase. */
export function enter(rebuild: RebuildState, phase: Phase, atMs: number): RebuildState {
  if (rebuild.phase === phase) return rebuild;
  return { ...rebuild, phase, phases: [...rebuild.phases, { phase, fromMs: atMs }] };
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

/** The life with a new reference for the marks. */
export function measureFrom(rebuild: RebuildState, reference: Observation, sinceMs: number): RebuildState {
  return { ...rebuild, reference, referenceAtMs: sinceMs, evidence: {} };
}

/**
 * Sends the rebuild, once the backup is made and the load balancers are left that it was asked for. What was just
 * seen is what the rebuild will be measured against.
 */
export function send(rebuild: RebuildState, observation: Observation): Step {
  const refusals = refusalsSincePlan(observation.instance, rebuild.task);
  if (refusals.length > 0) return fail(rebuild, { kind: 'refused', refusals }, observation.atMs);
  if (rebuild.task.backup && !rebuild.backedUp)
    return [enter(rebuild, 'backup', observation.atMs), { type: 'backup' }];
  if (rebuild.task.drain && !rebuild.drained)
    return [enter(rebuild, 'draining', observation.atMs), { type: 'drain' }];
  const measured = measureFrom({ ...rebuild, adopted: false }, observation, observation.atMs);
  return [enter(measured, 'sending', observation.atMs), { type: 'send' }];
}

/** Tells an instance that is Stopped on the image to start; a start gets some time even at the deadline. */
export function startIt(rebuild: RebuildState, observation: Observation): Step {
  const starting: RebuildState = {
    ...enter(rebuild, 'starting', observation.atMs),
    starts: rebuild.starts + 1,
    startAskedAtMs: observation.atMs,
    deadlineMs: Math.max(rebuild.deadlineMs, observation.atMs + quietMs(rebuild))
  };
  return [starting, { type: 'start' }];
}

/** The good end. What nothing was erased for is a skip. */
export function finish(rebuild: RebuildState, atMs: number): Step {
  const erased = rebuild.sends > 0 || (rebuild.adopted && isReplaced(rebuild));
  return end(rebuild, { kind: erased ? 'rebuilt' : 'skipped' }, atMs);
}
