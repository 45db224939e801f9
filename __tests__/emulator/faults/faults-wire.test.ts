import { describe, expect, test } from '@jest/globals';
import type { Fault, Play } from '../../../emulator/faults/faults.ts';
import { behaviourValues } from '../../../emulator/world/behaviour.ts';
import { type Bench, withBench } from '../client.ts';

const ID = 'i-demo0001';
const READ = `/v2/instance/${ID}`;

function onRebuild(play: Play): Fault[] {
  return [{ on: 'RebuildInstance', play }];
}

/** Statuses of so many reads in a row. */
async function reads({ send }: Bench, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < count; index += 1) statuses.push((await send('GET', READ)).status);
  return statuses;
}

describe('on the wire', () => {
  test.each(behaviourValues.throttle.map((throttle) => [JSON.stringify(throttle), throttle] as const))(
    'throttle: %s',
    async (_name, throttle) => {
      await withBench(
        { behaviour: { throttle }, faults: onRebuild({ kind: 'throttle' }) },
        async ({ rebuild, emulator }) => {
          const { status, headers, json } = await rebuild(ID);
          expect({ status, code: json.code, retryAfter: headers['retry-after'] }).toEqual({
            status: throttle.status,
            code: throttle.code,
            retryAfter: throttle.retryAfter === undefined ? undefined : String(throttle.retryAfter)
          });
          expect(emulator.rebuilds).toEqual([]);
        }
      );
    }
  );

  test.each([
    [undefined, 0],
    ['before', 0],
    ['after', 1]
  ] as const)('error %s the work', async (when, rebuilds) => {
    const play: Play = {
      kind: 'error',
      status: 503,
      code: 'ServiceUnavailable',
      message: 'no',
      ...(when && { when })
    };
    await withBench({ faults: onRebuild(play) }, async ({ rebuild, emulator }) => {
      expect(await rebuild(ID)).toMatchObject({
        status: 503,
        json: { code: 'ServiceUnavailable', message: 'no' }
      });
      expect(emulator.rebuilds).toHaveLength(rebuilds);
      expect(emulator.calls).toMatchObject([{ status: 503, workTaken: rebuilds === 1 }]);
    });
  });

  test.each([
    ['before', 0],
    ['after', 1]
  ] as const)('reset %s the work', async (when, rebuilds) => {
    await withBench({ faults: onRebuild({ kind: 'reset', when }) }, async ({ rebuild, emulator }) => {
      await expect(rebuild(ID)).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(emulator.rebuilds).toHaveLength(rebuilds);
      expect(emulator.calls).toMatchObject([{ status: 0, code: '', fault: 'reset' }]);
    });
  });

  test.each([true, false])('cutBody of a read, chunked: %s', async (chunked) => {
    await withBench(
      { faults: [{ on: 'GetInstance', play: { kind: 'cutBody', chunked } }] },
      async ({ send }) => {
        await expect(send('GET', READ)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
      }
    );
  });

  test.each(behaviourValues.rebuildReply)('cutBody of a write, rebuildReply=%s', async (rebuildReply) => {
    await withBench(
      { behaviour: { rebuildReply }, faults: onRebuild({ kind: 'cutBody' }) },
      async (bench) => {
        await expect(bench.rebuild(ID)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
        expect(bench.emulator.rebuilds).toHaveLength(1);
      }
    );
  });

  test.each([
    ['before', 0],
    ['after', 1]
  ] as const)('hang %s the work', async (when, rebuilds) => {
    await withBench({ faults: onRebuild({ kind: 'hang', when }) }, async ({ send, encrypt, emulator }) => {
      const body = { imageId: 'm-web-2', adminPass: encrypt('1qaz@WSX') };
      await expect(send('PUT', `${READ}?rebuild`, body, { timeoutMs: 100 })).rejects.toThrow('timed out');
      expect(emulator.rebuilds).toHaveLength(rebuilds);
    });
  });

  test('close ends hung calls too', async () => {
    let hung: Promise<unknown> = Promise.resolve();
    await withBench(
      { faults: [{ on: 'GetInstance', play: { kind: 'hang' } }] },
      async ({ send, emulator }) => {
        hung = expect(send('GET', READ)).rejects.toThrow(/hang up|ECONNRESET/);
        while (emulator.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    );
    await hung;
  });

  test('slow, in real time', async () => {
    await withBench({ faults: [{ on: 'GetInstance', play: { kind: 'slow', ms: 80 } }] }, async ({ send }) => {
      const began = performance.now();
      expect((await send('GET', READ)).status).toBe(200);
      expect(performance.now() - began).toBeGreaterThan(70);
    });
  });

  test('emptyBody and garbage', async () => {
    const faults: Fault[] = [
      { on: 'GetInstance', play: { kind: 'emptyBody' } },
      { on: 'GetInstance', play: { kind: 'garbage' } }
    ];
    await withBench({ faults }, async ({ send }) => {
      expect(await send('GET', READ)).toMatchObject({ status: 200, text: '' });
      const garbage = await send('GET', READ);
      expect(garbage).toMatchObject({ status: 200, headers: { 'content-type': 'text/html' } });
      expect(garbage.text).toMatch(/^<html>/);
    });
  });

  test.each([
    ['after', 1],
    ['before', 0]
  ] as const)('garbage %s the work', async (when, rebuilds) => {
    await withBench({ faults: onRebuild({ kind: 'garbage', when }) }, async ({ rebuild, emulator }) => {
      expect((await rebuild(ID)).status).toBe(200);
      expect(emulator.rebuilds).toHaveLength(rebuilds);
    });
  });

  test('redirect', async () => {
    await withBench({ faults: onRebuild({ kind: 'redirect', to: 'http://127.0.0.1:1/' }) }, async (bench) => {
      expect(await bench.rebuild(ID)).toMatchObject({
        status: 302,
        headers: { location: 'http://127.0.0.1:1/' }
      });
      expect(bench.emulator.rebuilds).toEqual([]);
    });
  });

  test('accessDenied, in mid-wait', async () => {
    const faults: Fault[] = [
      { on: 'GetInstance', from: 2, times: Number.POSITIVE_INFINITY, play: { kind: 'accessDenied' } }
    ];
    await withBench({ faults }, async (bench) => {
      expect(await reads(bench, 3)).toEqual([200, 403, 403]);
      expect(bench.emulator.calls[2]).toMatchObject({ code: 'AccessDenied' });
    });
  });

  test('skew: the Date header shows by how much', async () => {
    const faults: Fault[] = [
      { on: '*', times: Number.POSITIVE_INFINITY, play: { kind: 'skew', ms: 7_200_000 } }
    ];
    await withBench({ faults }, async ({ send }) => {
      const refused = await send('GET', READ);
      expect(refused).toMatchObject({ status: 400, json: { code: 'RequestExpired' } });
      expect(refused.headers.date).toBe('Sun, 01 Mar 2026 02:00:00 GMT');
      expect((await send('GET', READ, undefined, { skewMs: 7_200_000 })).status).toBe(200);
    });
  });

  test('stale: so many reads see the world before the write', async () => {
    const behaviour = { staleRunningMs: 0 };
    await withBench(
      { behaviour, faults: onRebuild({ kind: 'stale', reads: 2 }) },
      async ({ rebuild, send }) => {
        await rebuild(ID);
        const statuses: string[] = [];
        for (let index = 0; index < 3; index += 1)
          statuses.push((await send('GET', READ)).json.instance.status);
        expect(statuses).toEqual(['Running', 'Running', 'Starting']);
      }
    );
  });

  test('stale, from a read on', async () => {
    const faults: Fault[] = [{ on: 'GetInstance', from: 2, play: { kind: 'stale', reads: 2 } }];
    await withBench({ behaviour: { staleRunningMs: 0 }, faults }, async ({ rebuild, send }) => {
      await rebuild(ID);
      const statuses: string[] = [];
      for (let index = 0; index < 4; index += 1)
        statuses.push((await send('GET', READ)).json.instance.status);
      expect(statuses).toEqual(['Starting', 'Running', 'Running', 'Starting']);
    });
  });

  test('several at once', async () => {
    const faults: Fault[] = [
      ...onRebuild({ kind: 'endsIn', status: 'Error' }),
      ...onRebuild({ kind: 'reset', when: 'after' }),
      ...onRebuild({ kind: 'slow', ms: 1 })
    ];
    await withBench({ faults }, async ({ rebuild, clock, emulator }) => {
      await expect(rebuild(ID)).rejects.toThrow();
      clock.advance(187_000);
      expect(emulator.instance(ID).status).toBe('Error');
      expect(emulator.calls).toMatchObject([{ fault: 'endsIn+reset+slow' }]);
    });
  });
});
