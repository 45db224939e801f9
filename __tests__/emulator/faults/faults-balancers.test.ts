import { describe, expect, test } from '@jest/globals';
import type { Fault, Play } from '../../../emulator/faults/faults.ts';
import { type Bench, type Reply, withBench } from '../client.ts';

const ID = 'lb-demo0001';
const ONE = 'i-demo0001';
const MEMBERS = `/v1/blb/${ID}/backendserver`;

function change({ send }: Bench, weight: number): Promise<Reply> {
  return send('PUT', `${MEMBERS}?update`, { backendServerList: [{ instanceId: ONE, weight }] });
}

async function shown({ send }: Bench): Promise<number> {
  return (await send('GET', MEMBERS)).json.backendServerList[0].weight;
}

describe('faults by the name of the operation', () => {
  const onUpdate = (play: Play, more: Partial<Fault> = {}): Fault[] => [
    { on: 'UpdateBlbServer', play, ...more }
  ];
  const refusing: readonly [string, Play, number][] = [
    ['throttle', { kind: 'throttle' }, 429],
    ['accessDenied', { kind: 'accessDenied' }, 403],
    ['error', { kind: 'error', status: 500, code: 'InternalError' }, 500]
  ];

  test.each(refusing)('%s: refused once, then carried out', async (_name, play, status) => {
    await withBench({ faults: onUpdate(play) }, async (bench) => {
      expect(await shown(bench)).toBe(100);
      expect((await change(bench, 0)).status).toBe(status);
      expect(await shown(bench)).toBe(100);
      expect((await change(bench, 0)).status).toBe(200);
      expect(await shown(bench)).toBe(0);
    });
  });

  const breaking: readonly [string, Play, number][] = [
    ['reset before', { kind: 'reset', when: 'before' }, 100],
    ['reset after', { kind: 'reset', when: 'after' }, 0],
    ['cutBody', { kind: 'cutBody' }, 0]
  ];

  test.each(breaking)('%s', async (_name, play, weight) => {
    await withBench({ faults: onUpdate(play) }, async (bench) => {
      await expect(change(bench, 0)).rejects.toThrow();
      expect(bench.emulator.weights()).toContainEqual({ blbId: ID, instanceId: ONE, weight });
      expect(bench.emulator.calls).toMatchObject([{ workTaken: weight === 0, instanceIds: [ONE] }]);
    });
  });

  test('hang', async () => {
    await withBench({ faults: onUpdate({ kind: 'hang', when: 'after' }) }, async ({ send, emulator }) => {
      const body = { backendServerList: [{ instanceId: ONE, weight: 0 }] };
      const options = { timeoutMs: 100 };
      await expect(send('PUT', `${MEMBERS}?update`, body, options)).rejects.toThrow('timed out');
      expect(emulator.weightChanges).toHaveLength(1);
    });
  });

  test('an error after the work', async () => {
    const play: Play = { kind: 'error', status: 503, code: 'ServiceUnavailable', when: 'after' };
    await withBench({ faults: onUpdate(play) }, async (bench) => {
      expect((await change(bench, 0)).status).toBe(503);
      expect(await shown(bench)).toBe(0);
    });
  });

  test('only for a member', async () => {
    const faults = onUpdate({ kind: 'throttle' }, { instanceId: 'i-demo0002' });
    await withBench({ faults }, async (bench) => {
      expect((await change(bench, 0)).status).toBe(200);
      const body = { backendServerList: [{ instanceId: 'i-demo0002', weight: 0 }] };
      expect((await bench.send('PUT', `${MEMBERS}?update`, body)).status).toBe(429);
    });
  });

  test('stale', async () => {
    await withBench({ faults: onUpdate({ kind: 'stale', reads: 1 }) }, async (bench) => {
      await change(bench, 0);
      expect(await shown(bench)).toBe(100);
      expect(await shown(bench)).toBe(0);
    });
  });

  test.each([
    ['DescribeBlbServers', MEMBERS],
    ['DescribeAppBlbServerGroup', '/v1/appblb/lb-demo0002/appservergroup'],
    ['DescribeAppBlbServerGroupRs', '/v1/appblb/lb-demo0002/blbrs?sgId=sg-demo0001']
  ])('on the read %s', async (on, target) => {
    await withBench({ faults: [{ on, play: { kind: 'garbage' } }] }, async ({ send }) => {
      expect((await send('GET', target)).text).toMatch(/^<html>/);
      expect((await send('GET', target)).text).toMatch(/^\{/);
    });
  });
});

test('signatures are verified here too', async () => {
  await withBench({}, async ({ send, emulator }) => {
    const body = { backendServerList: [{ instanceId: ONE, weight: 0 }] };
    const options = { secretAccessKey: 'another0secret0key0altogether' };
    expect(await send('PUT', `${MEMBERS}?update`, body, options)).toMatchObject({
      status: 400,
      json: { code: 'SignatureDoesNotMatch' }
    });
    expect(emulator.weightChanges).toEqual([]);
  });
});
