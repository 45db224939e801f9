import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { CallLog } from '../../../emulator/http/call-log.ts';
import type { CallRecord } from '../../../emulator/http/records.ts';
import { withBench } from '../client.ts';

/** Sends bytes as they are, and gives all that comes back. */
function exchangeRaw(endpoint: string, text: string): Promise<string> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      received += part;
    });
    socket.on('error', reject);
    socket.on('end', () => resolve(received));
    socket.setTimeout(5000, () => socket.destroy(new Error('timed out')));
  });
}

describe('faults of HTTP itself', () => {
  test.each([
    [
      'headers over 16 KB',
      `GET /v2/instance HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
      431
    ],
    [
      'a doubled Content-Length',
      'PUT /v2/instance HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
      400
    ],
    ['no Host', 'GET /v2/instance HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['what is no HTTP', 'hello\r\n\r\n', 400]
  ])('%s: an error in the form of any other', async (_name, text, status) => {
    await withBench({}, async ({ emulator, send }) => {
      const reply = await exchangeRaw(emulator.endpoint, text);
      expect(reply).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      const body: unknown = JSON.parse(reply.slice(reply.indexOf('\r\n\r\n') + 4));
      expect(body).toEqual({
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        code: 'InvalidHTTPRequest',
        message: expect.any(String)
      });
      expect((await send('GET', '/v2/instance')).status).toBe(200);
    });
  });
});

describe('bodies', () => {
  test('that are too large are refused in the form of any other error, and not kept', async () => {
    await withBench({}, async ({ send, emulator }) => {
      const raw = `{"imageName":"${'x'.repeat(3 * 1024 * 1024)}"}`;
      const { status, json } = await send('POST', '/v2/image', undefined, { raw });
      expect({ status, code: json.code }).toEqual({ status: 413, code: 'InvalidHTTPRequest' });
      expect(emulator.calls[0]).not.toHaveProperty('body');
    });
  });

  test('of callers without a valid key are not kept', async () => {
    await withBench({}, async ({ send, emulator }) => {
      await send('POST', '/v2/image', { imageName: 'x' }, { secretAccessKey: 'another0secret0key0' });
      expect(emulator.calls).toMatchObject([{ code: 'SignatureDoesNotMatch' }]);
      expect(emulator.calls[0]).not.toHaveProperty('body');
    });
  });

  test.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])(
    'with an item %s are nothing special',
    async (key) => {
      await withBench({}, async ({ send }) => {
        const raw = `{"instanceIds":["i-demo0001"],"${key}":1}`;
        expect((await send('POST', '/v2/instance/listByInstanceId', undefined, { raw })).status).toBe(200);
      });
      await withBench({ strict: true }, async ({ send }) => {
        const raw = `{"instanceIds":["i-demo0001"],"${key}":1}`;
        const { json } = await send('POST', '/v2/instance/listByInstanceId', undefined, { raw });
        expect(json).toMatchObject({ code: 'InappropriateJSON', message: expect.stringContaining(key) });
      });
    }
  );

  test('that are nested too deeply do nothing', async () => {
    await withBench({}, async ({ send, emulator }) => {
      const deep = '['.repeat(50_000) + ']'.repeat(50_000);
      const raw = `{"imageName":"deep","instanceId":"i-demo0001","x":${deep}}`;
      const { status, json } = await send('POST', '/v2/image?clientToken=t', undefined, { raw });
      expect({ status, code: json.code }).toEqual({ status: 400, code: 'InappropriateJSON' });
      expect(emulator.calls).toMatchObject([{ workTaken: false }]);
      expect((await send('GET', '/v2/image?imageName=deep')).json.images).toEqual([]);
    });
  });
});

describe('the log of the calls', () => {
  const record = (body?: CallRecord['body']) =>
    ({ path: '/', ...(body === undefined ? {} : { body }) }) as CallRecord;

  test('keeps 100,000, the newest', () => {
    const log = new CallLog();
    for (let count = 0; count <= 100_000; count += 1) log.add({ ...record(), atMs: count }, 0);
    expect(log.calls.length).toBeLessThanOrEqual(100_000);
    expect(log.calls.at(-1)?.atMs).toBe(100_000);
    expect(log.calls[0]?.atMs).toBe(10_000);
  });

  test('drops old bodies when they are too many bytes, but never the newest', () => {
    const log = new CallLog();
    for (let count = 0; count < 40; count += 1) log.add(record({ count }), 1024 * 1024);
    expect(log.calls).toHaveLength(40);
    const kept = log.calls.filter(({ body }) => body !== undefined);
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.length).toBeLessThan(33);
    expect(log.calls.at(-1)?.body).toEqual({ count: 39 });
    expect(log.calls[0]?.body).toBeUndefined();
  });
});
