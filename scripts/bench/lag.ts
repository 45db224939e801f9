/** The cost of a single rebuild: its calls, and the lag between its end and the end of the run. */
import { withVirtualWorld } from '../../__tests__/support/virtual.ts';
import { quantile } from './quantile.ts';

/** The statuses that a service shows during a rebuild, each equally long. */
interface Scene {
  readonly name: string;
  /** `bootMs` is about how long Starting lasts, if the scene has other statuses too. */
  readonly statuses: (rebuildMs: number, bootMs: number) => readonly string[];
}

const scenes: readonly Scene[] = [
  {
    name: 'Stopping, Stopped, Starting',
    statuses: (rebuildMs, bootMs) => [
      'Stopping',
      ...before('Stopped', rebuildMs, bootMs).slice(1),
      'Starting'
    ]
  },
  {
    name: 'ImageProcessing, Starting',
    statuses: (rebuildMs, bootMs) => [...before('ImageProcessing', rebuildMs, bootMs), 'Starting']
  },
  { name: 'no Starting', statuses: () => ['Rebuilding'] },
  { name: 'nothing but Starting', statuses: () => ['Starting'] }
];

/** Repeats the status before the boot so often that the boot lasts about `bootMs`. */
function before(status: string, rebuildMs: number, bootMs: number): readonly string[] {
  return Array<string>(Math.max(2, Math.round(rebuildMs / bootMs) - 1)).fill(status);
}

/** The calls of one rebuild of five minutes; its status changes after 7 s, the boot takes 20 s. */
export async function measureCalls(): Promise<void> {
  const rebuildMs = 293_000;
  for (const { name, statuses } of scenes) {
    const shown = statuses(rebuildMs, 20_000);
    const counts = new Map<string, number>();
    await withVirtualWorld(
      {
        emulator: { behaviour: { staleRunningMs: 7_000, rebuildMs, statuses: shown } },
        request: { timeoutMs: 1_200_000 }
      },
      async ({ emulator, run }) => {
        await run();
        for (const { operation } of emulator.calls) counts.set(operation, (counts.get(operation) ?? 0) + 1);
      }
    );
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const each = [...counts].map(([operation, count]) => `${count} ${operation}`).join(', ');
    console.log(`calls, 5-minute rebuild, ${name.padEnd(27)} ${all} (${each})`);
  }
}

/**
 * The lag of many rebuilds of 1 to 10 minutes; the status changes after 0 to 20 s, the boot takes 5 to 60 s. It
 * includes the second observation of the proof.
 */
export async function measureLag(): Promise<void> {
  const rebuilds = 300;
  for (const { name, statuses } of scenes) {
    const lags: number[] = [];
    for (let count = 0; count < rebuilds; count += 1) {
      const rebuildMs = 60_000 + Math.random() * 540_000;
      const behaviour = {
        rebuildMs,
        staleRunningMs: Math.random() * 20_000,
        statuses: statuses(rebuildMs, 5_000 + Math.random() * 55_000)
      };
      await withVirtualWorld(
        { emulator: { behaviour }, request: { timeoutMs: 1_200_000 }, random: Math.random },
        async ({ emulator, clock, run }) => {
          await run();
          lags.push(clock.wallMs() - (emulator.rebuilds[0]?.endsAtMs ?? Number.NaN));
        }
      );
    }
    const seconds = (part: number): string => (quantile(lags, part) / 1000).toFixed(2);
    console.log(
      `lag, pollInterval 5s, ${name.padEnd(27)} median ${seconds(0.5)} s, p95 ${seconds(0.95)} s, most ${seconds(1)} s (${rebuilds} rebuilds)`
    );
  }
}
