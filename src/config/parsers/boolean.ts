import { quote } from '../../core/quote.ts';
import { type Parser, parsed, refused } from './parser.ts';

/**
 * Reads a flag: `true` or `false`, in the three spellings of the YAML 1.2 core schema. These are the ones that
 * `getBooleanInput` of @actions/core takes; `yes`, `on` and `1` are refused.
 */
export const parseBoolean: Parser<boolean> = (text) => {
  if (['true', 'True', 'TRUE'].includes(text)) return parsed(true);
  return ['false', 'False', 'FALSE'].includes(text)
    ? parsed(false)
    : refused(`is ${quote(text)}; write true or false`);
};
