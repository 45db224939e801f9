import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseEndpoint, parseWebUrl } from '../../../src/config/parsers/endpoint.ts';
import type { Parsed } from '../../../src/config/parsers/parser.ts';

function faultsOf(result: Parsed<unknown>): string {
  return result.ok ? '' : result.faults.join(' | ');
}

describe('parseEndpoint', () => {
  test.each([
    ['https://bcc.bj.baidubce.com', 'https://bcc.bj.baidubce.com/'],
    ['https://bcc.bj.baidubce.com/', 'https://bcc.bj.baidubce.com/'],
    ['HTTPS://BCC.example:8443', 'https://bcc.example:8443/'],
    ['http://localhost:8080', 'http://localhost:8080/'],
    ['http://LOCALHOST', 'http://localhost/'],
    ['http://127.0.0.1:9', 'http://127.0.0.1:9/'],
    ['http://127.1.2.3', 'http://127.1.2.3/'],
    ['http://[::1]:9', 'http://[::1]:9/']
  ])('%s is read', (text, href) => {
    const result = parseEndpoint(text);
    expect(result.ok && result.value.href).toBe(href);
  });

  test.each([
    ['bcc.bj.baidubce.com', /^is no URL/],
    ['localhost:8080', /^is no URL/],
    ['ftp://host', /^is no URL/],
    ['https://', /^is no URL/],
    ['https:///host', /^is no URL/],
    ['https://ho st', /^is no URL/],
    ['https://ho\nst', /^is no URL/],
    ['https://host:99999', /^is no URL/],
    [
      'https://bcc.bj.baidubce.com\u200b',
      /^has \\u200b \(zero width space\) in it, which is not ASCII; take it out/
    ],
    ['https://bcc.bj.b\u0430idubce.com', /^has \\u0430 in it, which is not ASCII; type the value anew/],
    [
      'https\uff1a//bcc.bj.baidubce.com',
      /^has \\uff1a \(Chinese colon\) in it, which is not ASCII; write ":" instead/
    ],
    ['"https://bcc.bj.baidubce.com"', /^is no URL/],
    ['http://bcc.bj.baidubce.com', /^is plain HTTP/],
    ['http://127.0.0.1.evil.example', /^is plain HTTP/],
    ['http://localhost.evil.example', /^is plain HTTP/],
    ['http://128.0.0.1', /^is plain HTTP/],
    ['http://[::2]', /^is plain HTTP/],
    ['https://host/v2', /^goes on after the host/],
    ['https://host//', /^goes on after the host/],
    ['https://host?', /^goes on after the host/],
    ['https://host#', /^goes on after the host/],
    ['https://host?a=b', /^goes on after the host/],
    ['https://host\\path', /^goes on after the host/],
    ['https://user@host', /^holds a user name or a password/],
    ['https://:word@host', /^holds a user name or a password/],
    ['http://user:word@host/path', /plain HTTP.*\|.*user name.*\|.*after the host/]
  ])('%j is refused', (text, reason) => {
    expect(faultsOf(parseEndpoint(text))).toMatch(reason);
  });

  test('what is accepted is an origin and nothing more', () => {
    const text = fc.oneof(
      fc.webUrl(),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.string()
    );
    fc.assert(
      fc.property(text, (one) => {
        const result = parseEndpoint(one);
        if (result.ok) {
          expect(result.value.href).toBe(`${result.value.origin}/`);
        }
      })
    );
  });
});

describe('parseWebUrl', () => {
  test.each(['https://example.com', 'http://example.com/a?b=c#d'])('%s is read', (text) => {
    const result = parseWebUrl(text);
    expect(result.ok && result.value.href).toBe(new URL(text).href);
  });

  test.each([
    ['example.com', /^is no web address/],
    ['javascript:alert(1)', /^is no web address/],
    ['https://user:word@example.com', /^holds a user name .* everybody would see/]
  ])('%s is refused', (text, reason) => {
    expect(faultsOf(parseWebUrl(text))).toMatch(reason);
  });
});
