import { describe, expect, test } from '@jest/globals';
import type { Behaviour } from '../../../emulator/world/behaviour.ts';
import { exchange, type SendOptions, withBench } from '../client.ts';

const sts = { accessKeyId: 'ak-sts', secretAccessKey: 'secret0key0of0a0session', sessionToken: 'token' };
const TOKEN = 'x-bce-security-token';

describe('who may call', () => {
  test.each<[string, SendOptions, number, string]>([
    ['no header', { tamper: (headers) => delete headers['Authorization'] }, 400, 'InvalidHTTPAuthHeader'],
    [
      'another scheme',
      { tamper: (headers) => (headers['Authorization'] = 'Bearer x') },
      400,
      'InvalidHTTPAuthHeader'
    ],
    ['another secret', { secretAccessKey: 'another0secret0key' }, 400, 'SignatureDoesNotMatch'],
    ['host not signed', { headersToSign: ['x-bce-date'] }, 400, 'SignatureDoesNotMatch'],
    [
      'a date changed',
      { tamper: (headers) => (headers['x-bce-date'] = '2026-03-01T00:00:01Z') },
      400,
      'SignatureDoesNotMatch'
    ],
    ['an unexpected token', { headers: { [TOKEN]: 'token' } }, 400, 'SignatureDoesNotMatch'],
    [
      'another key',
      {
        tamper: (headers) =>
          (headers['Authorization'] = (headers['Authorization'] ?? '').replace('/demo', '/dem0'))
      },
      403,
      'InvalidAccessKeyId'
    ]
  ])('%s', async (_name, options, status, code) => {
    await withBench({}, async ({ send, emulator }) => {
      expect(await send('GET', '/v2/instance', undefined, options)).toMatchObject({ status, json: { code } });
      expect(emulator.calls).toMatchObject([{ operation: 'ListInstances', status, code }]);
    });
  });

  test.each<[string, SendOptions]>([
    [
      'in another order',
      {
        tamper: (h) =>
          (h['Authorization'] = (h['Authorization'] ?? '').replace('host;x-bce-date', 'x-bce-date;host'))
      }
    ],
    ['more headers than needed', { headers: { 'x-other': 'a b' }, headersToSign: ['host', 'x-other'] }],
    [
      'an empty list',
      { tamper: (h) => (h['Authorization'] = (h['Authorization'] ?? '').replace('host;x-bce-date', '')) }
    ]
  ])('good: %s', async (_name, options) => {
    await withBench({}, async ({ send }) => {
      expect((await send('GET', '/v2/instance', undefined, options)).status).toBe(200);
    });
  });

  test('nothing is done for a caller who is not known', async () => {
    await withBench({}, async ({ send, encrypt, emulator }) => {
      const body = { imageId: 'm-web-2', adminPass: encrypt('1qaz@WSX') };
      await send('PUT', '/v2/instance/i-demo0001?rebuild', body, { secretAccessKey: 'another0secret0key' });
      expect(emulator.rebuilds).toEqual([]);
    });
  });
});

describe('clocks', () => {
  test.each<[number, Partial<Behaviour>, number, string]>([
    [0, {}, 200, ''],
    [899_000, {}, 200, ''],
    [901_000, {}, 400, 'RequestExpired'],
    [-1_799_000, {}, 200, ''],
    [-1_801_000, {}, 400, 'RequestExpired'],
    [61_000, { clockToleranceMs: 60_000 }, 400, 'RequestExpired'],
    [3_600_000, { skewReply: 'RequestTimeTooSkewed403' }, 403, 'RequestTimeTooSkewed'],
    [-3_600_000, { skewReply: 'RequestTimeTooSkewed403' }, 403, 'RequestTimeTooSkewed']
  ])('%i ms off with %j', async (skewMs, behaviour, status, code) => {
    await withBench({ behaviour }, async ({ send, emulator }) => {
      expect((await send('GET', '/v2/instance', undefined, { skewMs })).status).toBe(status);
      expect(emulator.calls).toMatchObject([{ status, code }]);
    });
  });
});

describe('session tokens', () => {
  const signed = { headers: { [TOKEN]: 'token' }, headersToSign: ['host', 'x-bce-date', TOKEN] };
  const unsigned: SendOptions = { tamper: (headers) => (headers[TOKEN] = 'token') };

  test.each<[string, SendOptions, Partial<Behaviour>, number]>([
    ['signed', signed, {}, 200],
    ['signed, where it must be', signed, { unsignedToken: 'refused' }, 200],
    ['unsigned', unsigned, {}, 200],
    ['unsigned, where it must be', unsigned, { unsignedToken: 'refused' }, 400],
    ['missing', {}, {}, 400],
    ['wrong', { tamper: (headers) => (headers[TOKEN] = 'other') }, {}, 400]
  ])('%s', async (_name, options, behaviour, status) => {
    await withBench({ credentials: sts, behaviour }, async ({ send }) => {
      expect((await send('GET', '/v2/instance', undefined, options)).status).toBe(status);
    });
  });

  test('in the query', async () => {
    await withBench({ credentials: sts }, async ({ send }) => {
      expect((await send('GET', `/v2/instance?${TOKEN}=token`)).status).toBe(200);
    });
  });
});

test('an unsigned caller gets its request id too', async () => {
  await withBench({}, async ({ emulator }) => {
    const reply = await exchange(new URL(`${emulator.endpoint}/v2/instance?bad=%ff`), 'GET', {}, '', 5000);
    expect(reply.json.requestId).toBe(reply.headers['x-bce-request-id']);
  });
});
