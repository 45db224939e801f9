import { afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/action/system-clock.ts';
import type { HealthTask } from '../../../src/core/health/health.ts';
import { knownHostsLine } from '../../../src/core/health/known-hosts.ts';
import { describeUnhealthy, type HostKey } from '../../../src/core/health/unhealthy.ts';
import { awaitChecks } from '../../../src/deploy/health/await-healthy.ts';
import { createProbe } from '../../../src/health/network-probe.ts';
import { noCancel } from '../../support/virtual.ts';
import { listen, type Manners, newKey, type Talk, type TestKey, talkSsh } from './ssh-server.ts';

const probe = createProbe();
const never = new AbortController().signal;
const servers: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(talk: Talk) {
  const server = await listen(talk);
  servers.push(server);
  return { ...server, check: { kind: 'ssh', host: '127.0.0.1', port: server.port } as const };
}

function publicKey(key: TestKey): HostKey {
  return { algorithm: 'ssh-ed25519', key: key.blob.toString('base64') };
}

async function reasonFor(talk: Talk, timeoutMs = 5_000): Promise<string> {
  const { check } = await serve(talk);
  const result = await probe.probe(check, { signal: never, timeoutMs });
  return result.healthy ? 'healthy' : describeUnhealthy(result.reason);
}

describe('a server that proves its key', () => {
  test.each<[string, Manners]>([
    ['plainly', {}],
    ['after other lines', { greeting: 'Welcome.\r\nBe brief.\nSSH-2.0-x\n' }],
    ['by the old name of the method', { kex: 'curve25519-sha256@libssh.org' }],
    ['after a wrong guess', { guesses: true }],
    ['with chatter in between', { chatters: true }],
    ['as a server of both protocols', { greeting: 'SSH-1.99-x\r\n' }],
    ['with more types of keys', { hostKeyAlgorithms: 'ssh-dss,ssh-ed25519' }]
  ])('%s', async (_, manners) => {
    const key = newKey();
    const farewells: number[] = [];
    const { check, open } = await serve(talkSsh(() => key, manners, farewells));
    const result = await probe.probe(check, { signal: never, timeoutMs: 5_000 });
    expect(result).toEqual({ healthy: true, hostKey: publicKey(key) });
    await until(() => open.size === 0);
    expect(farewells).toEqual([11]);
  });

  test('many times, for the top bit of a secret may be set', async () => {
    const key = newKey();
    const { check } = await serve(talkSsh(() => key));
    for (let run = 0; run < 20; run += 1) {
      expect(await probe.probe(check, { signal: never, timeoutMs: 5_000 })).toMatchObject({ healthy: true });
    }
  });

  test('and has the old key', async () => {
    const key = newKey();
    const { check } = await serve(talkSsh(() => key));
    const baselineKeys = [{ algorithm: 'ssh-dss', key: 'x' }, publicKey(newKey()), publicKey(key)];
    const result = await probe.probe(check, { signal: never, timeoutMs: 5_000, baselineKeys });
    expect(result).toMatchObject({
      healthy: false,
      reason: { kind: 'sameHostKey', algorithm: 'ssh-ed25519' }
    });
    const other = await probe.probe(check, {
      signal: never,
      timeoutMs: 5_000,
      baselineKeys: [publicKey(newKey())]
    });
    expect(other.healthy).toBe(true);
  });
});

describe('a server that does not', () => {
  const small = Buffer.alloc(32);
  test.each<[string, Manners, string]>([
    ['forges the signature', { forges: true }, 'did not prove that the host key is its own'],
    ['offers no known exchange', { kex: 'a-kex,b-kex' }, 'curve25519-sha256, only a-kex, b-kex'],
    ['has no known key', { hostKeyAlgorithms: 'ssh-dss' }, 'no host key of a known type, only ssh-dss'],
    ['has a key of another type', { hostKeyAlgorithms: 'ecdsa-sha2-nistp256' }, 'in another way than agreed'],
    ['hangs up', { hangsUp: 'too many', instead: Buffer.alloc(0) }, 'hung up (2): too many'],
    ['sends a point of small order', { keyOfPeer: small }, 'an unusable key'],
    ['sends a short point', { keyOfPeer: Buffer.alloc(3, 1) }, 'an unusable key'],
    ['speaks SSH 1', { greeting: 'SSH-1.5-old\r\n' }, 'speaks SSH-1.5-old'],
    ['sends a huge packet', { instead: Buffer.alloc(8, 0xff) }, 'an SSH packet of 4294967295 bytes'],
    [
      'sends a padding that is too long',
      { instead: Buffer.from('0000000cff141414141414141414141414', 'hex') },
      'padding'
    ],
    [
      'sends a list that is too long',
      { instead: Buffer.from(`0000001c04${'14'.repeat(23)}00000000`, 'hex') },
      'shorter than'
    ],
    [
      'begins with something else',
      { instead: Buffer.from('0000000c0a150000000000000000000000', 'hex').subarray(0, 16) },
      'did not begin with its offer'
    ]
  ])('%s', async (_, manners, part) => {
    expect(await reasonFor(talkSsh(newKey, manners))).toContain(part);
  });

  test.each<[string, Talk, string]>([
    ['closes at once', (socket) => socket.end(), 'ended before the server said'],
    ['is a web server', (socket) => socket.end('HTTP/1.1 400 Bad\r\n\r\n'), 'it said "HTTP/1.1 400 Bad"'],
    ['refuses in words', (socket) => socket.end('Not allowed at this time\r\n'), 'Not allowed at this time'],
    ['sends garbage', (socket) => socket.end(Buffer.alloc(64 * 1024, 0x81)), 'before the server said'],
    ['says lines without end', (socket) => socket.end('no\n'.repeat(20_000)), 'it said "no"'],
    ['resets', (socket) => socket.resetAndDestroy(), 'the connection was lost while waiting for'],
    [
      'closes after its greeting',
      (socket) => socket.end('SSH-2.0-x\r\n'),
      'lost while waiting for the host key'
    ],
    ['is silent', () => undefined, 'at last for the SSH identification'],
    ['only greets', (socket) => socket.write('SSH-2.0-x\r\n'), 'at last for the host key']
  ])('%s', async (_, talk, part) => {
    // Only those that hang are waited for.
    expect(await reasonFor(talk, part.startsWith('at last') ? 300 : 5_000)).toContain(part);
  });
});

test('healthy only when the old system has given way', async () => {
  const [old, fresh] = [newKey(), newKey()];
  let key = old;
  const { check } = await serve(talkSsh(() => key));
  const baselineKeys = await probe.hostKeys(check, { signal: never, timeoutMs: 5_000 });
  expect(baselineKeys).toEqual([publicKey(old)]);
  const fromMs = systemClock.nowMs();
  const task: HealthTask = { fromMs, deadlineMs: fromMs + 10_000, minHealthyMs: 200, intervalMs: 50 };
  let rounds = 0;
  const { outcome, knownHosts } = await awaitChecks(
    { checks: [check], task, baseline: { hostKeys: baselineKeys, guest: {} } },
    { probe, clock: systemClock, cancel: noCancel },
    () => {
      rounds += 1;
      if (rounds === 5) key = fresh;
    }
  );
  expect(outcome.healthy).toBe(true);
  expect(knownHosts).toEqual([knownHostsLine('127.0.0.1', check.port, publicKey(fresh))]);
  expect(outcome.history.map(({ failed }) => failed[0]?.reason.kind)).toEqual(['sameHostKey', undefined]);
});

test('no keys where there is no server', async () => {
  const { check, close } = await serve(() => undefined);
  await close();
  expect(await probe.hostKeys(check, { signal: never, timeoutMs: 500 })).toEqual([]);
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await systemClock.sleep(5, never);
}
