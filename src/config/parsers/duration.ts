import { quote } from '../../core/quote.ts';
import { type Parser, parsed, refused } from './parser.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** Each unit at most once, the bigger ones first; it also matches no unit at all, which is refused elsewhere. */
const pattern = /^(?:(?<hours>\d+)h)?(?:(?<minutes>\d+)m)?(?:(?<seconds>\d+)s)?$/;

/**
 * A parser of durations in milliseconds: whole numbers with a unit, `90s`, `15m`, `1h`, or several in
 * descending order, `1m30s`. A bare number is refused, for nobody can tell what it counts. What lies outside
 * the range is refused too, never moved to its border.
 *
 * @param least the shortest duration that is accepted, in the same form
 * @param most the longest
 */
export function durationWithin(least: string, most: string): Parser<number> {
  return (text) => {
    // A longer number is hardly a number of seconds, and would make the question unreadable.
    if (/^\d{1,6}$/.test(text)) {
      return refused(`is ${quote(text)}, which has no unit; did you mean ${text}s or ${text}m?`);
    }
    const ms = millisecondsOf(text);
    const written = text.toLowerCase();
    if (written !== text && pattern.test(written)) {
      return refused(`is ${quote(text)}; units are in lower case: ${written}`);
    }
    if (text === '' || ms === undefined) {
      return refused(
        `is ${quote(text)}, which is no duration; write whole numbers with units, in the order h, m, s, such as 90s, 15m, 1m30s`
      );
    }
    if (ms < (millisecondsOf(least) ?? 0) || ms > (millisecondsOf(most) ?? 0)) {
      return refused(`is ${quote(text)}, which is out of range; give ${least} to ${most}`);
    }
    return parsed(ms);
  };
}

function millisecondsOf(text: string): number | undefined {
  const units = pattern.exec(text)?.groups;
  if (units === undefined) return undefined;
  const { hours = 0, minutes = 0, seconds = 0 } = units;
  return Number(hours) * hourMs + Number(minutes) * minuteMs + Number(seconds) * secondMs;
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
