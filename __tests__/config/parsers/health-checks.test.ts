import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseHealthChecks } from '../../../src/config/parsers/health-checks.ts';

const any2xx = [{ from: 200, to: 299 }];
const tcp = { kind: 'tcp', hostPattern: '{internalIp}', port: 22 };
const http = { kind: 'http', hostPattern: '{publicIp}', port: 80, pathPattern: '/healthz', statuses: any2xx };

describe('what is understood', () => {
  test.each([
    ['tcp://{internalIp}:22', [tcp]],
    ['\n  tcp://{internalIp}:22  \r\n\r\n http://{publicIp}/healthz\n', [tcp, http]],
    [
      'http://{publicIp}/healthz\n  body="a, b; http://c"\ntcp://{internalIp}:22',
      [{ ...http, body: 'a, b; http://c' }, tcp]
    ],
    ['http://{publicIp}/healthz body="\'ok\'"', [{ ...http, body: "'ok'" }]],
    ['http://{publicIp}/healthz body=“', undefined],
    ['http://{publicIp}/healthz?a=1,2;3', [{ ...http, pathPattern: '/healthz?a=1,2;3' }]]
  ])('%s', (text, checks) => {
    const result = parseHealthChecks(text);
    if (checks === undefined) expect(result.ok).toBe(false);
    else expect(result).toEqual({ ok: true, value: checks });
  });
});

describe('mistakes that would show only after erasing', () => {
  test.each([
    ['tcp://{publicIp}:22, http://{publicIp}/', 'has several checks on one line; write one check a line'],
    ['tcp://{publicIp}:22;http://{publicIp}/', 'has several checks on one line'],
    ['http://{publicIp}/a,http://{publicIp}/b', 'has several checks on one line'],
    ['http://{publicIp}/a，http://{publicIp}/b', 'has several checks on one line'],
    ['http://{publicIp}/a；http://{publicIp}/b', 'has several checks on one line'],
    ['http://{publicIp}/a body=ok, ssh://{publicIp}', 'has several checks on one line'],
    ['tcp://{publicIp}:22 ssh://{publicIp}', 'has several checks on one line'],
    ['http://{publicIp}/a,', 'ends with a comma or a semicolon'],
    ['http://{publicIp}/a；', 'ends with a comma or a semicolon'],
    ['["tcp://{publicIp}:22", "ssh://{publicIp}"]', 'is a list in brackets'],
    ['"tcp://{publicIp}:22"', 'begins with a quotation mark'],
    ['- tcp://{publicIp}:22', 'begins with a dash'],
    ['http://{publicIp}/ body=“ok”', 'begins with “ (U+201C)'],
    ["http://{publicIp}/ body='ok'", "begins with ' (U+0027)"],
    ['http://{publicIp}/ body=「ok」', 'begins with 「 (U+300C)'],
    ['http://{publicIp}/ body=‘ok’', 'write body="…" with straight double quotes'],
    ['http://{publicIp}/ body=«ok»', 'begins with «'],
    ['http://{publicIp}/ body=＂ok＂', 'begins with ＂'],
    ["http://{publicIp}/ status='200'", 'has a status that begins with'],
    ['  \n \n', 'is empty']
  ])('%s', (text, part) => {
    expect(parseHealthChecks(text)).toEqual({ ok: false, faults: [expect.stringContaining(part)] });
  });

  test('each problem names the number of its line', () => {
    const text = 'tcp://{publicIp}\n\nssh://{publicIp}\nftp://{publicIp}';
    expect(parseHealthChecks(text)).toEqual({
      ok: false,
      faults: [
        expect.stringMatching(/^\(line 1\) has no port/),
        expect.stringMatching(/^\(line 4\) begins with "ftp/)
      ]
    });
  });
});

test('never throws, and each line stands for one check or one problem', () => {
  const piece = fc.constantFrom(
    'tcp://{publicIp}:22',
    'body=',
    '“',
    "'",
    ',',
    ';',
    '\n',
    ' ',
    '[',
    '- ',
    '://'
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 }))), (parts) => {
      const result = parseHealthChecks(parts.join(''));
      expect(result.ok ? result.value.length : result.faults.length).toBeGreaterThan(0);
    })
  );
});
