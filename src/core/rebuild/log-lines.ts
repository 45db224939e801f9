/** The log of a rebuild: one line for each thing that changed between two of its states. */

import { describeFailure } from '../model/failure.ts';
import { formatDuration } from '../time.ts';
import { hasStarted } from './evidence.ts';
import type { RebuildState } from './rebuild-state.ts';

/** What to know of a rebuild that this run did not send. */
export const adoptedNote = 'the rebuild was under way already, with the login of the run that sent it';

/** The lines for what is new in `now`. `elapsedMs` is how long the log of this rebuild has been going on. */
export function narrate(before: RebuildState, now: RebuildState, elapsedMs: number): readonly string[] {
  const lines = [...newObservations(before, now), ...newFailure(before, now), ...newPhase(before, now)];
  return lines.map((line) => stamp(line, elapsedMs));
}

/** The line of a minute in which nothing changed. */
export function heartbeat(rebuild: RebuildState, atMs: number, sinceMs: number): string {
  const status = rebuild.last?.instance.status ?? 'unknown';
  const image = rebuild.last?.instance.imageId ?? '';
  const left = formatDuration(Math.max(0, rebuild.deadlineMs - atMs));
  return stamp(`still ${status} on ${image}; ${purpose(rebuild)}, at most ${left} more`, atMs - sinceMs);
}

function stamp(line: string, elapsedMs: number): string {
  return `[${formatDuration(elapsedMs).padStart(7)}] ${line}`;
}

function purpose(rebuild: RebuildState): string {
  switch (rebuild.phase) {
    case 'settling':
      return rebuild.adopted
        ? 'waiting for the change under way to end'
        : 'waiting to see whether it stays so';
    case 'searching':
      return 'checking whether the rebuild was accepted';
    case 'confirming':
      return 'waiting for the first sign of the rebuild';
    case 'starting':
      return 'waiting for it to start';
    case 'rechecking':
      return 'waiting for the change during its health check to end';
    default:
      return 'waiting for the rebuild to end';
  }
}

function newObservations(before: RebuildState, now: RebuildState): string[] {
  return now.history.slice(before.history.length).map((seen, index) => {
    const previous = now.history[before.history.length + index - 1];
    if (previous === undefined) return `${seen.status} on ${seen.imageId}`;
    const status = previous.status === seen.status ? seen.status : `${previous.status} → ${seen.status}`;
    const image = previous.imageId === seen.imageId ? '' : `, image ${previous.imageId} → ${seen.imageId}`;
    return `${status}${image}`;
  });
}

function newFailure(before: RebuildState, now: RebuildState): string[] {
  if (now.lastFailure === undefined || now.lastFailure === before.lastFailure) return [];
  if (now.ending?.kind === 'failed') return [];
  return [`a call failed, and the run goes on: ${describeFailure(now.lastFailure)}`];
}

function newPhase(before: RebuildState, now: RebuildState): string[] {
  const lines: string[] = [];
  if (now.adopted && !before.adopted) {
    lines.push(
      now.conflicts > before.conflicts
        ? 'the service refused: another change of the instance is under way; waiting for it to end'
        : 'a change is under way already; waiting for it to end instead of erasing again'
    );
  }
  if (hasStarted(now) && !hasStarted(before) && now.sends > 0) lines.push(startedBy(now));
  if (now.phase === before.phase) return lines;
  switch (now.phase) {
    case 'backup':
      return [...lines, 'making an image of the system disk first'];
    case 'draining':
      return [...lines, 'setting its load balancer weights to 0 first'];
    case 'sending':
      return [
        ...lines,
        before.phase === 'searching' ? 'nothing has started: sending once more' : 'sending the rebuild'
      ];
    case 'searching':
      return [
        ...lines,
        now.inDoubt
          ? 'a call for several was refused; checking whether it was carried out for this one'
          : 'the answer is lost; checking whether the rebuild was accepted'
      ];
    case 'confirming':
      return [...lines, accepted(now)];
    case 'starting':
      return [...lines, 'Stopped on the image: telling it to start'];
    case 'ended':
      return [...lines, ...endLines(now)];
    default:
      return lines;
  }
}

function endLines({ adopted, ending }: RebuildState): readonly string[] {
  if (ending?.kind === 'withdrawn') return ['not sent: the rollout has stopped, so nothing is erased'];
  return adopted && ending?.kind === 'rebuilt' ? [adoptedNote] : [];
}

function accepted(rebuild: RebuildState): string {
  const id = rebuild.requestIds.at(-1);
  return rebuild.acceptedAtMs !== undefined
    ? `accepted${id === undefined ? '' : ` (request ID ${id})`}. Running does not count yet: it may still be the old system`
    : 'not sent again; waiting for the first sign of the rebuild';
}

function startedBy(rebuild: RebuildState): string {
  const { leftAtMs, image } = rebuild.evidence;
  const at = rebuild.last?.answeredAtMs;
  if (leftAtMs === at) return 'the rebuild has started';
  const what = image?.atMs === at ? 'the image' : 'the system disk';
  return `the rebuild has started: ${what} has changed; it is done once the status has changed too and is Running again`;
}
