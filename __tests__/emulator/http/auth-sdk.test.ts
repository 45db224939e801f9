import { Auth, BccClient } from '@baiducloud/sdk';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { authenticate, type Credentials } from '../../../emulator/http/auth.ts';
import { parseQuery } from '../../../emulator/http/canonical.ts';
import { startEmulator } from '../../../emulator/server.ts';
import { defaultBehaviour } from '../../../emulator/world/behaviour.ts';
import { START_MS } from '../client.ts';

/** The vendor's client reads the real clock, so here the emulator does too. */
async function withClient(
  credentials: Credentials | undefined,
  test: (client: BccClient, emulator: Awaited<ReturnType<typeof startEmulator>>) => Promise<void>,
  secretAccessKey?: string
): Promise<void> {
  const emulator = await startEmulator({
    behaviour: { powerMs: 0 },
    ...(credentials === undefined ? {} : { credentials })
  });
  const used = emulator.credentials;
  const client = new BccClient({
    endpoint: emulator.endpoint,
    credentials: { ak: used.accessKeyId, sk: secretAccessKey ?? used.secretAccessKey },
    ...(used.sessionToken === undefined ? {} : { sessionToken: used.sessionToken })
  });
  try {
    await test(client, emulator);
  } finally {
    await emulator.close();
  }
}

describe('@baiducloud/sdk talks to the emulator', () => {
  test('lists, reads, stops, starts, reboots', async () => {
    await withClient(undefined, async (client, emulator) => {
      const { body } = await client.listInstances();
      expect(body['instances']).toHaveLength(2);
      expect((await client.getInstance('i-demo0001')).body['instance']).toMatchObject({
        name: 'web-1',
        status: 'Running'
      });
      expect((await client.getImages({ imageType: 'Custom' })).body['images']).toHaveLength(2);
      await client.stopInstance('i-demo0001');
      expect(emulator.instance('i-demo0001').status).toBe('Stopped');
      await client.startInstance('i-demo0001');
      expect(emulator.instance('i-demo0001').status).toBe('Running');
      await client.restartInstance('i-demo0001');
      expect(emulator.calls.map((call) => call.status)).toEqual([200, 200, 200, 200, 200, 200]);
    });
  });

  test('escapes a query as it likes to', async () => {
    await withClient(undefined, async (client, emulator) => {
      emulator.setInstance('i-demo0002', { name: "a~b*c'(d)!/e%2F 测" });
      const params = { instanceNames: "a~b*c'(d)!/e%2F 测", status: '' };
      const { body } = await client.sendRequest('GET', '/v2/instance', { params });
      expect(body['instances']).toMatchObject([{ id: 'i-demo0002' }]);
    });
  });

  test('and to its load balancers, for which it has no calls of its own', async () => {
    await withClient(undefined, async (client, emulator) => {
      const path = '/v1/blb/lb-demo0001/backendserver';
      const body = JSON.stringify({ backendServerList: [{ instanceId: 'i-demo0001', weight: 0 }] });
      await client.sendRequest('PUT', path, { params: { update: '' }, body });
      const params = { maxKeys: 1 };
      expect((await client.sendRequest('GET', path, { params })).body).toMatchObject({
        backendServerList: [{ instanceId: 'i-demo0001', weight: 0 }],
        nextMarker: 'i-demo0002'
      });
      await expect(client.sendRequest('PUT', path, { body })).rejects.toMatchObject({
        status_code: 400,
        code: 'InappropriateJSON'
      });
      await expect(client.sendRequest('GET', '/v1/appblb/lb-demo0001', {})).rejects.toMatchObject({
        status_code: 404,
        code: 'InstanceNotFound'
      });
      expect(emulator.weightChanges).toHaveLength(1);
    });
  });

  test('with a session token', async () => {
    const credentials = {
      accessKeyId: 'ak-sts',
      secretAccessKey: 'secret0key0of0a0session',
      sessionToken: 'dG9rZW4vd2l0aCs=='
    };
    await withClient(credentials, async (client) => {
      expect((await client.getInstance('i-demo0001')).body).toHaveProperty('instance.id', 'i-demo0001');
    });
  });

  test('and gets an error when its secret key is wrong', async () => {
    await withClient(
      undefined,
      async (client) => {
        await expect(client.getInstance('i-demo0001')).rejects.toMatchObject({
          status_code: 400,
          code: 'SignatureDoesNotMatch',
          request_id: expect.stringMatching(/^[0-9a-f-]{36}$/)
        });
      },
      'another0secret0key0altogether'
    );
  });

  test('and when an instance does not exist', async () => {
    await withClient(undefined, async (client) => {
      await expect(client.getInstance('i-none')).rejects.toMatchObject({
        status_code: 404,
        code: 'NoSuchObject'
      });
    });
  });
});

describe('requests signed by the SDK', () => {
  const credentials = { accessKeyId: 'ak', secretAccessKey: 'sk0123456789abcdef' };
  const name = fc.stringMatching(/^x-[a-z]{1,8}$/);
  const value = fc.stringMatching(/^[!-~]([ -~]{0,12}[!-~])?$/);
  const requests = fc.record({
    method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE'),
    path: fc.stringMatching(/^(\/[A-Za-z0-9_.~-]{1,8}){1,4}$/),
    query: fc.dictionary(
      fc.stringMatching(/^[a-zA-Z]{1,8}$/),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      { maxKeys: 4 }
    ),
    headers: fc.dictionary(name, value, { maxKeys: 4 })
  });

  function signed(request: {
    method: string;
    path: string;
    query: Record<string, string>;
    headers: Record<string, string>;
  }) {
    const headers: Record<string, string> = { ...request.headers, host: 'bcc.bj.baidubce.com' };
    const authorization = new Auth(
      credentials.accessKeyId,
      credentials.secretAccessKey
    ).generateAuthorization(
      request.method,
      request.path,
      request.query,
      headers,
      START_MS / 1000,
      1800,
      Object.keys(headers)
    );
    const wire = Object.entries(request.query)
      .map(([key, each]) => `${key}=${encodeURIComponent(each)}`)
      .join('&');
    return {
      method: request.method,
      path: request.path,
      wire,
      authorization,
      headers: { ...headers, authorization }
    };
  }

  function verify(request: {
    method: string;
    path: string;
    wire: string;
    headers: Record<string, string>;
  }): void {
    const { method, path, headers } = request;
    authenticate(
      { method, path, query: parseQuery(request.wire), headers },
      credentials,
      defaultBehaviour,
      START_MS
    );
  }

  const isAccepted = (request: Parameters<typeof verify>[0]): boolean => {
    try {
      verify(request);
      return true;
    } catch {
      return false;
    }
  };

  test('are accepted, and refused if any signed bit differs', () => {
    fc.assert(
      fc.property(requests, fc.nat(), fc.integer({ min: 0, max: 4 }), (request, at, bit) => {
        const good = signed(request);
        verify(good);
        const spoilt = [
          { ...good, path: `/${flip(good.path.slice(1), at, bit)}` },
          { ...good, headers: { ...good.headers, host: flip('bcc.bj.baidubce.com', at, bit) } },
          { ...good, headers: { ...good.headers, authorization: flip(good.authorization, at, bit) } },
          { ...good, wire: `${good.wire}&more` }
        ];
        for (const [key, each] of Object.entries(request.headers)) {
          spoilt.push({ ...good, headers: { ...good.headers, [key]: flip(each, at, bit) } });
        }
        expect(spoilt.filter(isAccepted)).toEqual([]);
      }),
      { numRuns: 300 }
    );
  });
});

/** Flips one bit of one character, but never makes a space at an end, which trimming would remove. */
function flip(text: string, at: number, bit: number): string {
  const index = at % text.length;
  const flipped = String.fromCharCode(text.charCodeAt(index) ^ (1 << bit));
  const next = text.slice(0, index) + flipped + text.slice(index + 1);
  return next.trim() === text.trim() ? `${next}x` : next;
}
