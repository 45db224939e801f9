import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseHealthCheck } from '../../../src/config/parsers/health-check.ts';
import { describeCheck, type ResolvedCheck } from '../../../src/core/health/check.ts';
import { type Addressed, type Resolved, resolveChecks } from '../../../src/core/health/resolve-checks.ts';
import { anyCharacter } from '../../support/any-character.ts';

const instance: Addressed = {
  publicIp: '203.0.113.7',
  internalIp: '192.168.0.4',
  id: 'i-Ab12',
  name: 'web-1',
  osName: ''
};

function resolve(text: string, more: Partial<Addressed> = {}): Resolved {
  const parsed = parseHealthCheck(text);
  if (!parsed.ok) throw new Error(parsed.faults.join());
  return resolveChecks([parsed.value], { ...instance, ...more });
}

function resolved(text: string, more: Partial<Addressed> = {}): ResolvedCheck {
  const result = resolve(text, more);
  const [check] = result.ok ? result.checks : [];
  if (check === undefined) throw new Error('there is no check');
  return check;
}

test.each([
  ['tcp://{internalIp}:22', {}, 'tcp://192.168.0.4:22'],
  ['ssh://{publicIp}', {}, 'ssh://203.0.113.7'],
  ['ssh://{publicIp}:2222', { publicIp: '2001:db8::7' }, 'ssh://[2001:db8::7]:2222'],
  ['tcp://{name}.{id}.example.com:80', {}, 'tcp://web-1.i-Ab12.example.com:80'],
  ['http://{publicIp}/of/{name}/{id}', {}, 'http://203.0.113.7/of/web-1/i-Ab12'],
  ['http://{publicIp}:8080/{name}', { name: 'a/b?c#d e' }, 'http://203.0.113.7:8080/a%2Fb%3Fc%23d%20e'],
  ['http://{publicIp}/{name}', { name: '{id}' }, 'http://203.0.113.7/%7Bid%7D'],
  ['http://{publicIp}/{name}', { name: '\ud800' }, 'http://203.0.113.7/%EF%BF%BD'],
  ['https://{publicIp}/h?token=abc', {}, 'https://203.0.113.7/h?…']
])('%s with %j is %s', (text, more, shown) => {
  expect(describeCheck(resolved(text, more))).toBe(shown);
});

test('the expected HTTP answer is kept', () => {
  expect(resolved('http://{publicIp}/h status=204 body={name}')).toEqual({
    kind: 'http',
    host: '203.0.113.7',
    port: 80,
    path: '/h',
    statuses: [{ from: 204, to: 204 }],
    body: '{name}'
  });
});

describe('what is refused', () => {
  test.each([
    ['ssh://{publicIp}', { publicIp: '' }, 'needs {publicIp}, and the instance has no public IP'],
    ['http://{internalIp}/{name}', { name: '' }, 'needs {name}, and the instance has no name'],
    ['ssh://{publicIp}', { publicIp: 'evil.example' }, '"evil.example" cannot be a part of one'],
    ['ssh://{publicIp}', { publicIp: '1.2.3.4:80' }, 'cannot be a part of one'],
    ['ssh://{name}', { name: 'evil.example' }, 'cannot be a part of one'],
    ['ssh://{name}.example.com', { name: 'evil.example/' }, 'cannot be a part of one'],
    ['ssh://{name}.example.com', { name: '名' }, 'cannot be a part of one'],
    ['ssh://{name}', { name: 'x'.repeat(64) }, `"${'x'.repeat(60)}…" cannot be a part of one`],
    ['ssh://{name}', { name: '2130706433' }, 'leads to the host "2130706433", which is none'],
    ['http://{publicIp}/a/{name}', { name: '..' }, 'leads to a path with . or ..'],
    ['http://{publicIp}/a/{name}', { name: '../admin' }, 'leads to a path with . or ..'],
    ['http://{publicIp}/a/.{name}', { name: '.' }, 'leads to a path with . or ..'],
    ['http://{publicIp}/a/{name}', { name: 'x\\..\\y' }, 'leads to a path with . or ..']
  ])('%s with %j', (text, more, part) => {
    expect(resolve(text, more)).toEqual({ ok: false, problem: expect.stringContaining(part) });
  });
});

test('no name changes the host', () => {
  const text = fc.string({ unit: anyCharacter, maxLength: 12 });
  const nasty = fc.constantFrom('..', '.', '/', '\\', '@', ':', '?', '#', '%2e', '{id}', 'evil.example');
  fc.assert(
    fc.property(fc.array(fc.oneof(text, nasty), { maxLength: 4 }), (parts) => {
      const result = resolve('http://{publicIp}:8080/a/{name}/z?q={name}', { name: parts.join('') });
      const [check] = result.ok ? result.checks : [];
      if (check === undefined) return;
      const url = new URL(describeCheck(check).replace('?…', ''));
      expect(url.host).toBe('203.0.113.7:8080');
      expect(url.pathname).toMatch(/^\/a\/[^/]+\/z$/);
      expect('path' in check ? check.path : '').toMatch(/^[\x21-\x7e]+$/);
    })
  );
});
