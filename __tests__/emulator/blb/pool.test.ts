import { describe, expect, test } from '@jest/globals';
import { type Bench, type Reply, START_MS, withBench } from '../client.ts';

const ID = 'lb-demo0001';
const ONE = 'i-demo0001';
const MEMBERS = `/v1/blb/${ID}/backendserver`;

function change({ send }: Bench, weight: number, query = ''): Promise<Reply> {
  return send('PUT', `${MEMBERS}?update${query}`, { backendServerList: [{ instanceId: ONE, weight }] });
}

async function shown({ send }: Bench): Promise<number> {
  return (await send('GET', MEMBERS)).json.backendServerList[0].weight;
}

describe('weightChanges', () => {
  test('have the time and the state of the instance', async () => {
    await withBench({}, async (bench) => {
      await change(bench, 0);
      await bench.rebuild(ONE);
      bench.clock.advance(10_000);
      await change(bench, 5);
      bench.clock.advance(180_000);
      await change(bench, 100);
      const common = { blbId: ID, instanceId: ONE, requestId: expect.any(String) };
      expect(bench.emulator.weightChanges).toEqual([
        { ...common, atMs: START_MS, from: 100, to: 0, status: 'Running', imageId: 'm-web-1' },
        { ...common, atMs: START_MS + 10_000, from: 0, to: 5, status: 'Starting', imageId: 'm-web-2' },
        { ...common, atMs: START_MS + 190_000, from: 5, to: 100, status: 'Running', imageId: 'm-web-2' }
      ]);
      const [first] = bench.emulator.weightChanges;
      expect(first?.requestId).toBe(bench.emulator.calls[0]?.requestId);
    });
  });

  test('omit changes without effect, and those made by hand', async () => {
    await withBench({}, async (bench) => {
      bench.emulator.setWeight({ blbId: ID, instanceId: ONE, weight: 40 });
      expect(await shown(bench)).toBe(40);
      expect((await change(bench, 40)).status).toBe(200);
      expect(bench.emulator.weightChanges).toEqual([]);
    });
  });

  test('and of an instance that is gone', async () => {
    await withBench({}, async (bench) => {
      bench.emulator.removeInstance(ONE);
      await change(bench, 0);
      expect(bench.emulator.weightChanges).toMatchObject([{ status: '', imageId: '' }]);
    });
  });
});

describe('by hand', () => {
  test('a weight in a group', async () => {
    await withBench({}, async ({ emulator }) => {
      const place = { blbId: 'lb-demo0002', groupId: 'sg-demo0001', instanceId: ONE };
      emulator.setWeight({ ...place, weight: 1 });
      expect(emulator.weights()).toContainEqual({ ...place, weight: 1 });
    });
  });

  test.each([
    { blbId: 'lb-none', instanceId: ONE },
    { blbId: ID, instanceId: 'i-none' },
    { blbId: ID, groupId: 'sg-demo0001', instanceId: ONE }
  ])('no such place: %j', async (place) => {
    await withBench({}, async ({ emulator }) => {
      expect(() => emulator.setWeight({ ...place, weight: 1 })).toThrow(place.instanceId);
    });
  });

  test('a world of its own has no balancers unless it says so', async () => {
    await withBench({ world: { instances: [{ id: 'i-1' }] } }, async ({ emulator }) => {
      expect(emulator.weights()).toEqual([]);
    });
    const balancers = [{ id: 'lb-1', members: [{ instanceId: 'i-1' }] }];
    await withBench({ world: { instances: [{ id: 'i-1' }], balancers } }, async ({ emulator }) => {
      expect(emulator.weights()).toEqual([{ blbId: 'lb-1', instanceId: 'i-1', weight: 100 }]);
    });
  });
});

describe('weightShowsMs', () => {
  test('0: reads show a weight at once', async () => {
    await withBench({}, async (bench) => {
      await change(bench, 0);
      expect(await shown(bench)).toBe(0);
    });
  });

  test('5000: it is in force at once, and shown later', async () => {
    await withBench({ behaviour: { weightShowsMs: 5000 } }, async (bench) => {
      await change(bench, 0);
      bench.clock.advance(2000);
      await change(bench, 60);
      expect(bench.emulator.weights()).toContainEqual({ blbId: ID, instanceId: ONE, weight: 60 });
      expect(await shown(bench)).toBe(100);
      bench.clock.advance(3000);
      expect(await shown(bench)).toBe(0);
      bench.clock.advance(2000);
      expect(await shown(bench)).toBe(60);
    });
  });

  test('5000: what was about to be shown is forgotten with its member', async () => {
    await withBench({ behaviour: { weightShowsMs: 5000 } }, async (bench) => {
      await change(bench, 0);
      await bench.send('PUT', MEMBERS, { backendServerList: [ONE, 'i-demo0002'] });
      await bench.send('POST', MEMBERS, { backendServerList: [{ instanceId: ONE, weight: 9 }] });
      bench.clock.advance(5000);
      expect(await shown(bench)).toBe(9);
    });
  });
});

describe('blbBusyMs', () => {
  test('2000: a second change is refused for a moment, whatever it is; reads are not', async () => {
    await withBench({ behaviour: { blbBusyMs: 2000 } }, async (bench) => {
      const { send, clock, emulator } = bench;
      await change(bench, 0);
      clock.advance(1999);
      expect(await change(bench, 1)).toMatchObject({
        status: 409,
        json: { code: 'LastOperationNotFinished' }
      });
      expect((await send('PUT', MEMBERS, { backendServerList: [ONE] })).status).toBe(409);
      expect((await send('GET', `/v1/blb/${ID}`)).json.status).toBe('updating');
      expect(await shown(bench)).toBe(0);
      clock.advance(1);
      expect((await send('GET', `/v1/blb/${ID}`)).json.status).toBe('available');
      expect((await change(bench, 1)).status).toBe(200);
      expect(emulator.weightChanges.map(({ to }) => to)).toEqual([0, 1]);
    });
  });

  test('2000: another balancer is not concerned', async () => {
    await withBench({ behaviour: { blbBusyMs: 2000 } }, async (bench) => {
      await change(bench, 0);
      const body = { sgId: 'sg-demo0001', backendServerList: [{ instanceId: ONE, weight: 0 }] };
      expect((await bench.send('PUT', '/v1/appblb/lb-demo0002/blbrs', body)).status).toBe(200);
    });
  });

  test('0: never', async () => {
    await withBench({}, async (bench) => {
      await change(bench, 0);
      expect((await change(bench, 1)).status).toBe(200);
    });
  });
});

test('a clientToken makes a repetition harmless, and guards against another change under it', async () => {
  await withBench({ strict: true, behaviour: { blbBusyMs: 2000 } }, async (bench) => {
    expect((await change(bench, 0, '&clientToken=t-1')).status).toBe(200);
    bench.emulator.setWeight({ blbId: ID, instanceId: ONE, weight: 30 });
    expect((await change(bench, 0, '&clientToken=t-1')).status).toBe(200);
    expect(bench.emulator.weights()).toContainEqual({ blbId: ID, instanceId: ONE, weight: 30 });
    expect(await change(bench, 1, '&clientToken=t-1')).toMatchObject({
      status: 403,
      json: { code: 'IdempotentParameterMismatch' }
    });
  });
});
