import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseTags } from '../../../src/config/parsers/tags.ts';

const form = 'write key=value, such as role=web';

function faultsOf(text: string): readonly string[] {
  const result = parseTags(text);
  return result.ok ? [] : result.faults;
}

describe('parseTags', () => {
  test.each([
    ['role=web', [['role', 'web']]],
    [
      ' role = web \r\n\n\tstage=canary\n  \n',
      [
        ['role', 'web'],
        ['stage', 'canary']
      ]
    ],
    [
      'a=1\rb=1',
      [
        ['a', '1'],
        ['b', '1']
      ]
    ],
    ['team name=web, and: more?', [['team name', 'web, and: more?']]],
    ['a:b,c?=d', [['a:b,c?', 'd']]],
    ['query=a=b=', [['query', 'a=b=']]],
    [
      'a=1\nA=2',
      [
        ['a', '1'],
        ['A', '2']
      ]
    ],
    ['部门=研发', [['部门', '研发']]]
  ])('%j is read', (text, pairs) => {
    expect(parseTags(text)).toEqual({ ok: true, value: pairs.map(([key, value]) => ({ key, value })) });
  });

  test.each([
    ['', [`names no tag; ${form}`]],
    [' \n\t\n', [`names no tag; ${form}`]],
    ['role', [`has the line "role", which has no "="; ${form}`]],
    ['role:web', [`has the line "role:web", which has no "="; ${form}`]],
    ['= web', [`has the line "= web", which has no key; ${form}`]],
    ['role =', [`has the line "role =", which has no value; ${form}`]],
    ['=', [`has the line "=", which has no key; ${form}`]],
    ['a=1\na=1\n a = 1', ['names "a=1" more than once; give each tag once']],
    [
      'a=1\nb=1\na=2',
      ['gives the key "a" more than one value, which no instance can carry at once; give each key once']
    ]
  ])('%j is refused', (text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });

  test.each(['role=*', 'role=web-*', '*=web', 'ro*le=web'])('the pattern %s is refused', (text) => {
    expect(faultsOf(text)).toEqual([
      `has the pattern "${text}"; what is erased must be named, so write key and value in full, such as role=web`
    ]);
  });

  test('all bad lines are reported at once', () => {
    expect(faultsOf('role\na=1\nb=*\n=x\na=2\nc=')).toEqual([
      expect.stringMatching(/"role"/),
      expect.stringMatching(/"b=\*"/),
      expect.stringMatching(/"=x"/),
      expect.stringMatching(/"c="/),
      expect.stringMatching(/the key "a"/)
    ]);
  });

  test('at most twenty; of more nothing else is reported', () => {
    const lines = (count: number): string =>
      Array.from({ length: count }, (_, index) => `k${index}=v\n\n`).join('');
    expect(parseTags(lines(20)).ok).toBe(true);
    expect(faultsOf(lines(21))).toEqual(['has 21 lines; give at most 20 tags, one a line']);
    expect(faultsOf('x\n'.repeat(1_000))).toEqual(['has 1000 lines; give at most 20 tags, one a line']);
  });

  test('whatever is accepted is at least one tag, whole and named', () => {
    const any = fc.string({ unit: fc.constantFrom(...'ab=*?:, \n\r\t'), maxLength: 30 });
    const word = fc.string({ unit: fc.constantFrom(...'abcde?:, \t'), minLength: 1, maxLength: 4 });
    const line = fc.tuple(word, fc.constantFrom('=', ' = ', '==', '=*', '\r='), word);
    const lines = fc.array(line, { maxLength: 3 }).map((all) => all.map((one) => one.join('')).join('\n'));
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(any, lines), (one) => {
        const result = parseTags(one);
        if (!result.ok) return true;
        accepted += 1;
        const tags = result.value;
        return (
          tags.length > 0 &&
          new Set(tags.map(({ key }) => key)).size === tags.length &&
          tags.every(({ key }) => /^[^\s=*](?:[^=*\r\n]*[^\s=*])?$/.test(key)) &&
          tags.every(({ value }) => /^[^\s*](?:[^*\r\n]*[^\s*])?$/.test(value))
        );
      }),
      { numRuns: 2_000 }
    );
    expect(accepted).toBeGreaterThan(200);
  });
});
