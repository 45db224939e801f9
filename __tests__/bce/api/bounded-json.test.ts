import { expect, test } from '@jest/globals';
import { parseBounded } from '../../../src/bce/api/bounded-json.ts';

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

test.each([
  ['{"a":[1,"b"]}', { a: [1, 'b'] }],
  ['"\\\\"', '\\'],
  ['"a\\\\\\"[[["', 'a\\"[[['],
  [`"${'['.repeat(1000)}"`, '['.repeat(1000)],
  [`{"a":"${'\\"[,'.repeat(600_000)}"}`, { a: '"[,'.repeat(600_000) }],
  [nested(64), JSON.parse(nested(64))],
  ['', undefined],
  ['<html>', undefined],
  ['"never ends', undefined],
  ['"ends in \\"', undefined]
])('JSON is parsed, and what is none is nothing: case %#', (text, json) => {
  expect(parseBounded(text)).toEqual({ json, problem: '' });
});

test.each([
  [nested(65), 'the answer nests more than 64 levels deep'],
  ['{"a":'.repeat(1_000_000), 'the answer nests more than 64 levels deep'],
  [`[${'1,'.repeat(500_000)}1]`, 'the answer holds more than 500000 values'],
  [`[${'{"a":1},'.repeat(300_000)}1]`, 'the answer holds more than 500000 values']
])('what is too much is not parsed: case %#', (text, problem) => {
  expect(parseBounded(text)).toEqual({ json: undefined, problem });
});
