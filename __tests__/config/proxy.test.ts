import { describe, expect, test } from '@jest/globals';
import { readProxies, readProxy } from '../../src/config/proxy.ts';

test.each([
  ['http://proxy:3128', 'http://proxy:3128', ''],
  ['HTTPS://proxy.corp.example/', 'https://proxy.corp.example', ''],
  [' proxy.corp.example:3128\n', 'http://proxy.corp.example:3128', ''],
  ['proxy.corp.example', 'http://proxy.corp.example', ''],
  ['10.0.0.1:3128', 'http://10.0.0.1:3128', ''],
  ['[::1]:3128', 'http://[::1]:3128', ''],
  ['user@host:1', 'http://user@host:1', ''],
  ['user:pw@host:3128', 'http://user:pw@host:3128', 'pw'],
  ['http://user:p%40w@host:3128', 'http://user:p%40w@host:3128', 'p@w'],
  ['http://u:a#b/c?d@host:1', 'http://u:a%23b%2Fc%3Fd@host:1', 'a#b/c?d'],
  ['http://u:%zz%41@host:1', 'http://u:%25zzA@host:1', '%zzA'],
  ['u:%ff%41@host:1', 'http://u:%25ff%2541@host:1', '%ff%41'],
  ['u:a@b:c@host:1', 'http://u:a%40b%3Ac@host:1', 'a@b:c'],
  ['corp\\user:100%@host:1', 'http://corp%5Cuser:100%25@host:1', '100%'],
  [':pw@host:1', 'http://:pw@host:1', 'pw']
])('%j is %s', (text, url, password) => {
  expect(readProxy(text)).toEqual({ ok: true, value: { url, password } });
  expect(decodeURIComponent(new URL(url).password)).toBe(password);
});

test.each([
  ['socks5://host:1080', /SOCKS/],
  ['socks4a://host:1080', /SOCKS/],
  ['socks://host:1080', /SOCKS/],
  ['ftp://host', /scheme other/],
  ['some body', /cannot be read/],
  ['http://', /cannot be read/],
  ['u:p@', /cannot be read/],
  ['one:port', /cannot be read/],
  ['host:99999', /cannot be read/],
  ['http://host:1/path', /cannot be read/],
  ['host:1?a=b', /cannot be read/],
  ['a:b:c', /cannot be read/]
])('%j is refused, and not shown', (text, problem) => {
  const proxy = readProxy(text);
  expect(proxy).toEqual({ ok: false, faults: [expect.stringMatching(problem)] });
  expect(JSON.stringify(proxy)).not.toContain(text.split('//').at(-1) || '///');
});

describe('the environment', () => {
  const https = new Set(['https:']);

  test('is read as the client reads it: the small name first, and none that is blank', () => {
    const environment = { https_proxy: ' ', HTTPS_PROXY: 'u:p w@one:1', http_proxy: 'two:2', ALL_PROXY: 'x' };
    expect(readProxies(environment, https)).toEqual({
      values: { https_proxy: '', HTTPS_PROXY: 'http://u:p%20w@one:1' },
      secrets: ['p w', 'u:p w'],
      problems: []
    });
    expect(readProxies({ https_proxy: 'one:1', HTTPS_PROXY: 'socks5://two:2' }, https)).toEqual({
      values: { https_proxy: 'http://one:1' },
      secrets: [],
      problems: []
    });
  });

  test('with an invalid proxy names the variable, if the proxy would be used', () => {
    const environment = { HTTPS_PROXY: 'socks5://h', http_proxy: 'a b' };
    expect(readProxies(environment, https).problems).toEqual([expect.stringMatching(/^HTTPS_PROXY names a/)]);
    expect(readProxies(environment, new Set(['http:'])).problems).toEqual([
      expect.stringMatching(/^http_proxy cannot/)
    ]);
    expect(readProxies(environment, new Set()).problems).toEqual([]);
  });
});
