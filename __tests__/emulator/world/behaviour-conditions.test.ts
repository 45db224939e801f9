import { describe, expect, test } from '@jest/globals';
import { type Bench, withBench } from '../client.ts';

const ID = 'i-demo0001';

async function statusesOver(bench: Bench, seconds: number, everySeconds = 1): Promise<string[]> {
  const seen: string[] = [];
  for (let second = 0; second < seconds; second += everySeconds) {
    const { json } = await bench.send('GET', `/v2/instance/${ID}`);
    seen.push(json.instance.status);
    bench.clock.advance(everySeconds * 1000);
  }
  return seen;
}

describe('replicas', () => {
  const quick = { staleRunningMs: 0, rebuildMs: 10_000 };

  test('without a lag show the current state at once', async () => {
    await withBench({ behaviour: { ...quick, replicas: 3 } }, async (bench) => {
      await bench.rebuild(ID);
      expect((await statusesOver(bench, 11)).join(' ')).toBe(`${'Starting '.repeat(10)}Running`);
    });
  });

  test('a single one with a lag shows everything later, and does not delay writes', async () => {
    await withBench({ behaviour: { ...quick, replicaLagMs: 5000 } }, async (bench) => {
      await bench.rebuild(ID);
      expect(bench.emulator.instance(ID).status).toBe('Starting');
      expect((await bench.rebuild(ID)).status).toBe(409);
      const seen = await statusesOver(bench, 16);
      expect(seen.slice(0, 5)).toEqual(Array(5).fill('Running'));
      expect(seen.slice(5, 15)).toEqual(Array(10).fill('Starting'));
      expect(seen[15]).toBe('Running');
    });
  });

  test('of several, reads alternate between old and current state', async () => {
    await withBench(
      { behaviour: { ...quick, rebuildMs: 30_000, replicas: 3, replicaLagMs: 20_000 } },
      async (bench) => {
        await bench.rebuild(ID);
        const seen = await statusesOver(bench, 60);
        const changes = seen.filter((status, at) => at > 0 && status !== seen[at - 1]);
        expect(changes.length).toBeGreaterThan(2);
        expect(seen.slice(50)).toEqual(Array(10).fill('Running'));
      }
    );
  });

  test('are chosen by the connection with replicaFor=connection', async () => {
    await withBench(
      { behaviour: { ...quick, replicas: 3, replicaLagMs: 20_000, replicaFor: 'connection' } },
      async (bench) => {
        await bench.rebuild(ID);
        bench.clock.advance(9_000);
        const seenWith = async (headers: Record<string, string>): Promise<readonly string[]> => {
          const seen = new Set<string>();
          for (let count = 0; count < 20; count += 1) {
            const { json } = await bench.send('GET', `/v2/instance/${ID}`, undefined, { headers });
            seen.add(json.instance.status);
          }
          return [...seen].toSorted();
        };
        expect(await seenWith({})).toHaveLength(1);
        // With a connection for each call all the replicas answer.
        expect(await seenWith({ Connection: 'close' })).toEqual(['Running', 'Starting']);
      }
    );
  });

  test('show a change from outside with the same lag', async () => {
    await withBench({ behaviour: { replicaLagMs: 5000 } }, async (bench) => {
      bench.clock.advance(1);
      bench.emulator.setInstance(ID, { status: 'Error' });
      expect((await statusesOver(bench, 6)).slice(4)).toEqual(['Running', 'Error']);
    });
  });
});

describe('a snapshot policy', () => {
  const policy = { snapshotEveryMs: 60_000, snapshotMs: 20_000 };

  test('interrupts a stable instance repeatedly, and leaves snapshots', async () => {
    await withBench({ behaviour: policy }, async (bench) => {
      const seen = await statusesOver(bench, 150, 10);
      expect(seen.join(' ')).toBe(
        `${'Running '.repeat(6)}SnapshotProcessing SnapshotProcessing ${'Running '.repeat(4)}` +
          'SnapshotProcessing SnapshotProcessing Running'
      );
      const { json } = await bench.send('GET', `/v2/snapshot?volumeId=${ID}`);
      expect(json.snapshots.map((each) => each.createMethod)).toEqual(['manual', 'auto', 'auto']);
    });
  });

  test('is not seen where the status does not show it, but keeps a rebuild out', async () => {
    await withBench({ behaviour: { ...policy, snapshotShowsProcessing: false } }, async (bench) => {
      bench.clock.advance(65_000);
      expect(bench.emulator.instance(ID).status).toBe('Running');
      expect((await bench.rebuild(ID)).status).toBe(409);
      bench.clock.advance(15_000);
      expect((await bench.rebuild(ID)).status).toBe(200);
    });
  });

  test('leaves an instance that is being rebuilt alone', async () => {
    await withBench({ behaviour: { ...policy, staleRunningMs: 0 } }, async (bench) => {
      bench.clock.advance(50_000);
      await bench.rebuild(ID);
      expect(new Set(await statusesOver(bench, 180, 10))).toEqual(new Set(['Starting']));
      expect(bench.emulator.rebuilds).toHaveLength(1);
    });
  });
});

describe('secondRebuild=whileRunning', () => {
  test('takes a second one until the status has left Running, and carries it out afterwards', async () => {
    await withBench(
      { behaviour: { secondRebuild: 'whileRunning' } },
      async ({ rebuild, clock, emulator }) => {
        await rebuild(ID);
        clock.advance(6_000);
        expect((await rebuild(ID)).status).toBe(200);
        clock.advance(2_000);
        expect((await rebuild(ID)).status).toBe(409);
        const [first, second] = emulator.rebuilds;
        expect(second?.startsAtMs).toBe(first?.endsAtMs);
      }
    );
  });
});

test('batchWithBadId=refusedInPart: those before the bad one are rebuilt, and the call is refused', async () => {
  await withBench({ behaviour: { batchWithBadId: 'refusedInPart' } }, async ({ send, encrypt, emulator }) => {
    const body = { imageId: 'm-web-2', adminPass: encrypt('1qaz@WSX') };
    const instanceIds = [ID, 'i-none', 'i-demo0002'];
    const reply = await send('PUT', '/v2/instance/rebuild', { ...body, instanceIds });
    expect(reply).toMatchObject({ status: 404, json: { code: 'NoSuchObject' } });
    expect(emulator.rebuilds.map(({ instanceId }) => instanceId)).toEqual([ID]);
    expect(emulator.calls.at(-1)).toMatchObject({ workTaken: true, code: 'NoSuchObject' });
  });
});
