import { describe, expect, test } from '@jest/globals';
import type { Fault, Play } from '../../../emulator/faults/faults.ts';
import { type Bench, withBench } from '../client.ts';

const ID = 'i-demo0001';
const READ = `/v2/instance/${ID}`;

/** Statuses of so many reads in a row. */
async function reads({ send }: Bench, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < count; index += 1) statuses.push((await send('GET', READ)).status);
  return statuses;
}

describe('which calls', () => {
  const play: Play = { kind: 'error', status: 500, code: 'InternalError' };
  test.each<[string, Fault[], number[]]>([
    ['the first', [{ on: 'GetInstance', play }], [500, 200, 200, 200]],
    ['two from the second on', [{ on: 'GetInstance', from: 2, times: 2, play }], [200, 500, 500, 200]],
    ['all', [{ on: '*', times: Number.POSITIVE_INFINITY, play }], [500, 500, 500, 500]],
    ['those of another operation', [{ on: 'ListInstances', play }], [200, 200, 200, 200]],
    [
      'those of another instance',
      [{ on: 'GetInstance', instanceId: 'i-demo0002', play }],
      [200, 200, 200, 200]
    ],
    ['those of this instance', [{ on: '*', instanceId: ID, play }], [500, 200, 200, 200]],
    [
      'one fault after the other',
      [
        { on: 'GetInstance', times: 2, play: { kind: 'throttle' } },
        { on: 'GetInstance', play }
      ],
      [429, 429, 500, 200]
    ]
  ])('%s', async (_name, faults, statuses) => {
    await withBench({ faults }, async (bench) => {
      expect(await reads(bench, 4)).toEqual(statuses);
    });
  });

  test('one that is added on the way', async () => {
    await withBench({}, async (bench) => {
      await reads(bench, 3);
      bench.emulator.addFault({ on: 'GetInstance', play });
      expect(await reads(bench, 2)).toEqual([500, 200]);
      expect(bench.emulator.calls.map((call) => call.fault)).toEqual([
        undefined,
        undefined,
        undefined,
        'error',
        undefined
      ]);
    });
  });

  test('a batch, or one of it', async () => {
    const fault: Fault = {
      on: 'RebuildBatchInstance',
      instanceId: 'i-demo0002',
      play: { kind: 'endsIn', status: 'Error' }
    };
    await withBench({ faults: [fault] }, async ({ send, encrypt, clock, emulator }) => {
      const body = { instanceIds: [ID, 'i-demo0002'], imageId: 'm-web-2', adminPass: encrypt('1qaz@WSX') };
      await send('PUT', '/v2/instance/rebuild', body);
      clock.advance(187_000);
      expect([emulator.instance(ID).status, emulator.instance('i-demo0002').status]).toEqual([
        'Running',
        'Error'
      ]);
    });
  });
});
