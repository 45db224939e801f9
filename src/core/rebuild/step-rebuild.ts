/**
 * One rebuild as a pure reducer: from what is known and what has just happened to what is known now
 * and the one thing to do next. It knows no clock and no network; the loop that runs it does.
 */

import { type CallFailure, longestRetryAfterMs } from '../model/failure.ts';
import type { Task } from '../plan/decide.ts';
import { search, watch, watchStart } from './after-send.ts';
import { adopt, adoptPlanned, settle } from './before-send.ts';
import type { Obstacle } from './ending.ts';
import { gatherEvidence, needsDisk } from './evidence.ts';
import { skewedMs, skewedSince } from './lasting-skew.ts';
import { isGap, seeBoot } from './observation-interval.ts';
import type { Observation, RebuildEvent, RebuildState, Step } from './rebuild-state.ts';
import { recheck } from './recheck.ts';
import { agreeMs, disagreementAfter, extendStreak } from './stable-streak.ts';
import {
  end,
  enter,
  fail,
  failCall,
  lost,
  noteRequest,
  observeAt,
  observeNext,
  observeSoon,
  searchedSinceMs,
  searching,
  withdraw
} from './transitions.ts';

/** How many refusals by a conflict are waited out before the rebuild is given up. */
const maxConflicts = 3;
/** For how long observations must miss it before it is gone, in milliseconds; one may be a replica behind. */
const missingMs = 4_000;

/**
 * The beginning: observe first.
 *
 * @param planned the observation that the plan was made by, however old. It decides nothing by itself, but where one
 * of now agrees with it, that one is enough.
 */
export function begin(task: Task, atMs: number, planned?: Observation): Step {
  const rebuild: RebuildState = {
    task,
    phase: 'settling',
    phases: [{ phase: 'settling', fromMs: atMs }],
    dueMs: atMs,
    deadlineMs: atMs + task.timeoutMs,
    history: [],
    adopted: false,
    evidence: {},
    inDoubt: false,
    sends: 0,
    conflicts: 0,
    starts: 0,
    requestIds: []
  };
  if (planned === undefined) return observeAt(rebuild, atMs);
  const seen = see(rebuild, planned);
  // For the report it begins now, with what is known.
  const history = seen.history.map((one) => ({ ...one, atMs }));
  return observeSoon({ ...seen, history }, atMs, planned.atMs + agreeMs(task.pollIntervalMs));
}

/** The next state and the next command. An event that comes after the end changes nothing. */
export function step(rebuild: RebuildState, event: RebuildEvent): Step {
  if (rebuild.phase === 'ended') return [rebuild, { type: 'end' }];
  switch (event.type) {
    case 'observed':
      return onObserved(see(adoptPlanned(rebuild), event.observation), event.observation);
    case 'observeFailed':
      return onObserveFailed(rebuild, event.failure, event.atMs);
    case 'accepted':
      return onAccepted(rebuild, event.requestId, event.atMs);
    case 'sendFailed':
      return onSendFailed(rebuild, event.failure, event.atMs);
    case 'refusedTogether':
      return onRefusedTogether(rebuild, event.failure, event.atMs);
    case 'prepared':
      return onPrepared(rebuild, event.problem, event.atMs);
    case 'withdrawn':
      return withdraw(rebuild, event.atMs);
    case 'startAccepted':
      return observeNext(noteRequest(rebuild, event.requestId), event.atMs);
    case 'startFailed':
      return onStartFailed(rebuild, event.failure, event.atMs);
    case 'cancelled':
      return onCancelled(rebuild, event);
  }
}

function see(rebuild: RebuildState, observation: Observation): RebuildState {
  const { status, imageId } = observation.instance;
  const { stretchSinceMs, phase } = rebuild;
  const before = rebuild.history.at(-1);
  const changed = before?.status !== status || before.imageId !== imageId;
  const history = changed
    ? [...rebuild.history, { atMs: observation.answeredAtMs, status, imageId }]
    : rebuild.history;
  const isUnbroken = stretchSinceMs !== undefined && !isGap(rebuild, observation);
  const disagreement = phase === 'settling' ? disagreementAfter(rebuild, observation) : rebuild.disagreement;
  return {
    ...seeBoot(rebuild, observation),
    history,
    last: observation,
    stretchSinceMs: isUnbroken ? stretchSinceMs : observation.atMs,
    ...(disagreement && { disagreement }),
    streak: extendStreak(rebuild, observation),
    evidence: gatherEvidence(rebuild, observation),
    missingSinceMs: undefined
  };
}

function onObserved(rebuild: RebuildState, observation: Observation): Step {
  switch (rebuild.phase) {
    case 'settling':
      return settle(rebuild, observation);
    case 'searching':
      return search(rebuild, observation);
    case 'starting':
      return watchStart(rebuild, observation);
    case 'rechecking':
      return recheck(rebuild, observation);
    default:
      return watch(rebuild, observation);
  }
}

function onObserveFailed(before: RebuildState, failure: CallFailure, atMs: number): Step {
  const isMissing = failure.kind === 'notFound';
  const missingSinceMs = before.missingSinceMs ?? (isMissing ? atMs : undefined);
  const skewedSinceMs = skewedSince(before, failure, atMs);
  const rebuild = {
    ...before,
    lastFailure: failure,
    stretchSinceMs: undefined,
    missingSinceMs,
    skewedSinceMs
  };
  if (isMissing && rebuild.last === undefined) return failCall(rebuild, failure, atMs);
  const isGone = isMissing && missingSinceMs !== undefined && atMs - missingSinceMs >= missingMs;
  if (isGone) return fail(rebuild, { kind: 'gone' }, atMs);
  const lasting = ['denied', 'invalid', 'unsent', 'conflict'].includes(failure.kind);
  const isSkewed = skewedSinceMs !== undefined && atMs - skewedSinceMs >= skewedMs;
  if (lasting || isSkewed || atMs >= rebuild.deadlineMs) return failCall(rebuild, failure, atMs);
  return observeNext(rebuild, atMs);
}

/** Nothing was done. The search after a refused call for several still counts, unless a gap comes between. */
function observeLater(rebuild: RebuildState, atMs: number): Step {
  const sinceMs = searchedSinceMs(rebuild);
  if (sinceMs === undefined)
    return observeNext({ ...enter(rebuild, 'settling', atMs), evidence: {}, dueMs: atMs }, atMs);
  const again = enter(rebuild, 'searching', atMs);
  return observeNext(rebuild.sends > 0 ? again : { ...again, referenceAtMs: sinceMs }, atMs);
}

/** What comes before the wipe takes its time, so the instance is observed again before it is erased. */
function onPrepared(rebuild: RebuildState, problem: Obstacle | undefined, atMs: number): Step {
  const kind = rebuild.phase === 'backup' ? 'backup' : 'drain';
  if (problem !== undefined) return fail(rebuild, { kind, problem }, atMs);
  const fresh: RebuildState = { ...enter(rebuild, 'settling', atMs), adopted: false, evidence: {} };
  return observeAt({ ...fresh, deadlineMs: atMs + rebuild.task.timeoutMs }, atMs);
}

function onAccepted(rebuild: RebuildState, requestId: string, atMs: number): Step {
  const accepted: RebuildState = {
    ...enter(noteRequest(rebuild, requestId), 'confirming', atMs),
    sends: rebuild.sends + 1,
    acceptedAtMs: atMs,
    referenceAtMs: atMs,
    deadlineMs: atMs + rebuild.task.timeoutMs,
    dueMs: atMs
  };
  return observeNext(accepted, atMs, needsDisk(accepted));
}

function onSendFailed(before: RebuildState, failure: CallFailure, atMs: number): Step {
  const rebuild = noteRequest({ ...before, lastFailure: failure }, failure.requestId);
  if (failure.kind === 'ambiguous') return observeNext(lost(rebuild, atMs), atMs);
  // Nothing was done, and the observation that decided on the send has aged.
  const isPatient = (failure.retryAfterMs ?? 0) <= longestRetryAfterMs && atMs < rebuild.deadlineMs;
  if (failure.kind === 'throttled' && isPatient) return observeLater(rebuild, atMs);
  // A refusal after a lost answer is what the service would say if it had taken the first.
  if (rebuild.sends > 0) return observeNext(enter(rebuild, 'confirming', atMs), atMs);
  if (failure.kind !== 'conflict') return failCall(rebuild, failure, atMs);
  const conflicts = rebuild.conflicts + 1;
  const inDoubt = searchedSinceMs(rebuild) !== undefined;
  if (conflicts > maxConflicts || rebuild.last === undefined)
    return failCall({ ...rebuild, inDoubt }, failure, atMs);
  // It may be the rebuild of a call for several that is under way.
  if (inDoubt) return observeNext({ ...searching(rebuild, atMs), inDoubt, conflicts }, atMs);
  const adopted = adopt(rebuild, { ...rebuild.last, answeredAtMs: atMs });
  const waiting = enter({ ...adopted, conflicts }, 'settling', atMs);
  return observeNext({ ...waiting, dueMs: atMs }, atMs);
}

/** A refusal may be about any of the instances of the call, and nobody knows what became of the others. */
function onRefusedTogether(before: RebuildState, failure: CallFailure, atMs: number): Step {
  const rebuild = noteRequest({ ...before, lastFailure: failure }, failure.requestId);
  return observeNext({ ...searching(rebuild, atMs), inDoubt: true }, atMs);
}

function onStartFailed(rebuild: RebuildState, failure: CallFailure, atMs: number): Step {
  const again = ['conflict', 'ambiguous', 'throttled'].includes(failure.kind) && atMs < rebuild.deadlineMs;
  return again ? observeNext({ ...rebuild, lastFailure: failure }, atMs) : failCall(rebuild, failure, atMs);
}

function onCancelled(before: RebuildState, event: Extract<RebuildEvent, { type: 'cancelled' }>): Step {
  const { failure, together = false, atMs } = event;
  if (failure === undefined) return end(before, { kind: 'cancelled' }, atMs);
  const rebuild = { ...before, lastFailure: failure };
  const out = together ? { ...searching(rebuild, atMs), inDoubt: true } : lost(rebuild, atMs);
  return end(out, { kind: 'cancelled' }, atMs);
}
