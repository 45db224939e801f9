import { quote } from '../../core/quote.ts';
import { type Parser, parsed, refused } from './parser.ts';

const spellings: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false]
]);

/**
 * Reads a flag: `true` or `false`, in the three spellings of the YAML 1.2 core schema. These are the ones that
 * `getBooleanInput` of @actions/core takes; `yes`, `on` and `1` are refused.
 */
export const parseBoolean: Parser<boolean> = (text) => {
  const value = spellings.get(text);
  return value === undefined ? refused(`is ${quote(text)}; write true or false`) : parsed(value);
};
