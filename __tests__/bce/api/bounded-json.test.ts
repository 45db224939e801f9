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
  ['"ends in \\"', undefined],
  ['{"a":{"b":1},"b":[{"b":1},{"b":2}]}', { a: { b: 1 }, b: [{ b: 1 }, { b: 2 }] }],
  ['{"a":"a","b":"a"}', { a: 'a', b: 'a' }],
  ['{"a:b":":","c":[":"]}', { 'a:b': ':', c: [':'] }],
  ['{"__proto__":{"a":1}}', JSON.parse('{"__proto__":{"a":1}}')],
  ['{"\\x":1}', undefined]
])('JSON is parsed, and anything else is undefined: case %#', (text, json) => {
  expect(parseBounded(text)).toEqual({ json, problem: '' });
});

test.each([
  '{"status":"Running","imageId":"m-1","status":"Error"}',
  '{"instance":{"id":"i-1" , "tags":[{"id":1}], "id" :"i-2"}}',
  '[{},{"id":1,"\\u0069d":2}]',
  '{"__proto__":1,"__proto__":2}',
  '{"toString":[[{"1":1,"1":1}]]}'
])('a field that an object gives twice decides nothing: %s', (text) => {
  const problem = 'an object of the answer gives a field twice';
  expect(parseBounded(text)).toEqual({ json: undefined, problem });
});

test.each([
  [nested(65), 'the answer nests more than 64 levels deep'],
  ['{"a":'.repeat(1_000_000), 'the answer nests more than 64 levels deep'],
  [`[${'1,'.repeat(500_000)}1]`, 'the answer holds more than 500000 values'],
  [`[${'{"a":1},'.repeat(300_000)}1]`, 'the answer holds more than 500000 values']
])('what is too much is not parsed: case %#', (text, problem) => {
  expect(parseBounded(text)).toEqual({ json: undefined, problem });
});
