/**
 * The life of one rebuild as a pure reducer: from what is known and what has just happened to what is known now
 * and the one thing to do next. It knows no clock and no network; the loop that runs it does.
 */

import type { CallFailure } from '../model/failure.ts';
import { longestRetryAfterMs } from '../pace.ts';
import type { Task } from '../plan/decide.ts';
import { mark, needsDisk, rest } from './evidence.ts';
import { end, enter, fail, failCall, lookNext, lookNow } from './transitions.ts';
import { adopt, settle } from './before-send.ts';
import type { Life, LifeEvent, Sight, Step } from './rebuild-state.ts';
import { search, watch, watchStart } from './after-send.ts';

/** How many refusals by a conflict are waited out before the rebuild is given up. */
const maxConflicts = 3;

/** How many looks in a row must miss the instance before it counts as gone; one may be a replica behind. */
const maxMissing = 2;

/** The beginning: look first. */
export function begin(task: Task, atMs: number): Step {
  const life: Life = {
    task,
    phase: 'settling',
    phases: [{ phase: 'settling', fromMs: atMs }],
    dueMs: atMs,
    deadlineMs: atMs + task.timeoutMs,
    history: [],
    adopted: false,
    marks: {},
    backedUp: false,
    drained: false,
    inDoubt: false,
    sends: 0,
    answered: false,
    conflicts: 0,
    starts: 0,
    missing: 0,
    requestIds: []
  };
  return lookNow(life, atMs);
}

/** The next life and the next command. An event that comes after the end changes nothing. */
export function step(life: Life, event: LifeEvent): Step {
  if (life.phase === 'ended') return [life, { type: 'end' }];
  switch (event.type) {
    case 'looked':
      return onLook(see(life, event.sight), event.sight);
    case 'lookFailed':
      return onLookFailed(life, event.failure, event.atMs);
    case 'accepted':
      return onAccepted(life, event.requestId, event.atMs);
    case 'sendFailed':
      return onSendFailed(life, event.failure, event.atMs);
    case 'refusedTogether':
      return onRefusedTogether(life, event.failure, event.atMs);
    case 'backedUp':
      return lookAnew({ ...life, backedUp: true }, event.atMs);
    case 'backupFailed':
      return fail(life, { kind: 'backup', problem: event.problem }, event.atMs);
    case 'drained':
      return lookAnew({ ...life, drained: true }, event.atMs);
    case 'drainFailed':
      return fail(life, { kind: 'drain', problem: event.problem }, event.atMs);
    case 'startAccepted':
      return lookNext(noteRequest(life, event.requestId), event.atMs, true);
    case 'startFailed':
      return onStartFailed(life, event.failure, event.atMs);
    case 'cancelled':
      return onCancelled(life, event);
  }
}

function see(life: Life, sight: Sight): Life {
  const { status, imageId } = sight.instance;
  const before = life.history.at(-1);
  const changed = before?.status !== status || before.imageId !== imageId;
  const history = changed ? [...life.history, { atMs: sight.atMs, status, imageId }] : life.history;
  return { ...life, history, last: sight, rest: rest(life, sight), marks: mark(life, sight), missing: 0 };
}

function onLook(life: Life, sight: Sight): Step {
  switch (life.phase) {
    case 'settling':
      return settle(life, sight);
    case 'searching':
      return search(life, sight);
    case 'starting':
      return watchStart(life, sight);
    default:
      return watch(life, sight);
  }
}

function onLookFailed(before: Life, failure: CallFailure, atMs: number): Step {
  const missing = failure.kind === 'notFound' ? before.missing + 1 : before.missing;
  const life: Life = { ...before, lastFailure: failure, missing };
  if (failure.kind === 'notFound' && life.last === undefined) return failCall(life, failure, atMs);
  if (failure.kind === 'notFound' && missing >= maxMissing) return fail(life, { kind: 'gone' }, atMs);
  const lasting = failure.kind === 'denied' || failure.kind === 'invalid' || failure.kind === 'conflict';
  if (lasting || atMs >= life.deadlineMs) return failCall(life, failure, atMs);
  return lookNext(life, atMs, true);
}

function lookAgainLater(life: Life, atMs: number): Step {
  if (life.sends > 0) return lookNext(enter(life, 'searching', atMs), atMs, true);
  return lookNext({ ...enter(life, 'settling', atMs), marks: {}, dueMs: atMs }, atMs, true);
}

/** What comes before the wipe takes its time, so that the instance is looked at anew before it is erased. */
function lookAnew(life: Life, atMs: number): Step {
  const fresh: Life = { ...enter(life, 'settling', atMs), adopted: false, marks: {} };
  return lookNow({ ...fresh, deadlineMs: atMs + life.task.timeoutMs }, atMs);
}

function onAccepted(life: Life, requestId: string, atMs: number): Step {
  const accepted: Life = {
    ...enter(noteRequest(life, requestId), 'confirming', atMs),
    sends: life.sends + 1,
    answered: true,
    acceptedAtMs: atMs,
    referenceAtMs: atMs,
    deadlineMs: atMs + life.task.timeoutMs,
    dueMs: atMs
  };
  return lookNext(accepted, atMs, needsDisk(accepted));
}

function onSendFailed(before: Life, failure: CallFailure, atMs: number): Step {
  const life = noteRequest({ ...before, lastFailure: failure }, failure.requestId);
  if (failure.kind === 'ambiguous') return lookNext(lost(life, atMs), atMs, true);
  // Nothing was done, and the look that decided on the send has aged.
  const isPatient = (failure.retryAfterMs ?? 0) <= longestRetryAfterMs && atMs < life.deadlineMs;
  if (failure.kind === 'throttled' && isPatient) return lookAgainLater(life, atMs);
  // A refusal after a lost answer is what the service would say if it had taken the first.
  if (life.sends > 0) return lookNext(enter(life, 'confirming', atMs), atMs, true);
  if (failure.kind !== 'conflict') return failCall(life, failure, atMs);
  const conflicts = life.conflicts + 1;
  if (conflicts > maxConflicts || life.last === undefined) return failCall(life, failure, atMs);
  const waiting = enter({ ...adopt(life, { ...life.last, atMs }), conflicts }, 'settling', atMs);
  return lookNext({ ...waiting, dueMs: atMs }, atMs, true);
}

/** A refusal may be about any of the instances of the call, and nobody knows what became of the others. */
function onRefusedTogether(before: Life, failure: CallFailure, atMs: number): Step {
  const life = noteRequest({ ...before, lastFailure: failure }, failure.requestId);
  return lookNext({ ...searching(life, atMs), inDoubt: true }, atMs, true);
}

function lost(life: Life, atMs: number): Life {
  return { ...searching(life, atMs), sends: life.sends + 1 };
}

function searching(life: Life, atMs: number): Life {
  const deadlineMs = atMs + life.task.timeoutMs;
  return { ...enter(life, 'searching', atMs), referenceAtMs: atMs, deadlineMs, dueMs: atMs };
}

function onStartFailed(life: Life, failure: CallFailure, atMs: number): Step {
  const again = ['conflict', 'ambiguous', 'throttled'].includes(failure.kind) && atMs < life.deadlineMs;
  return again ? lookNext({ ...life, lastFailure: failure }, atMs, true) : failCall(life, failure, atMs);
}

function onCancelled(before: Life, event: Extract<LifeEvent, { type: 'cancelled' }>): Step {
  const { failure, together = false, atMs } = event;
  if (failure === undefined) return end(before, { kind: 'cancelled' }, atMs);
  const life = { ...before, lastFailure: failure };
  const out = together ? { ...searching(life, atMs), inDoubt: true } : lost(life, atMs);
  return end(out, { kind: 'cancelled' }, atMs);
}

function noteRequest(life: Life, requestId: string | undefined): Life {
  return requestId === undefined || requestId === ''
    ? life
    : { ...life, requestIds: [...life.requestIds, requestId] };
}
