import { quote } from '../../core/quote.ts';
import type { MaxUnavailable } from '../../core/rollout/settings.ts';
import { type Parser, parsed, refused } from './parser.ts';

const maxCount = 1_000;
const maxPercent = 100;

/** Digits, and perhaps a percent sign; white space before the sign is caught to say so. */
const pattern = /^(0|[1-9]\d*)(?:(\s*)%)?$/;

/**
 * Reads how many may be unavailable at once: a whole number from 1 to 1000, or a whole percentage from `1%` to `100%`.
 * None at all is refused, for with that no instance could ever be taken.
 */
export const parseMaxUnavailable: Parser<MaxUnavailable> = (text) => {
  const [, digits, gap] = pattern.exec(text) ?? [];
  const amount = Number(digits);
  if (amount === 0) {
    return refused(`is ${quote(text)}, with which no instance could ever be taken; give at least 1, or 1%`);
  }
  // What is no number at all is not within either.
  if (!(amount <= (gap === undefined ? maxCount : maxPercent))) {
    return refused(
      `is ${quote(text)}; give a whole number from 1 to ${maxCount}, or a whole percentage from 1% to ${maxPercent}%`
    );
  }
  if (gap === undefined) return parsed({ kind: 'count', count: amount });
  return gap === ''
    ? parsed({ kind: 'percent', percent: amount })
    : refused(`is ${quote(text)}, with white space in it; write ${amount}%`);
};
