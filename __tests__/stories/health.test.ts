import type { RequestListener } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Behaviour } from '../../emulator/world/behaviour.ts';
import { parseHealthCheck } from '../../src/config/parsers/health-check.ts';
import type { HealthCheck } from '../../src/core/health/check.ts';
import type { HostKey } from '../../src/core/health/unhealthy.ts';
import { createProbe } from '../../src/health/network-probe.ts';
import { certificate, serve, serveSecurely } from '../bce/server.ts';
import { listen, newKey, type TestKey, talkSsh } from '../health/ssh/ssh-server.ts';
import {
  health,
  newCancel,
  oneOf,
  onStage,
  passes,
  refuses,
  textOf,
  web,
  writesOf
} from '../support/stage.ts';
import { type VirtualOptions, type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

const servers: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

function keep<T extends { close(): Promise<void> }>(server: T): T {
  servers.push(server);
  return server;
}

function checkOf(text: string): HealthCheck {
  const parsed = parseHealthCheck(text);
  if (!parsed.ok) throw new Error(parsed.faults.join());
  return parsed.value;
}

/** The emulator's first instance at an address where the servers of the tests are. */
const here: VirtualOptions = {
  emulator: { world: { instances: [web('i-demo0001', { publicIp: '127.0.0.1', internalIp: '127.0.0.1' })] } }
};

function isNew({ emulator }: VirtualWorld): boolean {
  const { status, imageId } = emulator.instance('i-demo0001');
  return status === 'Running' && imageId === 'm-web-2';
}

describe('a health check by script', () => {
  test('passes: after Running, for the stretch, and is reported', async () => {
    await onStage({}, async (world, seen) => {
      const report = await world.run({ health });
      expect(report).toMatchObject({ status: 'rebuilt', changed: true });
      const one = oneOf(report);
      expect(one.health).toMatchObject({ healthy: true, durationSeconds: 10 });
      expect(one.health?.history).toEqual([{ seconds: 0, result: 'passes' }]);
      expect(seen.at(-1)).toBe(10_000);
      expect(one.phases.at(-1)).toMatchObject({ phase: 'health', durationSeconds: 10 });
      expect(world.lines.join('\n')).toContain('Health: tcp://192.168.0.11:22');
    });
  });

  test('is not started before the instance is proven to be Running on the image', async () => {
    const script = (_: number, world: VirtualWorld) => {
      expect(isNew(world)).toBe(true);
      return passes;
    };
    await onStage({ script }, async (world, seen) => {
      expect((await world.run({ health })).status).toBe('rebuilt');
      expect(seen.length).toBeGreaterThan(1);
    });
  });

  test('flaps: only an unbroken stretch counts', async () => {
    const script = (sinceMs: number) => {
      const up = sinceMs >= 6_000 && !(sinceMs >= 12_000 && sinceMs < 20_000);
      return up ? passes : refuses;
    };
    await onStage({ script }, async (world, seen) => {
      const report = await world.run({ health });
      expect(report.status).toBe('rebuilt');
      expect(seen.at(-1)).toBeGreaterThanOrEqual(30_000);
      expect(seen.at(-1)).toBeLessThan(33_000);
      expect(oneOf(report).health?.history.map(({ result }) => result)).toEqual([
        'tcp://192.168.0.11:22: connection refused: nothing listens on the port yet',
        'passes',
        'tcp://192.168.0.11:22: connection refused: nothing listens on the port yet',
        'passes'
      ]);
    });
  });

  test('flaps forever: it is never healthy for long enough', async () => {
    const script = (sinceMs: number) => (Math.floor(sinceMs / 8_000) % 2 === 0 ? passes : refuses);
    await onStage({ script }, async (world) => {
      const report = await world.run({ health });
      expect(report).toMatchObject({ status: 'failed', changed: true });
      expect(oneOf(report).failure?.reason).toBe('unhealthy');
      expect(oneOf(report).health?.history.length).toBeGreaterThan(10);
    });
  });

  test('never passes: unhealthy at the deadline, with the last reason and the history', async () => {
    const script = (sinceMs: number) =>
      sinceMs < 100_000
        ? refuses
        : ({
            healthy: false,
            reason: { kind: 'status', status: 503, wanted: [{ from: 200, to: 299 }] }
          } as const);
    await onStage({ script }, async (world, seen) => {
      const report = await world.run({ health });
      const one = oneOf(report);
      expect(report).toMatchObject({ status: 'failed', changed: true });
      expect(one).toMatchObject({ status: 'failed', disk: 'erased', health: { healthy: false } });
      expect(one.failure?.reason).toBe('unhealthy');
      expect(one.failure?.cause).toContain(
        'within healthDeadline (5m 00s); last: tcp://192.168.0.11:22: status 503, expected 200-299'
      );
      expect(one.failure?.cause).toContain('Seen: tcp://192.168.0.11:22: connection refused');
      expect(one.failure?.remedy).toContain('healthDeadline');
      expect(seen.at(-1)).toBe(300_000);
      expect(one.restoreWith).toContain('imageId: m-web-1');
    });
  });

  test('with minHealthyTime 0 the first success will do', async () => {
    await onStage({}, async (world, seen) => {
      await world.run({ health: { ...health, minHealthyTimeMs: 0 } });
      expect(seen).toEqual([0]);
    });
  });

  test('a failed one keeps the instances behind it from starting', async () => {
    await onStage({ script: () => refuses }, async (world) => {
      const report = await world.run({
        health,
        selection: { kind: 'ids', ids: ['i-demo0001', 'i-demo0002'] }
      });
      expect(report.instances.map(({ status }) => status)).toEqual(['failed', 'notStarted']);
      expect(writesOf(world)).toEqual(['RebuildInstance']);
    });
  });

  test('a cancel ends it: nothing more is sent, and it is not called healthy', async () => {
    const { cancel, pull } = newCancel();
    const script = (sinceMs: number) => {
      if (sinceMs > 20_000) pull();
      return refuses;
    };
    await onStage({ script }, async (world) => {
      const report = await world.run({ health, rollback: true }, cancel);
      const one = oneOf(report);
      expect(one.failure?.reason).toBe('cancelled');
      expect(one.rollback).toBeUndefined();
      expect(report.status).not.toBe('rebuilt');
      expect(writesOf(world)).toEqual(['RebuildInstance']);
      // The rebuild is over and proven, so nothing of it goes on.
      expect(one.failure?.remedy).not.toContain('goes on without this run');
    });
  });

  test.each([
    ['Running', []],
    ['Stopped', ['StartInstance']]
  ])('an instance that is %s on the image is checked too', async (status, writes) => {
    for (const result of [passes, refuses]) {
      await onStage({ script: () => result }, async (world, seen) => {
        world.emulator.setInstance('i-demo0001', { imageId: 'm-web-2', status });
        const report = await world.run({ health, rollback: true });
        expect(report.status).toBe(result.healthy ? 'skipped' : 'failed');
        expect(report.changed).toBe(false);
        expect(oneOf(report).health?.healthy).toBe(result.healthy);
        expect(oneOf(report)).toMatchObject({ disk: 'untouched', restoreWith: [] });
        // Nothing was erased by this run, so that there is nothing to roll back.
        expect(writesOf(world)).toEqual(writes);
        expect(seen.length).toBeGreaterThan(1);
      });
    }
  });

  test('there is none if the rebuild itself failed', async () => {
    const faults = [{ on: 'RebuildInstance', play: { kind: 'endsIn', status: 'Error' } }] as const;
    await onStage({ emulator: { faults } }, async (world, seen) => {
      const report = await world.run({ health });
      expect(oneOf(report)).toMatchObject({ status: 'failed', failure: { reason: 'status' } });
      expect(oneOf(report).health).toBeUndefined();
      expect(seen).toEqual([]);
    });
  });
});

describe('with real servers', () => {
  test('tcp: a port that opens late', async () => {
    const { port, close } = await listen((socket) => socket.end());
    await close();
    await withVirtualWorld(here, async (world) => {
      const check = checkOf(`tcp://{internalIp}:${port}`);
      const failed = await world.run({
        health: { checks: [check], deadlineMs: 6_000, minHealthyTimeMs: 1_000 }
      });
      expect(oneOf(failed).failure?.cause).toContain(`last: tcp://127.0.0.1:${port}: connection refused`);
      keep(await listenAt('127.0.0.1', port));
      const skipped = await world.run({
        health: { checks: [check], deadlineMs: 6_000, minHealthyTimeMs: 1_000 }
      });
      expect(oneOf(skipped).health?.healthy).toBe(true);
      expect(skipped.status).toBe('skipped');
    });
  });

  test.each<[string, RequestListener, boolean, string]>([
    ['succeeded', (_, response) => response.end('all is well'), true, 'passes'],
    [
      'with 503',
      (_, response) => response.writeHead(503).end('all is well'),
      false,
      'status 503, expected 200'
    ],
    ['with another text', (_, response) => response.end('wait'), false, 'wrong body'],
    ['by cutting off', (request) => request.socket.destroy(), false, 'the connection was lost']
  ])('http: answers %s', async (_, listener, healthy, words) => {
    const { port } = keep(await serve(listener));
    await withVirtualWorld(here, async (world) => {
      const check = checkOf(`http://{publicIp}:${port}/healthz?name={name} status=200 body="is well"`);
      const report = await world.run({ health: { ...health, checks: [check], deadlineMs: 12_000 } });
      const one = oneOf(report);
      expect(report.status).toBe(healthy ? 'rebuilt' : 'failed');
      expect(one.health?.history.at(-1)?.result).toContain(words);
      // Queries may contain tokens.
      expect(world.lines.join('\n')).not.toContain('name=');
    });
  });

  test('http: the placeholders are filled', async () => {
    const asked: unknown[] = [];
    const { port } = keep(
      await serve((request, response) => {
        asked.push(request.url);
        response.end();
      })
    );
    await withVirtualWorld(here, async (world) => {
      const check = checkOf(`http://{publicIp}:${port}/{id}?n={name}&i={internalIp}`);
      await world.run({ health: { ...health, checks: [check], minHealthyTimeMs: 0 } });
      expect(asked).toEqual(['/i-demo0001?n=i-demo0001-name&i=127.0.0.1']);
    });
  });

  test('https: with a trusted certificate, and with one that is not', async () => {
    const { port } = keep(await serveSecurely((_, response) => response.end('ok')));
    const check = checkOf(`https://localhost:${port}/`);
    const trusting = createProbe({ ca: certificate });
    await withVirtualWorld({ ...here, probe: trusting }, async (world) => {
      expect((await world.run({ health: { ...health, checks: [check] } })).status).toBe('rebuilt');
    });
    await withVirtualWorld(here, async (world) => {
      const report = await world.run({ health: { ...health, checks: [check], deadlineMs: 12_000 } });
      expect(report.status).toBe('failed');
      expect(oneOf(report).failure?.cause).toContain('certificate not accepted');
    });
  });
});

describe('ssh with a real server', () => {
  function line(port: number, key: TestKey): string {
    return `[127.0.0.1]:${port} ssh-ed25519 ${key.blob.toString('base64')}`;
  }

  async function sshWorld(
    keyNow: (world: VirtualWorld | undefined) => TestKey,
    check: (world: VirtualWorld, port: number) => Promise<void>,
    behaviour: Partial<Behaviour> = {}
  ): Promise<void> {
    let world: VirtualWorld | undefined;
    const { port } = keep(await listen((socket) => talkSsh(() => keyNow(world))(socket)));
    await withVirtualWorld({ emulator: { ...here.emulator, behaviour } }, async (made) => {
      world = made;
      await check(made, port);
    });
  }

  test('a new host key is healthy and goes to knownHosts', async () => {
    const [old, fresh] = [newKey(), newKey()];
    await sshWorld(
      (world) => (world !== undefined && isNew(world) ? fresh : old),
      async (world, port) => {
        const check = checkOf(`ssh://{publicIp}:${port}`);
        const report = await world.run({ health: { ...health, checks: [check] } });
        expect(report.status).toBe('rebuilt');
        expect(oneOf(report).knownHosts).toEqual([line(port, fresh)]);
      }
    );
  });

  test('the same host key is the old system', async () => {
    const old = newKey();
    await sshWorld(
      () => old,
      async (world, port) => {
        const check = checkOf(`ssh://{publicIp}:${port}`);
        const report = await world.run({ health: { ...health, checks: [check], deadlineMs: 12_000 } });
        const one = oneOf(report);
        expect(report.status).toBe('failed');
        expect(one.failure?.cause).toContain('the old host key is still there (ssh-ed25519');
        expect(one.knownHosts).toEqual([]);
      }
    );
  });

  test('the old system that answers for a while longer does not count', async () => {
    const [old, fresh] = [newKey(), newKey()];
    let runningMs: number | undefined;
    await sshWorld(
      (world) => {
        if (world === undefined || !isNew(world)) return old;
        runningMs ??= world.clock.nowMs();
        return world.clock.nowMs() - runningMs > 20_000 ? fresh : old;
      },
      async (world, port) => {
        const check = checkOf(`ssh://{publicIp}:${port}`);
        const one = oneOf(await world.run({ health: { ...health, checks: [check] } }));
        expect(one.status).toBe('rebuilt');
        expect(one.health?.durationSeconds).toBeGreaterThanOrEqual(30);
        expect(one.health?.history.map(({ result }) => result.replace(/^ssh:\S+ /, '').slice(0, 16))).toEqual(
          ['the old host key', 'passes']
        );
        expect(one.knownHosts).toEqual([line(port, fresh)]);
      }
    );
  });

  test('after a rollback the old host key is right', async () => {
    const old = newKey();
    await sshWorld(
      () => old,
      async (world, port) => {
        const check = checkOf(`ssh://{publicIp}:${port}`);
        const request = { health: { ...health, checks: [check], deadlineMs: 12_000 }, rollback: true };
        const report = await world.run(request);
        expect(report.status).toBe('rolledBack');
        expect(oneOf(report).knownHosts).toEqual([line(port, old)]);
      }
    );
  });

  test('a skipped instance may have its own key', async () => {
    const old = newKey();
    await sshWorld(
      () => old,
      async (world, port) => {
        world.emulator.setInstance('i-demo0001', { imageId: 'm-web-2' });
        const check = checkOf(`ssh://{publicIp}:${port}`);
        const report = await world.run({ health: { ...health, checks: [check] } });
        expect(report.status).toBe('skipped');
        expect(oneOf(report).knownHosts).toEqual([line(port, old)]);
      }
    );
  });

  test('of a rebuild that was found under way, the key read first may be the new one', async () => {
    const [old, fresh] = [newKey(), newKey()];
    await sshWorld(
      (world) => {
        const now = world?.emulator.instance('i-demo0001');
        return now?.status === 'Running' && now.imageId === 'm-web-1' ? old : fresh;
      },
      async (world, port) => {
        const { cancel, pull } = newCancel();
        world.clock.onSleep = () => world.clock.nowMs() > 30_000 && pull();
        await world.run({}, cancel);
        world.clock.onSleep = () => undefined;
        const check = checkOf(`ssh://{publicIp}:${port}`);
        const report = await world.run({ health: { ...health, checks: [check] } });
        expect(report.status).toBe('rebuilt');
        expect(oneOf(report)).toMatchObject({ adopted: true, knownHosts: [line(port, fresh)] });
      },
      { imageIdFlips: 'end', diskChanges: 'end' }
    );
  });

  test('the second of two instances is compared with its own old key', async () => {
    const keys = { 'i-1': [newKey(), newKey()], 'i-2': [newKey(), newKey()] } as const;
    const ports: number[] = [];
    let world: VirtualWorld | undefined;
    const keyOf = (id: 'i-1' | 'i-2'): TestKey => {
      const [old, fresh] = keys[id];
      if (world === undefined) return old;
      const { status, imageId } = world.emulator.instance(id);
      return status === 'Running' && imageId === 'm-web-2' ? fresh : old;
    };
    for (const [id, host] of [
      ['i-1', '127.0.0.1'],
      ['i-2', '127.0.0.2']
    ] as const) {
      const server = keep(await listenAt(host, ports[0] ?? 0, () => keyOf(id)));
      ports.push(server.port);
    }
    const instances = [web('i-1', { publicIp: '127.0.0.1' }), web('i-2', { publicIp: '127.0.0.2' })];
    await withVirtualWorld({ emulator: { world: { instances } } }, async (made) => {
      world = made;
      const check = checkOf(`ssh://{publicIp}:${ports[0]}`);
      const report = await made.run({
        selection: { kind: 'ids', ids: ['i-1', 'i-2'] },
        health: { ...health, checks: [check] }
      });
      expect(report.status).toBe('rebuilt');
      expect(report.instances.flatMap(({ knownHosts }) => knownHosts)).toEqual([
        line(ports[0] ?? 0, keys['i-1'][1]),
        line(ports[0] ?? 0, keys['i-2'][1]).replace('127.0.0.1', '127.0.0.2')
      ]);
    });
  });
});

test('host keys and texts of servers are in the report as they are, and nothing else', async () => {
  const key: HostKey = { algorithm: 'ssh-ed25519', key: 'AAAAkey' };
  const check = { kind: 'ssh', hostPattern: '{internalIp}', port: 22 } as const;
  const script = () => ({ healthy: true, hostKey: key }) as const;
  await onStage({ script, hostKeys: [] }, async (world) => {
    const report = await world.run({ health: { ...health, checks: [check] } });
    expect(oneOf(report).knownHosts).toEqual(['192.168.0.11 ssh-ed25519 AAAAkey']);
    expect(textOf(report)).not.toContain('Abcdef1!xyz');
  });
});

/** A TCP server at its own address; it speaks SSH if there is a key. */
async function listenAt(host: string, port: number, keyNow?: () => TestKey) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (keyNow === undefined) socket.end();
    else talkSsh(keyNow)(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  return { port: (server.address() as AddressInfo).port, close };
}
