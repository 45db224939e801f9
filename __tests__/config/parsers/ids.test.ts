import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  parseBalancerIds,
  parseImageId,
  parseInstanceIds,
  parseKeypairId
} from '../../../src/config/parsers/ids.ts';
import type { Parsed } from '../../../src/config/parsers/parser.ts';

function faultsOf(result: Parsed<unknown>): readonly string[] {
  return result.ok ? [] : result.faults;
}

describe('parseInstanceIds', () => {
  test.each([
    ['i-YufwpQAe', ['i-YufwpQAe']],
    ['i-b,i-a', ['i-b', 'i-a']],
    ['i-a, i-b\ni-c\r\n\ti-d', ['i-a', 'i-b', 'i-c', 'i-d']],
    ['\n i-a,\n i-b,\n', ['i-a', 'i-b']],
    ['i-a i-A', ['i-a', 'i-A']],
    ['0a1b2c', ['0a1b2c']]
  ])('%j is read', (text, value) => {
    expect(parseInstanceIds(text)).toEqual({ ok: true, value });
  });

  test.each([
    [' , \n', ['names no instance; give at least one ID such as i-YufwpQAe']],
    ['i-a,i-b,i-a,i-a', ['names "i-a" more than once; give each instance once']],
    ['*', ['has the pattern "*"; patterns are not taken here, write an instance ID such as i-YufwpQAe']],
    [
      'm-DpgNg8lO',
      [
        'has "m-DpgNg8lO", which looks like an image ID; that goes into imageId, and here an instance ID such as i-YufwpQAe'
      ]
    ],
    [
      'lb-77d58dc4',
      [
        'has "lb-77d58dc4", which looks like a load balancer ID; that goes into blbId, and here an instance ID such as i-YufwpQAe'
      ]
    ],
    ['web-1', ['has "web-1", which is not an instance ID; write one such as i-YufwpQAe, not a name']],
    ['i-a/../x', ['has "i-a/../x", which is not an instance ID; write one such as i-YufwpQAe, not a name']],
    [
      '["i-a", "i-b"]',
      ['is written as JSON; write the IDs alone, split by commas, spaces or lines, such as i-YufwpQAe']
    ],
    [
      'i-a; i-b',
      [
        'has a semicolon between IDs; write the IDs alone, split by commas, spaces or lines, such as i-YufwpQAe'
      ]
    ],
    ['i-a，i-b', ['is "i-a\\uff0ci-b", where \\uff0c (Chinese comma) is not ASCII; write "," instead']],
    ['i-a；i-b', ['is "i-a\\uff1bi-b", where \\uff1b (Chinese semicolon) is not ASCII; write "," instead']],
    ['"i-a" i-b', ['is "\\"i-a\\"", in quotes that are part of the value; leave them out']],
    [
      '\ufeffi-a\u200b',
      ['is "i-a\\u200b", where \\u200b (zero width space) is not ASCII; take it out, or type the value again']
    ]
  ])('%j is refused', (text, faults) => {
    expect(faultsOf(parseInstanceIds(text))).toEqual(faults);
  });

  test('all invalid IDs are reported at once, each once', () => {
    expect(faultsOf(parseInstanceIds('i-a m-b i-* i-a web-1 web-1'))).toEqual([
      expect.stringMatching(/"m-b"/),
      expect.stringMatching(/"i-\*"/),
      expect.stringMatching(/"web-1", which is not/),
      expect.stringMatching(/"i-a" more than once/),
      expect.stringMatching(/"web-1" more than once/)
    ]);
  });

  test('any mix of separators gives the same list', () => {
    const ids = fc.uniqueArray(fc.stringMatching(/^i-[A-Za-z0-9]{1,8}$/), { minLength: 1 });
    const separator = fc.stringMatching(/^[,\s]{1,4}$/);
    fc.assert(
      fc.property(ids, fc.infiniteStream(separator), (list, separators) => {
        const text = list.map((id) => `${separators.next().value}${id}`).join('');
        expect(parseInstanceIds(text)).toEqual({ ok: true, value: list });
      })
    );
  });

  test('whatever is accepted is safe in a path', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[im]-[a-z./%?]{1,6}$/)), (text) => {
        const result = parseInstanceIds(text);
        for (const id of result.ok ? result.value : []) {
          expect(encodeURIComponent(id)).toBe(id);
        }
      })
    );
  });
});

describe('parseBalancerIds', () => {
  test.each([
    ['lb-77d58dc4', ['lb-77d58dc4']],
    ['lb-b, lb-a\nlb-c', ['lb-b', 'lb-a', 'lb-c']],
    ['77d58dc4 alb-1', ['77d58dc4', 'alb-1']]
  ])('%j is read, with the usual prefix or without', (text, value) => {
    expect(parseBalancerIds(text)).toEqual({ ok: true, value });
  });

  test.each([
    [',', ['names no load balancer; give at least one ID such as lb-77d58dc4']],
    ['lb-a lb-a', ['names "lb-a" more than once; give each load balancer once']],
    [
      'lb-*',
      ['has the pattern "lb-*"; patterns are not taken here, write a load balancer ID such as lb-77d58dc4']
    ],
    [
      'i-YufwpQAe',
      [
        'has "i-YufwpQAe", which looks like an instance ID; that goes into instanceId, and here a load balancer ID such as lb-77d58dc4'
      ]
    ],
    [
      'm-DpgNg8lO',
      [
        'has "m-DpgNg8lO", which looks like an image ID; that goes into imageId, and here a load balancer ID such as lb-77d58dc4'
      ]
    ],
    [
      'lb-a/../x',
      ['has "lb-a/../x", which is not a load balancer ID; write one such as lb-77d58dc4, not a name']
    ]
  ])('%j is refused', (text, faults) => {
    expect(faultsOf(parseBalancerIds(text))).toEqual(faults);
  });
});

describe('parseImageId', () => {
  test.each(['m-DpgNg8lO', '0a1b-2c'])('%s is read', (text) => {
    expect(parseImageId(text)).toEqual({ ok: true, value: text });
  });

  test.each([
    ['i-YufwpQAe', /looks like an instance ID; that goes into instanceId/],
    ['lb-77d58dc4', /looks like a load balancer ID; that goes into blbId/],
    ['web-v1', /not a name/],
    ['Ubuntu 22.04', /not a name/],
    ['m-a,m-b', /not an image ID/],
    ['m-*', /patterns are not taken/]
  ])('%s is refused', (text, reason) => {
    expect(faultsOf(parseImageId(text)).join()).toMatch(reason);
  });
});

test('parseKeypairId takes any ID and no name', () => {
  expect(parseKeypairId('k-abc')).toEqual({ ok: true, value: 'k-abc' });
  expect(faultsOf(parseKeypairId('my key'))).toEqual([
    'is "my key", which cannot be a key pair\'s ID; copy the ID, not the name, from the console'
  ]);
});
