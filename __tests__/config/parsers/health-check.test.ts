import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseHealthCheck } from '../../../src/config/parsers/health-check.ts';
import { anyCharacter } from '../../support/any-character.ts';

const any2xx = [{ from: 200, to: 299 }];

describe('what is understood', () => {
  test.each([
    ['tcp://{internalIp}:22', { kind: 'tcp', hostPattern: '{internalIp}', port: 22 }],
    ['ssh://{publicIp}', { kind: 'ssh', hostPattern: '{publicIp}', port: 22 }],
    ['ssh://{publicIp}:2222', { kind: 'ssh', hostPattern: '{publicIp}', port: 2222 }],
    ['  SSH://web-{id}.example.com  ', { kind: 'ssh', hostPattern: 'web-{id}.example.com', port: 22 }],
    ['tcp://[2001:db8::1]:65535', { kind: 'tcp', hostPattern: '2001:db8::1', port: 65_535 }],
    ['tcp://10.0.0.1:1', { kind: 'tcp', hostPattern: '10.0.0.1', port: 1 }]
  ])('%s', (text, check) => {
    expect(parseHealthCheck(text)).toEqual({ ok: true, value: check });
  });

  test.each([
    ['http://{publicIp}', { kind: 'http', port: 80, pathPattern: '/', statuses: any2xx }],
    ['https://{publicIp}', { kind: 'https', port: 443, pathPattern: '/', statuses: any2xx }],
    ['http://{publicIp}?of={name}', { kind: 'http', port: 80, pathPattern: '/?of={name}', statuses: any2xx }],
    [
      'https://{publicIp}:8443/healthz?full=%31 status=200',
      { kind: 'https', port: 8443, pathPattern: '/healthz?full=%31', statuses: [{ from: 200, to: 200 }] }
    ],
    [
      'http://{publicIp}:8080/h\n  body=ok \t status=204,300-399',
      {
        kind: 'http',
        port: 8080,
        pathPattern: '/h',
        statuses: [
          { from: 204, to: 204 },
          { from: 300, to: 399 }
        ],
        body: 'ok'
      }
    ],
    [
      String.raw`http://{publicIp}/h body="{\"state\": \"up\\\"}"`,
      { kind: 'http', port: 80, pathPattern: '/h', statuses: any2xx, body: String.raw`{"state": "up\"}` }
    ],
    [
      'http://{publicIp}/h body="一切 正常"',
      { kind: 'http', port: 80, pathPattern: '/h', statuses: any2xx, body: '一切 正常' }
    ]
  ])('%s', (text, check) => {
    expect(parseHealthCheck(text)).toEqual({ ok: true, value: { hostPattern: '{publicIp}', ...check } });
  });
});

describe('what is refused', () => {
  test.each([
    ['', 'is no address'],
    ['{publicIp}:22', 'is "{publicIp}:22", which is no address; write'],
    ['tcp:{publicIp}:22', 'is "tcp:{publicIp}:22", which is no address; write'],
    ['host/healthz?token=hunter2', 'is "host/healthz…", which is no address; write'],
    ['hunter2@host:80', 'is an address with "@", which is no address; write'],
    ['ftp://{publicIp}', '"ftp://"'],
    [`${'x'.repeat(70)}://{publicIp}`, `"${'x'.repeat(60)}…"`],
    [`ssh://${'a.'.repeat(130)}b`, 'has no proper host'],
    ['tcp://{publicIp}', 'has no port, and tcp has no usual one'],
    ['tcp://{publicIp}:', 'has the port ""'],
    ['tcp://{publicIp}:0', 'has the port "0"'],
    ['tcp://{publicIp}:65536', 'has the port "65536"'],
    ['tcp://{publicIp}:ssh', 'has the port "ssh"'],
    ['tcp://{publicIp}:{id}', 'has the port'],
    ['tcp://{publicIp}:22:22', 'has the port "22:22"'],
    ['tcp://:22', 'has no proper host'],
    ['tcp://[{publicIp}]:22', 'has no proper host'],
    ['tcp://2001:db8::1:22', 'IPv6 in brackets'],
    ['tcp://2130706433:22', 'has no proper host'],
    ['tcp://0x7f.1:22', 'has no proper host'],
    ['tcp://127.0.0.256:22', 'has no proper host'],
    ['tcp://a..b:22', 'has no proper host'],
    [String.raw`tcp://a\b:22`, 'has no proper host'],
    ['ssh://{publicIP}', 'holds the placeholder "{publicIP}"; there are {publicIp}'],
    ['ssh://{}', 'holds the placeholder "{}"'],
    ['ssh://{publicIp', 'holds a single brace'],
    ['http://{publicIp}/}', 'holds a single brace'],
    ['http://{publicIp}/{toString}', 'holds the placeholder "{toString}"'],
    ['ssh://root@{publicIp}', 'holds a user name or a password'],
    ['ssh://{publicIp}/', 'goes on after the host and the port'],
    ['tcp://{publicIp}:22 status=200', 'goes on after the host and the port'],
    ['http://{publicIp}/#top', 'holds a fragment'],
    ['http://{publicIp}/ü', 'has "\\u00fc" in its address, which is not ASCII'],
    ['tcp://{publicIp}:22\u200b', 'has "\\u200b" in its address, which is not ASCII'],
    ['http://{publicIp}/ body=ok;status=200', 'joins status and body'],
    ['http://{publicIp}/ status=200,body=ok', 'joins status and body'],
    ['http://{publicIp}/100%', 'must be percent-encoded'],
    ['http://{publicIp}/a/../b', 'has a path with . or ..'],
    ['http://{publicIp}/a/%2E%2e%2fb', 'has a path with . or ..'],
    ['http://{publicIp}/ status=99', 'expects a status that is none'],
    ['http://{publicIp}/ status=101', 'expects a status that is none'],
    ['http://{publicIp}/ status=299-200', 'expects a status that is none'],
    ['http://{publicIp}/ status=200,', 'expects a status that is none'],
    ['http://{publicIp}/ status=200 status=204', 'gives status more than once'],
    ['http://{publicIp}/ header=x', 'expects "header", which is unknown'],
    ['http://{publicIp}/ status', 'goes on after the address'],
    ['http://{publicIp}/ body="open', 'goes on after the address'],
    ['http://{publicIp}/ body="a"b', 'goes on after the address'],
    ['http://{publicIp}/ body=""', 'expects an empty body text']
  ])('%s', (text, part) => {
    expect(parseHealthCheck(text)).toEqual({ ok: false, faults: [expect.stringContaining(part)] });
  });

  test('no problem shows a password', () => {
    for (const text of [
      'http://me:hunter2@{publicIp}/',
      'http://me:hunter2@{oops}/ nonsense',
      'me:hunter2@h'
    ]) {
      expect(JSON.stringify(parseHealthCheck(text))).not.toContain('hunter2');
    }
  });
});

test('never throws', () => {
  const pieces = fc.constantFrom(
    'http',
    'ssh',
    '://',
    '{publicIp}',
    '{',
    ':',
    '[',
    '/',
    '%',
    ' status=',
    ' body="',
    '@'
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: anyCharacter, maxLength: 4 }))), (parts) => {
      parseHealthCheck(parts.join(''));
    })
  );
});
