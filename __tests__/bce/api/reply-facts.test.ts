import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import {
  hiding,
  parseRetryAfter,
  redact,
  redirectHost,
  replyFacts
} from '../../../src/bce/api/reply-facts.ts';
import type { WireReply } from '../../../src/bce/http/request-and-reply.ts';

const nowMs = Date.parse('2026-01-15T08:00:00Z');

function reply(text: string, headers: IncomingHttpHeaders = {}): WireReply {
  return { status: 400, headers, body: { kind: 'whole', text } };
}

describe('the facts of an answer', () => {
  test('of an error', () => {
    const text = JSON.stringify({
      requestId: 'r-1',
      code: 'BadRequest',
      message: ' two\n::error::lines\u0007 '
    });
    expect(replyFacts(reply(text, { 'x-bce-request-id': 'r-2' }), nowMs, hiding([]))).toEqual({
      json: JSON.parse(text),
      problem: '',
      requestId: 'r-1',
      code: 'BadRequest',
      message: 'two ::error::lines'
    });
  });

  test.each(['', '<html>', 'null', '7', '"text"', '[]'])('of the body %j: those of the headers', (text) => {
    expect(replyFacts(reply(text, { 'x-bce-request-id': 'r-2' }), nowMs, hiding([]))).toMatchObject({
      requestId: 'r-2',
      code: '',
      message: ''
    });
  });

  test('what is no plain word is dropped, and what is long is cut', () => {
    const text = JSON.stringify({ requestId: 'a\nb', code: 7, message: 'x'.repeat(9_999) });
    const facts = replyFacts(reply(text), nowMs, hiding([]));
    expect([facts.requestId, facts.code, facts.message.length]).toEqual(['', '', 500]);
    expect(facts.message).toMatch(/x…$/);
  });

  test('a secret is taken out of a message before it is cut', () => {
    const secret = 'k/'.repeat(400);
    const text = JSON.stringify({ message: `bad: ${encodeURIComponent(secret)} ${'x'.repeat(600)}` });
    const { message } = replyFacts(reply(text), nowMs, hiding([secret]));
    expect(message).toBe(`bad: *** ${'x'.repeat(490)}…`);
  });

  test('a secret that is cut in two at the end of a long message shows no half', () => {
    const secret = 'k/'.repeat(400);
    const { message } = replyFacts(
      reply(JSON.stringify({ message: secret.repeat(100) })),
      nowMs,
      hiding([secret])
    );
    expect(message).toMatch(/^(\*\*\*)*…?$/);
  });

  const hexOf = (text: string): string => Buffer.from(text).toString('hex');
  const each = (spell: (code: number) => string) => (text: string) =>
    [...text].map((sign) => spell(sign.charCodeAt(0))).join('');

  test.each<[string, (secret: string) => string]>([
    ['in hex', hexOf],
    ['in capital hex', (secret) => hexOf(secret).toUpperCase()],
    ['escaped as in JSON', each((code) => `\\u${code.toString(16).padStart(4, '0')}`)],
    [
      'escaped as in JSON, in JSON',
      each((code) => `\\\\u${code.toString(16).toUpperCase().padStart(4, '0')}`)
    ],
    ['escaped as in a shell', each((code) => `\\x${code.toString(16)}`)],
    ['as HTML with numbers', each((code) => `&#${code};`)],
    ['as HTML with hex numbers', each((code) => `&#x${code.toString(16)};`)],
    ['as HTML', (secret) => secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
    ['percent-encoded sign by sign', each((code) => `%${code.toString(16)}`)],
    ['percent-encoded three times', (secret) => [1, 2, 3].reduce((text) => encodeURIComponent(text), secret)],
    ['over several lines', (secret) => `${secret.slice(0, 9)}\n  ${secret.slice(9)}`],
    ['in small letters', (secret) => secret.toLowerCase()]
  ])('a message that repeats a secret %s is left out', (_, spell) => {
    const secret = 'tok/en+w&th="SIGNS"==';
    const text = JSON.stringify({ code: 'BadRequest', message: `was ${spell(secret)}, sir` });
    const { code, message } = replyFacts(reply(text), nowMs, hiding([secret]));
    expect([code, message]).toEqual(['BadRequest', 'the message repeats a secret, and is left out']);
  });

  test('a message with escapes of other things is kept as it is', () => {
    const message = 'name \\u0041 &amp; %41 is not one of 0x41';
    expect(replyFacts(reply(JSON.stringify({ message })), nowMs, hiding(['hunter2-x'])).message).toBe(
      message
    );
  });

  test('a code or a request ID that is a secret is dropped', () => {
    const facts = replyFacts(
      reply('{"code":"hunter2-x","requestId":"hunter2-x"}'),
      nowMs,
      hiding(['hunter2-x'])
    );
    expect([facts.code, facts.requestId]).toEqual(['', '']);
  });

  test('the wait that is asked for goes by the clock of the service', () => {
    const headers = { date: 'Thu, 15 Jan 2026 09:00:00 GMT', 'retry-after': 'Thu, 15 Jan 2026 09:00:30 GMT' };
    expect(replyFacts(reply('', headers), nowMs, hiding([]))).toMatchObject({
      serverMs: nowMs + 3_600_000,
      retryAfterMs: 30_000
    });
  });
});

test.each([
  [undefined, undefined],
  ['', undefined],
  ['soon', undefined],
  ['-1', undefined],
  ['0', 0],
  [' 7 ', 7_000],
  ['1.5', 1_500],
  ['Thu, 15 Jan 2026 08:00:10 GMT', 10_000],
  ['Thu, 15 Jan 2026 07:00:00 GMT', 0],
  ['Thu, nonsense', undefined]
])('Retry-After %j is %j ms', (value, ms) => {
  expect(parseRetryAfter(value, nowMs)).toBe(ms);
});

test.each([
  ['https://login.example/a?secret=1', 'login.example'],
  ['/v2/other', 'bcc.bj.baidubce.com'],
  ['http://[', 'an unreadable address'],
  [undefined, 'bcc.bj.baidubce.com']
])('a redirect to %j leads to %j', (location, host) => {
  const headers = location === undefined ? {} : { location };
  expect(redirectHost(reply('', headers), new URL('https://bcc.bj.baidubce.com'))).toBe(host);
});

test('secrets are taken out of a text', () => {
  expect(redact('a%2fb a%2Fb a/b a\\/b YS9i', hiding(['a/b']))).toBe('*** *** *** *** ***');
  expect(redact('a key, a key and a token', hiding(['key', '', 'token']))).toBe('a ***, a *** and a ***');
});
