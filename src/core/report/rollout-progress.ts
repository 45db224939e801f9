/** How far a rollout is, and about how long it still takes. Times are milliseconds on the monotonic clock. */

import { counted, joined } from '../listed.ts';
import { isAtWork, type Member } from '../rollout/member.ts';
import type { Rollout } from '../rollout/rollout-state.ts';
import { formatDuration } from '../time.ts';
import { stopWords } from './stop-message.ts';

/** What the time that is left depends on. */
export interface Pace {
  /** When each one that is under way was started. */
  readonly beganMs: readonly number[];
  /** How many are still to be started. */
  readonly waiting: number;
  /** How long each rebuild took that has ended, from its beginning to its end, health check and all. */
  readonly tookMs: readonly number[];
  /** How many may be at work at once: `maxUnavailable` less those that stay unavailable. */
  readonly maxUnavailable: number;
  /** Between two batches; 0 where a slot is refilled as soon as it is free. */
  readonly pauseMs: number;
  /** When the pause ends that is on now. */
  readonly pausedUntilMs?: number | undefined;
  readonly nowMs: number;
}

/** Where the rollout is, in one line, such as `120 of 500 done (3 failed), 10 under way, 370 to go`. */
export function progressLine(
  { task, members, pausedUntilMs, stop }: Rollout,
  times: Pick<Pace, 'beganMs' | 'tookMs' | 'nowMs'>
): string {
  const all = members.values();
  const count = (isMeant: (member: Member) => boolean): number => all.filter(isMeant).length;
  const succeeded = count(({ state }) => state === 'succeeded');
  const failed = count((one) => one.hasFailed && !isAtWork(one));
  const rolledBack = count((one) => one.state === 'rolledBack' && !one.hasFailed);
  const rollbackFailed = count((one) => one.state === 'rollbackFailed' && !one.hasFailed);
  // After a stop nothing is left to start.
  const waiting = stop === undefined ? count(({ state }) => state === 'waiting') : 0;
  const told = (many: number, words: string): string => (many === 0 ? '' : `${many} ${words}`);
  const kinds = [
    told(failed, 'failed'),
    told(rolledBack, 'rolled back'),
    told(rollbackFailed, 'whose rollback failed'),
    told(members.count('check', 'succeeded'), 'skipped')
  ];
  const ofThem = joined(kinds, ', ');
  const done = `${succeeded + failed + rolledBack + rollbackFailed} of ${all.length} done${ofThem && ` (${ofThem})`}`;
  const underWay = times.beganMs.length;
  const line = joined([done, told(underWay, 'under way'), told(waiting, 'to go')], ', ');
  const gone = count((one) => one.isUnavailable && !isAtWork(one) && one.state !== 'waiting');
  const maxUnavailable = task.maxUnavailable - gone;
  const left = remainingMs({ ...times, waiting, maxUnavailable, pauseMs: task.pauseMs, pausedUntilMs });
  if (left === undefined || underWay + waiting === 0) return line;
  const usual = formatDuration(median(times.tookMs));
  const estimate = left < 1000 ? 'should end any moment' : `about ${roughly(left)} left`;
  return `${line}; ${estimate} (a rebuild takes ${usual})`;
}

/** The line at the moment when a rollout stops: why, and what is done now; nothing where nothing is left to stop. */
export function stopLine({ stop, failures, task, members }: Rollout): string | undefined {
  if (stop === undefined || stop === 'cancelled') return undefined;
  const all = members.values();
  const left = all.filter(({ state }) => state === 'waiting').length;
  const underWay = members.count('work', 'working');
  // The rollback of some may have begun with the stop.
  const rebuilt = all.filter((one) => one.canRollBack && !one.hasFailed && one.state !== 'working').length;
  const back = task.rollback ? rebuilt : 0;
  if (left + underWay + back === 0) return undefined;
  const words = [
    stopWords(stop, { ...task, failures, unavailable: members.unavailable }),
    left === 0 ? '' : `${left} of ${all.length} ${left === 1 ? 'is' : 'are'} not started.`,
    underWay === 0
      ? ''
      : `${counted(underWay, 'is', 'are')} under way: a rebuild that was not sent yet is withdrawn${task.rollback ? ', any other is rolled back' : ''}.`,
    back === 0 ? '' : `${counted(back, 'that was rebuilt is', 'that were rebuilt are')} rolled back now.`
  ];
  return joined(words, ' ');
}

/**
 * About how long the rollout still takes, in milliseconds; `undefined` before any rebuild has ended. All that is
 * left is taken to last as long as the middle one of those that have ended, so that one stuck in its timeout
 * does not count for all.
 */
export function remainingMs(pace: Pace): number | undefined {
  const { beganMs, waiting, tookMs, pauseMs, nowMs } = pace;
  if (tookMs.length === 0) return undefined;
  const usualMs = median(tookMs);
  const leftMs = beganMs.map((from) => Math.max(0, usualMs - Math.max(0, nowMs - from)));
  const maxUnavailable = Math.max(1, pace.maxUnavailable);
  return pauseMs > 0
    ? leftInBatches(pace, leftMs, usualMs, maxUnavailable)
    : leftInWindow(leftMs, waiting, usualMs, maxUnavailable);
}

/** In batches all of one are waited for, and then there is a pause before the next. */
function leftInBatches(
  { waiting, pauseMs, pausedUntilMs, nowMs }: Pace,
  leftMs: readonly number[],
  usualMs: number,
  maxUnavailable: number
): number {
  const batches = Math.ceil(waiting / maxUnavailable);
  const nowLeftMs = Math.max(0, ...leftMs);
  if (batches === 0) return nowLeftMs;
  const untilNextMs = leftMs.length > 0 ? nowLeftMs + pauseMs : Math.max(0, (pausedUntilMs ?? nowMs) - nowMs);
  return untilNextMs + batches * usualMs + (batches - 1) * pauseMs;
}

/** Each slot takes the next one as soon as it is free, the one that is free first takes it first. */
function leftInWindow(
  leftMs: readonly number[],
  waiting: number,
  usualMs: number,
  maxUnavailable: number
): number {
  const busy = leftMs.toSorted((one, other) => one - other);
  const free = Array.from(
    { length: Math.max(0, Math.min(maxUnavailable, waiting + busy.length) - busy.length) },
    () => 0
  );
  // Of more than there are slots, the first to end are not followed by others.
  const places = [...free, ...busy.slice(Math.max(0, busy.length - maxUnavailable))];
  const rounds = places.length === 0 ? 0 : Math.floor(waiting / places.length);
  const extra = places.length === 0 ? 0 : waiting % places.length;
  const ends = places.map((readyMs, index) => readyMs + (rounds + (index < extra ? 1 : 0)) * usualMs);
  return Math.max(0, ...busy, ...ends);
}

/** The middle one; it does not mind a few that took very long. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** An estimate with no more digits than it deserves. */
function roughly(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes >= 10 && minutes < 60 ? `${minutes}m` : formatDuration(ms);
}
