/**
 * When to observe next. Observations keep a steady beat: with intervals that grow, a finished rebuild would be noticed
 * minutes late. Each is moved a little off the beat, so that many runs that started together do not call together.
 */

/**
 * The beat, as a part of the interval that the user asked for. It is a little below 1, so that no two neighbours are
 * further apart than one interval, however they are moved: a status that lasts as long is never missed.
 */
const beat = 0.96;

/** How far an observation may be moved off the beat, as a part of the interval; two neighbours differ by twice that. */
const jitter = 0.02;

/** How much earlier than its moment an observation may be made along with others, as a part of the interval. */
const early = 0.9;

/**
 * The next beat after `dueMs`. One that a slow call has made us miss is left out rather than made up for.
 *
 * @param dueMs the beat of the observation that was just made
 * @param intervalMs the interval between observations
 * @param nowMs when it was answered
 */
export function nextBeat(dueMs: number, intervalMs: number, nowMs: number): number {
  const next = dueMs + beat * intervalMs;
  // An observation that was made long before its beat does not make the gap after it any longer.
  const latest = nowMs + (beat + jitter) * intervalMs;
  return next > nowMs ? Math.min(next, latest) : nowMs + beat * intervalMs;
}

/**
 * The moment of an observation: its beat, moved by at most a tenth of the interval, never before now and never after
 * the deadline, where the last one is made.
 *
 * @param random a number in [0, 1)
 */
export function observeMoment(
  observation: { readonly dueMs: number; readonly spreadMs: number },
  deadlineMs: number,
  nowMs: number,
  random: number
): number {
  const moved = observation.dueMs + (2 * random - 1) * observation.spreadMs;
  return Math.max(nowMs, Math.min(moved, deadlineMs));
}

/**
 * From when on an observation may be made together with one of another instance, so that all that are waited for share
 * their calls. One that was to come at its very moment is not moved at all.
 *
 * @param dueMs when it would be taken alone
 */
export function earliestMoment(observation: { readonly spreadMs: number }, dueMs: number): number {
  return dueMs - (observation.spreadMs / jitter) * early;
}

/** By how much an observation on the beat of `intervalMs` may be moved, in milliseconds. */
export function spreadOf(intervalMs: number): number {
  return jitter * intervalMs;
}
