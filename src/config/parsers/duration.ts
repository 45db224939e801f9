import { quote } from '../../core/quote.ts';
import { type Parser, parsed, refused } from './parser.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** The shortest and the longest duration that an input takes, both included. */
export interface DurationRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/** How long one instance's rebuild may take. */
export const timeoutRange: DurationRange = { minMs: 10 * secondMs, maxMs: 24 * hourMs };

/** How long to wait between two observations. */
export const pollIntervalRange: DurationRange = { minMs: secondMs, maxMs: 5 * minuteMs };

/** How long to wait for an image that is not there yet; with no time at all it must be there. */
export const imageWaitRange: DurationRange = { minMs: 0, maxMs: 6 * hourMs };

/** By when an instance that runs must have been healthy. */
export const healthDeadlineRange: DurationRange = { minMs: 10 * secondMs, maxMs: 2 * hourMs };

/** How long an instance must stay healthy; with no time at all, one success will do. */
export const minHealthyTimeRange: DurationRange = { minMs: 0, maxMs: hourMs };

/** How long to rest between two batches; with no time at all there are none. */
export const pauseRange: DurationRange = { minMs: 0, maxMs: 24 * hourMs };

/** How long an instance goes on serving open requests, once a load balancer sends it no new ones. */
export const drainTimeRange: DurationRange = { minMs: 0, maxMs: hourMs };

/** Each unit at most once, the bigger ones first; it also matches no unit at all, which is refused elsewhere. */
const pattern = /^(?:(?<hours>\d+)h)?(?:(?<minutes>\d+)m)?(?:(?<seconds>\d+)s)?$/;

/**
 * A parser of durations in milliseconds: whole numbers with a unit, `90s`, `15m`, `1h`, or several in
 * descending order, `1m30s`. A bare number is refused, for nobody can tell what it counts. What lies outside
 * the range is refused too, never moved to its border.
 */
export function durationWithin(range: DurationRange): Parser<number> {
  return (text) => {
    // A longer number was not meant as one, and would only make the question unreadable.
    if (/^\d{1,6}$/.test(text)) {
      return refused(`is ${quote(text)}, which has no unit; did you mean ${text}s or ${text}m?`);
    }
    const units = pattern.exec(text)?.groups;
    const written = text.toLowerCase();
    if (written !== text && pattern.test(written)) {
      return refused(`is ${quote(text)}; units are in lower case: ${written}`);
    }
    if (text === '' || units === undefined) {
      return refused(
        `is ${quote(text)}, which is no duration; write whole numbers with units, in the order h, m, s, such as 90s, 15m, 1m30s`
      );
    }
    const ms =
      Number(units['hours'] ?? 0) * hourMs +
      Number(units['minutes'] ?? 0) * minuteMs +
      Number(units['seconds'] ?? 0) * secondMs;
    if (ms < range.minMs || ms > range.maxMs) {
      const [least, most] = [durationText(range.minMs), durationText(range.maxMs)];
      return refused(`is ${quote(text)}, which is out of range; give ${least} to ${most}`);
    }
    return parsed(ms);
  };
}

/** Writes whole seconds, given in milliseconds, in the form that `durationWithin` reads: `1h`, `1m30s`, `0s`. */
export function durationText(ms: number): string {
  const hours = Math.floor(ms / hourMs);
  const minutes = Math.floor((ms % hourMs) / minuteMs);
  const seconds = Math.floor((ms % minuteMs) / secondMs);
  const parts = [
    hours > 0 ? `${hours}h` : '',
    minutes > 0 ? `${minutes}m` : '',
    seconds > 0 ? `${seconds}s` : ''
  ];
  return parts.join('') || '0s';
}
