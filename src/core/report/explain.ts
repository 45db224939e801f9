/** Failures in words: what happened, and what to do. */

import { type CallFailure, describeFailure } from '../model/failure.ts';
import { diskStateOf, isUnsent } from '../rebuild/disk-state.ts';
import type { FailureReason } from '../rebuild/ending.ts';
import { hasStarted } from '../rebuild/evidence.ts';
import type { RebuildState } from '../rebuild/rebuild-state.ts';
import { formatDuration } from '../time.ts';
import { callRemedy, rerunIsSafe } from './call-remedy.ts';

/** A failure as a person reads it. */
export interface Explanation {
  /** What happened, in one sentence that reads on after the instance's ID. */
  readonly cause: string;
  /** What was seen on the way there; absent where that says nothing more. */
  readonly observed?: string | undefined;
  /** What to do now. */
  readonly remedy: string;
}

/** The cause, with what was seen on the way there. */
export function wholeCause({ cause, observed }: Pick<Explanation, 'cause' | 'observed'>): string {
  return observed === undefined ? cause : `${cause} Seen: ${observed}.`;
}

/** Why a rebuild failed, but for refusals by our own rules. */
type Reason = Exclude<FailureReason, { kind: 'refused' }>;

/** Explains a rebuild that a cancel cut off. */
export function explainCancel(rebuild: RebuildState): Explanation {
  const status = rebuild.last?.instance.status ?? 'unknown';
  return {
    cause: `cancelled; its last status was ${status}.`,
    remedy:
      diskStateOf(rebuild) === 'untouched'
        ? 'There is nothing to repair.'
        : `A rebuild cannot be called back and goes on without this run. ${hasStarted(rebuild) ? 'Run again to wait for its end: it is not erased twice.' : 'Run again once it shows, to wait for its end: before that, a re-run erases the disk again.'}`
  };
}

/** Explains the failed end of a rebuild. */
export function explain(rebuild: RebuildState, reason: Reason): Explanation {
  switch (reason.kind) {
    case 'backup':
    case 'drain': {
      const what = reason.kind === 'backup' ? 'the backup failed' : 'its weight could not be set to 0';
      const { cause, remedy } = reason.problem;
      return { cause: `${what}, so nothing was erased. ${cause}`, remedy };
    }
    case 'call':
      return explainCall(rebuild, reason.failure);
    default:
      return { ...explainSeen(rebuild, reason), observed: historyLabel(rebuild) };
  }
}

/** What observations showed, or did not show in time. */
function explainSeen(
  rebuild: RebuildState,
  reason: Exclude<Reason, { kind: 'backup' | 'drain' | 'call' }>
): Explanation {
  const { task } = rebuild;
  const waited = formatDuration(task.timeoutMs);
  switch (reason.kind) {
    case 'busy':
      return {
        cause: `somebody else's change was still under way after ${waited}, so nothing was sent; its status is ${reason.status}.`,
        remedy: 'Find out who changes the instance, and run again when it has ended.'
      };
    case 'unclear':
      return {
        cause: `it was ${reason.status} when this run came, and now runs on ${task.image.id}; whether that was the rebuild that force asks for cannot be told.`,
        remedy:
          'If the change was a cancelled run of yours, the work is done. If not, run again: now that the change has ended, force rebuilds it.'
      };
    case 'unproven':
      return {
        cause: `the rebuild is not proven: ${answerOf(rebuild)}, and in ${waited} nothing showed that it took place and ended.`,
        remedy: `${lookFirst} Set timeout higher than ${waited} if it only needs longer.`
      };
    case 'timedOut':
      return {
        cause: `still ${reason.status} ${waited} after the rebuild was accepted.`,
        remedy: `Look at the instance in the console${requestLabel(rebuild)}. If it only needs longer, set timeout higher than ${waited}. ${rerunIsSafe}`
      };
    case 'status':
      return {
        cause: `the rebuild ended in the status ${reason.status}.`,
        remedy: `Look at the instance in the console${requestLabel(rebuild)}. ${reason.status === 'Error' ? 'A re-run rebuilds an instance in Error.' : 'Renew or restore it before you run again.'}`
      };
    case 'wrongImage':
      return {
        cause: `it runs on the image ${reason.imageId}${reason.imageName === '' ? '' : ` (${reason.imageName})`} instead of ${task.image.id}.`,
        remedy: 'Find out whether somebody else rebuilt it; then run again.'
      };
    case 'gone':
      return {
        cause: 'the API no longer knows the instance.',
        remedy: 'Check whether it was released, and check region and instanceId.'
      };
    case 'changed':
      return {
        cause: `changed during its health check: ${changeLabel(reason)}.`,
        remedy: 'Find out who changes the instance, and run again when that has ended.'
      };
  }
}

/** What the service answered to the send; a code with HTTP 200 or with a 5xx does not say that nothing was done. */
function answerOf({ acceptedAtMs, lastFailure }: RebuildState): string {
  if (acceptedAtMs !== undefined) return 'it was accepted';
  const code = lastFailure && isRebuildCall(lastFailure) ? lastFailure.code : undefined;
  return code === undefined ? 'its answer was lost' : `the service answered with ${code}`;
}

function changeLabel({ was, now }: Extract<Reason, { kind: 'changed' }>): string {
  if (was.status === now.status && was.imageId === now.imageId)
    return 'its system disk is another one, or does not settle';
  return `it was ${was.status} on ${was.imageId}, and is ${now.status} on ${now.imageId}`;
}

const lookFirst =
  'Look at the instance in the console first: the rebuild may still come, and a re-run before it shows erases the disk again.';

/** What to know before running again; a rebuild that was sent and does not show yet is found by no re-run. */
function rerunNote(rebuild: RebuildState): string | undefined {
  if (isUnsent(rebuild)) return undefined;
  return hasStarted(rebuild) ? rerunIsSafe : lookFirst;
}

/** The request ID by which the service's support finds the rebuild, to be put after `the console`. */
function requestLabel({ requestIds }: RebuildState): string {
  const id = requestIds.at(-1);
  return id === undefined ? '' : `, with the request ID ${id}`;
}

function explainCall(rebuild: RebuildState, failure: CallFailure): Explanation {
  const goesOn =
    rebuild.sends > 0 && rebuild.proven === undefined ? ' The rebuild goes on without this run.' : '';
  const remedy =
    isRebuildCall(failure) && failure.kind === 'notFound'
      ? unknownRemedy(rebuild, failure)
      : callRemedy(failure, rerunNote(rebuild));
  // The instance is named already.
  const named = failure.target === rebuild.task.instanceId ? { ...failure, target: '' } : failure;
  return { cause: `${describeFailure(named)}.${goesOn}`, remedy };
}

/** Of one instance or of several. */
function isRebuildCall({ operation }: CallFailure): boolean {
  return operation === 'RebuildInstance' || operation === 'RebuildBatchInstance';
}

/** The service may not say which of them it does not know. */
function unknownRemedy({ task }: RebuildState, { code = '', target }: CallFailure): string {
  if (/^keypair\./i.test(code)) return 'Check keypairId: the region has no key pair with this ID.';
  const keyPair = task.loginKind === 'keypairId' ? ', the key pair (keypairId)' : '';
  return `Check whether the instance ${target}${keyPair} and the image ${task.image.id} are there.`;
}

/** The statuses that were seen, with the time of each since the first observation. */
function historyLabel(rebuild: RebuildState): string {
  const first = rebuild.history[0];
  if (first === undefined) return 'nothing';
  return rebuild.history
    .map((seen) => `${seen.status} on ${seen.imageId} after ${formatDuration(seen.atMs - first.atMs)}`)
    .join(', ');
}
