/**
 * Measures what the README states: the start and the memory of the bundle, its size, the calls of a plain
 * rebuild and how soon its end is noticed, and what fleets cost. Runs on the emulator, where it can on a virtual clock.
 */
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withVirtualWorld } from '../../__tests__/support/virtual.ts';
import { startEmulator } from '../../emulator/server.ts';
import { actionNode, runAction } from '../runner.ts';
import { measureFleets, measureRealFleet } from './fleets.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const runs = 20;

/** The value below which the given part of the sorted values lies. */
function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

/** Prints its peak memory in KiB and its CPU time in microseconds on stderr when the process ends. */
const tellPeak = `--import=data:text/javascript,${encodeURIComponent(
  "import { writeSync } from 'node:fs'; process.on('exit', () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); writeSync(2, `${maxRSS} ${userCPUTime + systemCPUTime}`); });"
)}`;

/** Runs node and gives how long it took in ms and its peak memory in MiB. */
function runNode(
  args: readonly string[],
  env: NodeJS.ProcessEnv
): Promise<{ tookMs: number; peakMib: number }> {
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    const child = spawn(actionNode(), [tellPeak, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    child.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', () =>
      resolve({ tookMs: performance.now() - startMs, peakMib: Number.parseInt(told, 10) / 1024 })
    );
  });
}

async function measureProcess(): Promise<void> {
  const emptyMs: number[] = [];
  const emptyMib: number[] = [];
  const firstMs: number[] = [];
  const fullMib: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const empty = await runNode(['-e', ''], {});
    emptyMs.push(empty.tookMs);
    emptyMib.push(empty.peakMib);
    const began = { first: 0 };
    const emulator = await startEmulator({
      behaviour: { staleRunningMs: 0, rebuildMs: 2_000, statuses: ['Starting'] },
      onCall: () => {
        began.first ||= performance.now();
      }
    });
    let startMs = 0;
    const { main } = await runAction({
      inputs: {
        endpoint: emulator.endpoint,
        accessKeyId: emulator.credentials.accessKeyId,
        secretAccessKey: emulator.credentials.secretAccessKey,
        instanceId: 'i-demo0001',
        imageId: 'm-web-2',
        adminPass: 'Bench-only-1234',
        timeout: '1m',
        pollInterval: '1s'
      },
      mainOnly: true,
      nodeArgs: [tellPeak],
      onMain: () => {
        startMs = performance.now();
      }
    });
    firstMs.push(began.first - startMs);
    fullMib.push(Number.parseInt(main.stderr, 10) / 1024);
    await emulator.close();
  }
  const emptyMedian = quantile(emptyMs, 0.5);
  const firstMedian = quantile(firstMs, 0.5);
  console.log(
    `start to first request   ${firstMedian.toFixed(0)} ms, an empty script ${emptyMedian.toFixed(0)} ms: ${(firstMedian - emptyMedian).toFixed(0)} ms more (median of ${runs})`
  );
  const peak = quantile(fullMib, 0.5);
  const emptyPeak = quantile(emptyMib, 0.5);
  console.log(
    `peak memory              ${peak.toFixed(1)} MiB, an empty script ${emptyPeak.toFixed(1)} MiB: ${(peak - emptyPeak).toFixed(1)} MiB more (median of ${runs})`
  );
}

function measureSize(): void {
  const folder = join(root, 'dist', 'main');
  const bytes = (name: string): number => statSync(join(folder, name)).size;
  const chunks = readdirSync(folder).filter((name) => /^\d+\.index\.js$/.test(name));
  const onDemand = chunks.reduce((sum, name) => sum + bytes(name), 0);
  console.log(
    `dist/main/index.js       ${bytes('index.js').toLocaleString('en')} bytes; ${onDemand.toLocaleString('en')} more only with a Deployment record`
  );
}

async function measureCalls(): Promise<void> {
  const counted = await withVirtualWorld(
    { emulator: { behaviour: { staleRunningMs: 7_000, rebuildMs: 293_000 } } },
    async ({ emulator, run }) => {
      await run();
      const counts = new Map<string, number>();
      for (const { operation } of emulator.calls) counts.set(operation, (counts.get(operation) ?? 0) + 1);
      return counts;
    }
  );
  const all = [...counted.values()].reduce((sum, count) => sum + count, 0);
  const each = [...counted].map(([name, count]) => `${count} ${name}`).join(', ');
  console.log(`calls, 5-minute rebuild  ${all} (${each})`);
}

async function measureLag(): Promise<void> {
  const rebuilds = 200;
  const lags: number[] = [];
  for (let count = 0; count < rebuilds; count += 1) {
    const rebuildMs = 60_000 + Math.random() * 540_000;
    const staleRunningMs = Math.random() * 20_000;
    await withVirtualWorld(
      { emulator: { behaviour: { rebuildMs, staleRunningMs } }, random: Math.random },
      async ({ emulator, clock, run }) => {
        await run();
        lags.push(clock.wallMs() - (emulator.rebuilds[0]?.endsAtMs ?? Number.NaN));
      }
    );
  }
  const seconds = (part: number): string => (quantile(lags, part) / 1000).toFixed(2);
  console.log(
    `lag, pollInterval 5s     median ${seconds(0.5)} s, p95 ${seconds(0.95)} s, most ${seconds(1)} s (${rebuilds} random rebuilds)`
  );
}

await measureProcess();
measureSize();
await measureCalls();
await measureLag();
await measureFleets();
await measureRealFleet(tellPeak);
