/**
 * The safeguards of a rebuild, with the bundle as a process and real sockets: the image by name, the backup, the
 * health check, the rollback, and the name to confirm.
 */
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Emulator } from '../../emulator/server.ts';
import { newKey, talkSsh } from '../health/ssh/ssh-server.ts';
import {
  expectGreen,
  expectRebuilds,
  expectRed,
  onEmulator,
  type Played,
  play,
  type Scene
} from './scene.ts';

const servers: Server[] = [];

afterAll(() => {
  for (const server of servers) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

const serve = (answer: RequestListener): Promise<number> => listen(createServer(answer));

const operations = ({ calls }: Played): readonly string[] => calls.map(({ operation }) => operation);

const gentle: Scene = {
  behaviour: { imageMs: 1_000 },
  inputs: { minHealthyTime: '1s', healthDeadline: '10s' }
};

function scene(inputs: Readonly<Record<string, string>>, more: Scene = {}): Scene {
  return { ...gentle, ...more, inputs: { ...gentle.inputs, ...inputs } };
}

describe('a guarded rebuild', () => {
  test.concurrent('takes the image by name, makes a backup first and is healthy', async () => {
    const port = await serve((_, response) => response.end('all is well'));
    const result = await play(
      scene(
        {
          imageId: '',
          imageName: 'web-*',
          confirmName: 'web-1',
          backupImage: 'true',
          healthCheck: `http://127.0.0.1:${port}/healthz status=200 body="is well"`
        },
        { withPost: true }
      )
    );
    expectGreen(result, 'rebuilt');
    expectRebuilds(result, 1);
    const made = operations(result).indexOf('CreateImage');
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(operations(result).indexOf('RebuildInstance'));
    expect(result.outputs['backupImageId']).toMatch(/^m-/);
    expect(result.outputs['imageId']).toBe('m-web-2');
    expect(result.log).toContain('healthy');
    expect(result.summary).toContain(`imageId: ${result.outputs['backupImageId']}`);
  });

  test.concurrent('accepts the new host key and outputs it', async () => {
    const [old, fresh] = [newKey(), newKey()];
    let emulator: Emulator | undefined;
    const isNew = (): boolean => {
      const now = emulator?.instance('i-demo0001');
      return now?.imageId === 'm-web-2' && now.status === 'Running';
    };
    const port = await listen(createTcpServer((socket) => talkSsh(() => (isNew() ? fresh : old))(socket)));
    const result = await onEmulator(scene({ healthCheck: `ssh://127.0.0.1:${port}` }), (run, started) => {
      emulator = started;
      return run();
    });
    expectGreen(result, 'rebuilt');
    expect(result.outputs['knownHosts']).toBe(
      `[127.0.0.1]:${port} ssh-ed25519 ${fresh.blob.toString('base64')}`
    );
  });

  test.concurrent('rolls back to the previous image when it is not healthy', async () => {
    let emulator: Emulator | undefined;
    const port = await serve((_, response) => {
      response.statusCode = emulator?.instance('i-demo0001').imageId === 'm-web-2' ? 503 : 200;
      response.end();
    });
    const inputs = { healthCheck: `http://127.0.0.1:${port}/`, rollback: 'true', healthDeadline: '10s' };
    const result = await onEmulator(scene(inputs, { withPost: true }), (run, started) => {
      emulator = started;
      return run();
    });
    expect(result.main.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ status: 'rolledBack', changed: 'true' });
    expect(result.rebuilds.map(({ imageId }) => imageId)).toEqual(['m-web-2', 'm-web-1']);
    expect(result.annotations.at(-1)?.message).toMatch(/status 503/);
    expect(result.annotations.at(-1)?.message).toMatch(/rolled back to m-web-1/);
    expect(result.summary).toContain('rolled back');
  });

  test.concurrent('erases nothing when the backup fails', async () => {
    const faults = [{ on: 'CreateImage', play: { kind: 'imageEndsIn', status: 'CreatedFailed' } } as const];
    const result = await play(scene({ backupImage: 'true' }, { faults }));
    expectRed(result, { cause: /the backup failed.*CreatedFailed/, remedy: /Run again/, changed: false });
    expectRebuilds(result, 0, 0);
  });

  test.concurrent('is refused for another name and for a check that has no address', async () => {
    const other = await play(scene({ confirmName: 'web-9' }));
    expectRed(other, { cause: /its name is "web-1"/, remedy: /confirmName/, changed: false });
    const world = { instances: [{ id: 'i-demo0001', publicIp: '' }] };
    const none = await play(scene({ healthCheck: 'tcp://{publicIp}:22' }, { world }));
    expectRed(none, { cause: /no public IP/, remedy: /healthCheck/, changed: false });
    expectRebuilds(other, 0, 0);
    expectRebuilds(none, 0, 0);
  });

  test.concurrent('lists the nearest names where no image fits', async () => {
    const result = await play(scene({ imageId: '', imageName: 'web-3' }));
    expectRed(result, { cause: /No image.*web-3.*Nearest: "web-/, remedy: /Check the name/, changed: false });
  });
});
