import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { endpointOfRegion } from '../../../src/config/parsers/endpoint.ts';
import type { Parsed } from '../../../src/config/parsers/parser.ts';
import { parseRegion } from '../../../src/config/parsers/region.ts';

function faultsOf(result: Parsed<unknown>): string {
  return result.ok ? '' : result.faults.join(' | ');
}

describe('parseRegion', () => {
  test.each(['bj', 'gz', 'fwh', 'a-new-1', '1', 'x'.repeat(63)])('%s is read', (text) => {
    expect(parseRegion(text)).toEqual({ ok: true, value: text });
  });

  test.each(['-bj', 'bj-', 'b.j', 'evil.example/#', 'bj@host', 'x'.repeat(64), 'b j', 'B.J', 'NEW'])(
    '%s is refused',
    (text) => {
      expect(faultsOf(parseRegion(text))).toMatch(/cannot be a region; known ones are bj, bd/);
    }
  );

  test.each([
    ['BJ', 'bj'],
    ['cn-bj', 'bj'],
    ['cn-bj-d', 'bj'],
    ['bj-d', 'bj'],
    ['Beijing', 'bj'],
    ['北京', 'bj'],
    ['cn-gz-a', 'gz'],
    ['Hong Kong', 'hkg']
  ])('%s is answered with the region that it is in', (text, region) => {
    expect(faultsOf(parseRegion(text))).toBe(
      `is "${text}"; that region is called ${region}, so write ${region}`
    );
  });

  test('a character that is not ASCII is named', () => {
    expect(faultsOf(parseRegion('b\u0458'))).toMatch(/^is "b\\u0458", where \\u0458 is not ASCII/);
  });

  test('a region never leads out of the vendor’s domain', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[a-z./@:#?\\-]{1,12}$/));
    fc.assert(
      fc.property(text, (region) => {
        fc.pre(parseRegion(region).ok);
        const url = endpointOfRegion(region);
        expect(url.href).toBe(`https://bcc.${region}.baidubce.com/`);
      })
    );
  });
});
