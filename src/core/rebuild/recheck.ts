/**
 * The observation after the health check. The check may take minutes, and it passes on any system that answers: only what
 * is still there then, as it was proven before, is a success.
 */
import { isSettled } from '../model/bcc-status.ts';
import type { Instance } from '../model/instance.ts';
import { spreadOf } from '../schedule.ts';
import { diskReadiness, isOtherDisk } from './evidence.ts';
import { replicaLagMs } from './proof.ts';
import type { Observation, RebuildState, Step } from './rebuild-state.ts';
import { agree, confirmMs, differ, isStable } from './stable-streak.ts';
import { end, fail, observeAgain, observeAt, observeNext, observeSoon } from './transitions.ts';

/**
 * Begins to observe an instance once more that has passed its health check, within a second, so that those that have
 * passed together share their calls. What was never observed to the end stays as it is.
 */
export function beginRecheck(rebuild: RebuildState, atMs: number): Step {
  const { last, ending, task } = rebuild;
  if (last === undefined || ending === undefined) return [rebuild, { type: 'end' }];
  const { observation = withoutOldDisk(rebuild, last) } = rebuild.proven ?? {};
  // After another health check the time of the first one counts.
  const deadlineMs = rebuild.proven === undefined ? atMs + task.timeoutMs : rebuild.deadlineMs;
  const proven = { observation, ending, isUnchanged: true };
  const rechecking: RebuildState = { ...rebuild, phase: 'rechecking', proven, deadlineMs };
  return observeAt(rechecking, atMs + confirmMs, spreadOf(confirmMs));
}

/** A replica that was behind may have shown the disk of before the send, which then differs from the one of now. */
function withoutOldDisk({ reference }: RebuildState, last: Observation): Observation {
  const isOld = reference?.disk && last.disk && !isOtherDisk(reference.disk, last.disk);
  return isOld ? { ...last, disk: undefined } : last;
}

/**
 * Whether another health check is due: something went on during the latest, or what it asked was another machine by then.
 *
 * @param checked the instance whose name and addresses the latest check went to
 */
export function needsAnotherCheck({ proven, ending, last }: RebuildState, checked: Instance): boolean {
  if (ending?.kind === 'failed') return false;
  const now = last?.instance ?? checked;
  const addresses = ['publicIp', 'internalIp', 'name'] as const;
  return (
    proven?.isUnchanged === false ||
    addresses.some((field) => now[field] !== '' && now[field] !== checked[field])
  );
}

/** One observation while the phase is `rechecking`. */
export function recheck(before: RebuildState, observation: Observation): Step {
  const { proven } = before;
  if (proven === undefined) throw new Error('nothing to recheck');
  const atMs = observation.answeredAtMs;
  const isUnsettled = diskReadiness(before, observation) === 'unsettled';
  const isSame = !isUnsettled && !differ(proven.observation, observation);
  if (isSame && proven.isUnchanged) return end(before, proven.ending, atMs);
  // A replica that is behind may show what was before the proof.
  const newerMs = proven.observation.atMs + replicaLagMs(before);
  if (observation.atMs < newerMs) return observeSoon(before, atMs, newerMs);
  const rebuild = { ...before, proven: { ...proven, isUnchanged: false } };
  const mayPass = isSame || isUnsettled || !isSettled(observation.instance.status);
  if (mayPass && atMs < rebuild.deadlineMs)
    return isSame && isStable(rebuild) ? end(rebuild, proven.ending, atMs) : observeNext(rebuild, atMs);
  if (!agree(rebuild, confirmMs)) return observeAgain(rebuild, atMs);
  const shown = ({ instance: { status, imageId } }: Observation) => ({ status, imageId });
  return fail(rebuild, { kind: 'changed', was: shown(proven.observation), now: shown(observation) }, atMs);
}
