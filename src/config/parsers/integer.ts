import { quote } from '../../core/quote.ts';
import { type Parser, parsed, refused } from './parser.ts';

/** A parser of whole numbers from `min` to `max`, in plain decimal digits. */
export function integerWithin(min: number, max: number): Parser<number> {
  return (text) => {
    const value = /^(?:0|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max
      ? parsed(value)
      : refused(`is ${quote(text)}; give a whole number from ${min} to ${max}`);
  };
}
