/** The small moves that the rules of a life are made of. */
import type { CallFailure } from '../model/failure.ts';
import { confirmBeat, nextBeat, spreadOf } from './schedule.ts';
import type { Ending, FailureReason } from './ending.ts';
import { isReplaced, quietMs } from './evidence.ts';
import type { Life, Phase, Sight, Step } from './rebuild-state.ts';

/** Until the status is seen to leave, looks come at least this often, lest a short rebuild be over between two. */
const startIntervalMs = 5_000;

function intervalOf(life: Life): number {
  const wanted = life.task.pollIntervalMs;
  const early =
    ['searching', 'confirming', 'rebuilding'].includes(life.phase) && life.marks.leftAtMs === undefined;
  return early ? Math.min(wanted, startIntervalMs) : wanted;
}

/** A look on the next beat. */
export function lookNext(life: Life, atMs: number, withDisk: boolean): Step {
  const interval = intervalOf(life);
  const dueMs = Math.min(nextBeat(life.dueMs, interval, atMs), life.deadlineMs);
  return [
    { ...life, dueMs },
    { type: 'look', dueMs, spreadMs: spreadOf(interval), withDisk }
  ];
}

/** A look soon after a good one; at the deadline there is just time for it. */
export function lookAgain(life: Life, atMs: number): Step {
  const dueMs = confirmBeat(atMs, intervalOf(life));
  const deadlineMs = Math.max(life.deadlineMs, dueMs);
  return [
    { ...life, dueMs, deadlineMs },
    { type: 'look', dueMs, spreadMs: 0, withDisk: true }
  ];
}

/** A look at once. */
export function lookNow(life: Life, atMs: number): Step {
  return [
    { ...life, dueMs: atMs },
    { type: 'look', dueMs: atMs, spreadMs: 0, withDisk: true }
  ];
}

/** The life in another phase. */
export function enter(life: Life, phase: Phase, atMs: number): Life {
  if (life.phase === phase) return life;
  return { ...life, phase, phases: [...life.phases, { phase, fromMs: atMs }] };
}

/** The end. */
export function end(life: Life, ending: Ending, atMs: number): Step {
  return [{ ...enter(life, 'ended', atMs), ending }, { type: 'end' }];
}

/** The end, as a failure. */
export function fail(life: Life, reason: FailureReason, atMs: number): Step {
  return end(life, { kind: 'failed', reason }, atMs);
}

/** The end, by a call that failed for good. */
export function failCall(life: Life, failure: CallFailure, atMs: number): Step {
  return fail({ ...life, lastFailure: failure }, { kind: 'call', failure }, atMs);
}

/** The life with a new reference for the marks. */
export function measureFrom(life: Life, reference: Sight, sinceMs: number): Life {
  return { ...life, reference, referenceAtMs: sinceMs, marks: {} };
}

/**
 * Sends the rebuild, once the backup is made and the load balancers are left that it was asked for. What was just
 * seen is what the rebuild will be measured against.
 */
export function send(life: Life, sight: Sight): Step {
  if (life.task.backup && !life.backedUp) return [enter(life, 'backup', sight.atMs), { type: 'backup' }];
  if (life.task.drain && !life.drained) return [enter(life, 'draining', sight.atMs), { type: 'drain' }];
  const measured = measureFrom({ ...life, adopted: false }, sight, sight.atMs);
  return [enter(measured, 'sending', sight.atMs), { type: 'send' }];
}

/** Tells an instance that is Stopped on the image to start; a start gets some time even at the deadline. */
export function startIt(life: Life, sight: Sight): Step {
  const starting: Life = {
    ...enter(life, 'starting', sight.atMs),
    starts: life.starts + 1,
    startAskedAtMs: sight.atMs,
    deadlineMs: Math.max(life.deadlineMs, sight.atMs + quietMs(life))
  };
  return [starting, { type: 'start' }];
}

/** The good end. What nothing was erased for is a skip. */
export function finish(life: Life, atMs: number): Step {
  const erased = life.sends > 0 || (life.adopted && isReplaced(life));
  return end(life, { kind: erased ? 'rebuilt' : 'skipped' }, atMs);
}
