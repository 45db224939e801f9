/**
 * When to look next. The looks keep to a steady beat: intervals that grow with the wait make a peer's users
 * learn of a finished deploy minutes late. Each look is moved a little off the beat, so that many runs that
 * began together do not call together.
 */

/**
 * The beat, as a part of the interval that the user asked for. It is a little below 1, so that no two neighbours are
 * further apart than one interval, however they are moved: a status that lasts as long is never missed.
 */
const beat = 0.96;

/** How far a look may be moved off the beat, as a part of the interval; two neighbours differ by twice that. */
const jitter = 0.02;

/** How much earlier than its moment a look may be taken along, as a part of the interval. */
const early = 0.9;

/**
 * The next beat after `dueMs`. One that a slow call has made us miss is left out rather than made up for.
 *
 * @param dueMs the beat of the look that was just taken
 * @param intervalMs the interval between looks
 * @param nowMs when that look was answered
 */
export function nextBeat(dueMs: number, intervalMs: number, nowMs: number): number {
  const next = dueMs + beat * intervalMs;
  // A look that was taken along well before its beat does not make the gap after it any longer.
  const latest = nowMs + (beat + jitter) * intervalMs;
  return next > nowMs ? Math.min(next, latest) : nowMs + beat * intervalMs;
}

/**
 * The moment of a look: its beat, moved by at most a tenth of the interval, never before now and never after
 * the deadline, where the last look is taken.
 *
 * @param random a number in [0, 1)
 */
export function observeMoment(
  look: { readonly dueMs: number; readonly spreadMs: number },
  deadlineMs: number,
  nowMs: number,
  random: number
): number {
  const moved = look.dueMs + (2 * random - 1) * look.spreadMs;
  return Math.max(nowMs, Math.min(moved, deadlineMs));
}

/**
 * From when on a look may be taken together with one of another instance, so that all that are waited for share
 * their calls. A look that was to come at its very moment is not moved at all.
 *
 * @param dueMs when it would be taken alone
 */
export function earliestMoment(look: { readonly spreadMs: number }, dueMs: number): number {
  return dueMs - (look.spreadMs / jitter) * early;
}

/** By how much a look on the beat of `intervalMs` may be moved, in milliseconds. */
export function spreadOf(intervalMs: number): number {
  return jitter * intervalMs;
}
