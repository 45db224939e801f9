import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../../emulator/faults/faults.ts';
import { type Bench, withBench } from '../client.ts';

const ID = 'i-demo0001';

async function codesOver(bench: Bench, seconds: number): Promise<string> {
  const codes: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    codes.push((await bench.send('GET', `/v2/instance/${ID}`)).status);
    bench.clock.advance(1000);
  }
  return codes.join(' ');
}

const broken = { kind: 'error', status: 503, code: 'ServiceUnavailable' } as const;

describe('a fault for a while', () => {
  test('plays from its first moment up to its last, however many calls there are', async () => {
    const fault: Fault = { on: '*', during: { fromMs: 2000, forMs: 3000 }, play: broken };
    await withBench({ faults: [fault] }, async (bench) => {
      expect(await codesOver(bench, 7)).toBe('200 200 503 503 503 200 200');
    });
  });

  test('counts from when it was added', async () => {
    await withBench({}, async (bench) => {
      bench.clock.advance(100_000);
      bench.emulator.addFault({ on: '*', during: { fromMs: 1000 }, play: broken });
      expect(await codesOver(bench, 3)).toBe('200 503 503');
    });
  });

  test('may begin with the last rebuild that was accepted, of one instance where it names one', async () => {
    const during = { since: 'rebuild', fromMs: 1000, forMs: 1000 } as const;
    await withBench(
      { faults: [{ on: 'GetInstance', instanceId: ID, during, play: broken }] },
      async (bench) => {
        await bench.rebuild('i-demo0002');
        expect(await codesOver(bench, 3)).toBe('200 200 200');
        await bench.rebuild(ID);
        expect(await codesOver(bench, 3)).toBe('200 503 200');
      }
    );
  });

  test('still plays no more often than it says', async () => {
    const fault: Fault = { on: '*', times: 1, during: { fromMs: 0, forMs: 9000 }, play: broken };
    await withBench({ faults: [fault] }, async (bench) => {
      expect(await codesOver(bench, 3)).toBe('503 200 200');
    });
  });
});

test('lag: one read shows what was, the next one what is', async () => {
  await withBench({ behaviour: { staleRunningMs: 0 } }, async (bench) => {
    bench.emulator.addFault({ on: 'GetInstance', play: { kind: 'lag', ms: 5000 } });
    bench.clock.advance(1);
    await bench.rebuild(ID);
    bench.clock.advance(1000);
    const status = async () => (await bench.send('GET', `/v2/instance/${ID}`)).json.instance.status;
    expect([await status(), await status()]).toEqual(['Running', 'Starting']);
  });
});

test('snapshotAt with lostRebuild: the status leaves and comes back, although nothing was erased', async () => {
  const faults: readonly Fault[] = [
    { on: 'RebuildInstance', play: { kind: 'snapshotAt', afterMs: 3000, ms: 4000 } },
    { on: 'RebuildInstance', play: { kind: 'lostRebuild' } }
  ];
  await withBench({ faults }, async (bench) => {
    await bench.rebuild(ID);
    const seen: string[] = [];
    for (let second = 0; second < 9; second += 1) {
      seen.push(bench.emulator.instance(ID).status);
      bench.clock.advance(1000);
    }
    expect(seen).toEqual([
      ...Array(3).fill('Running'),
      ...Array(4).fill('SnapshotProcessing'),
      ...Array(2).fill('Running')
    ]);
    expect(bench.emulator.rebuilds).toEqual([]);
    expect(bench.emulator.instance(ID).imageId).toBe('m-web-1');
  });
});

test('partialBatch: the first ones are rebuilt, and all of it is refused', async () => {
  const play = { kind: 'partialBatch', count: 1, status: 409, code: 'Instance.Busy' } as const;
  const faults: readonly Fault[] = [{ on: 'RebuildBatchInstance', play }];
  await withBench({ faults }, async ({ send, encrypt, emulator }) => {
    const body = { imageId: 'm-web-2', adminPass: encrypt('1qaz@WSX'), instanceIds: [ID, 'i-demo0002'] };
    expect(await send('PUT', '/v2/instance/rebuild', body)).toMatchObject({
      status: 409,
      json: { code: 'Instance.Busy' }
    });
    expect(emulator.rebuilds.map(({ instanceId }) => instanceId)).toEqual([ID]);
    expect(emulator.calls.at(-1)?.workTaken).toBe(true);
  });
});
