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
    ['bcc.bj.baidubce.com', /^is ".*", which is no URL; write/],
    ['localhost:8080', /^is ".*", which is no URL; write/],
    ['ftp://host', /^is ".*", which is no URL; write/],
    ['https://', /^is ".*", which is no URL; write/],
    ['https:///host', /^is ".*", which is no URL; write/],
    ['https://ho st', /^is ".*", which is no URL; write/],
    ['https://ho\nst', /^is ".*", which is no URL; write/],
    ['https://host:99999', /^is ".*", which is no URL; write/],
    [
      'https://bcc.bj.baidubce.com\u200b',
      /^has \\u200b \(zero width space\) in it, which is not ASCII; take it out/
    ],
    ['https://bcc.bj.b\u0430idubce.com', /^has \\u0430 in it, which is not ASCII; type the value again/],
    [
      'https\uff1a//bcc.bj.baidubce.com',
      /^has \\uff1a \(Chinese colon\) in it, which is not ASCII; write ":" instead/
    ],
    ['"https://bcc.bj.baidubce.com"', /^is ".*", which is no URL; write/],
    ['http://bcc.bj.baidubce.com', /^begins with http:\/\/, and ".+" is not this machine/],
    ['http://127.0.0.1.evil.example', /^begins with http:\/\/, and ".+" is not this machine/],
    ['http://localhost.evil.example', /^begins with http:\/\/, and ".+" is not this machine/],
    ['http://128.0.0.1', /^begins with http:\/\/, and ".+" is not this machine/],
    ['http://[::2]', /^begins with http:\/\/, and ".+" is not this machine/],
    ['https://host/v2', /^has "\/v2" after the host/],
    ['https://host//', /^has "\/\/" after the host/],
    ['https://host?', /^has a query or a fragment after the host/],
    ['https://host#', /^has a query or a fragment after the host/],
    ['https://host?a=b', /^has a query or a fragment after the host/],
    ['https://host\\path', /^has "\/path" after the host/],
    ['https://user@host', /^holds a user name or a password/],
    ['https://:word@host', /^holds a user name or a password/],
    ['http://user:word@host/path', /begins with http:.*\|.*user name.*\|.*after the host/]
  ])('%j is refused', (text, reason) => {
    expect(faultsOf(parseEndpoint(text))).toMatch(reason);
  });

  test('what is accepted is an origin and nothing more', () => {
    // Not `webUrl`, which first makes a map of all characters for its paths.
    const url = fc.tuple(
      fc.constantFrom('https://', 'http://'),
      fc.webAuthority({ withIPv4: true, withIPv6: true, withPort: true }),
      fc.oneof(fc.constantFrom('', '/', '/.', '/a', '?a=b', '#c', '/%61', '\\b'), fc.string())
    );
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          url.map((parts) => parts.join('')),
          fc.string()
        ),
        (one) => {
          const result = parseEndpoint(one);
          if (!result.ok) return true;
          accepted += 1;
          return result.value.href === `${result.value.origin}/`;
        }
      )
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

test.each(['https://hunter2@ho st', 'ho st?token=hunter2', 'ho st#hunter2'])(
  'what may be secret in %j is not shown',
  (text) => {
    expect(faultsOf(parseEndpoint(text))).not.toContain('hunter2');
    expect(faultsOf(parseWebUrl(text))).not.toContain('hunter2');
  }
);

describe('parseWebUrl', () => {
  test.each(['https://example.com', 'http://example.com/a?b=c#d'])('%s is read', (text) => {
    const result = parseWebUrl(text);
    expect(result.ok && result.value.href).toBe(new URL(text).href);
  });

  test.each([
    ['example.com', /^is ".+", which is no web address/],
    ['javascript:alert(1)', /^is ".+", which is no web address/],
    ['https://user:word@example.com', /^holds a user name .* everybody would see/]
  ])('%s is refused', (text, reason) => {
    expect(faultsOf(parseWebUrl(text))).toMatch(reason);
  });
});
