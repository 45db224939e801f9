import { describe, expect, test } from '@jest/globals';
import { behaviourValues } from '../../../emulator/world/behaviour.ts';
import { type Bench, withBench } from '../client.ts';

const READ = '/v2/instance/i-demo0001';

async function statuses({ send }: Bench, count: number): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index += 1) all.push((await send('GET', READ)).status);
  return all;
}

describe('callsPerSecond', () => {
  test('0 is no limit', async () => {
    await withBench({}, async (bench) => {
      expect(new Set(await statuses(bench, 50))).toEqual(new Set([200]));
    });
  });

  test('the second slides, and refused calls do not count', async () => {
    await withBench({ behaviour: { callsPerSecond: 5 } }, async (bench) => {
      expect(await statuses(bench, 3)).toEqual([200, 200, 200]);
      bench.clock.advance(600);
      expect(await statuses(bench, 4)).toEqual([200, 200, 429, 429]);
      bench.clock.advance(400);
      expect(await statuses(bench, 4)).toEqual([200, 200, 200, 429]);
      bench.clock.advance(600);
      expect(await statuses(bench, 3)).toEqual([200, 200, 429]);
    });
  });

  test('it counts the calls of both services together, and no work is done beyond it', async () => {
    await withBench({ behaviour: { callsPerSecond: 1 } }, async ({ send, rebuild, emulator }) => {
      await send('GET', '/v1/blb');
      expect((await rebuild('i-demo0001')).status).toBe(429);
      expect(emulator.rebuilds).toEqual([]);
      expect(emulator.calls[1]).toMatchObject({ code: 'RateLimit', workTaken: false });
    });
  });

  test.each(behaviourValues.throttle.map((throttle) => [JSON.stringify(throttle), throttle] as const))(
    'in the shape %s',
    async (_name, throttle) => {
      await withBench({ behaviour: { callsPerSecond: 1, throttle } }, async ({ send }) => {
        await send('GET', READ);
        const { status, headers, json } = await send('GET', READ);
        expect({ status, code: json.code, retryAfter: headers['retry-after'] }).toEqual({
          status: throttle.status,
          code: throttle.code,
          retryAfter: throttle.retryAfter === undefined ? undefined : String(throttle.retryAfter)
        });
      });
    }
  );

  test('a call with a bad signature is refused for that first, and does not count', async () => {
    await withBench({ behaviour: { callsPerSecond: 1 } }, async ({ send }) => {
      const options = { secretAccessKey: 'another0secret0key0altogether' };
      expect((await send('GET', READ, undefined, options)).status).toBe(400);
      expect((await send('GET', READ)).status).toBe(200);
    });
  });
});
