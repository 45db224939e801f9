/**
 * Measures the figures in the documents: start time, memory and size of the bundle, the calls of a plain rebuild, how
 * soon its end is noticed, and the cost of fleets. It uses the emulator, with a virtual clock where possible.
 * `npm run bench -- lag calls` measures only these parts.
 */
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../../emulator/server.ts';
import { demoInputs } from '../demo-inputs.ts';
import { actionNode, runAction } from '../runner.ts';
import { measureFleets, measureRealFleet } from './fleets.ts';
import { measureCalls, measureLag } from './lag.ts';
import { quantile } from './quantile.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const runs = 20;

/** Makes a process print its peak memory in KiB and its CPU time in microseconds on stderr at its end. */
const tellPeak = `--import=data:text/javascript,${encodeURIComponent(
  "import { writeSync } from 'node:fs'; process.on('exit', () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); writeSync(2, `${maxRSS} ${userCPUTime + systemCPUTime}`); });"
)}`;

/** Runs node; resolves with its duration in ms and its peak memory in MiB. */
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
      inputs: { ...demoInputs(emulator), pollInterval: '1s' },
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

const parts: Readonly<Record<string, () => Promise<void> | void>> = {
  process: measureProcess,
  size: measureSize,
  calls: measureCalls,
  lag: measureLag,
  fleets: measureFleets,
  real: () => measureRealFleet(tellPeak)
};
const asked = process.argv.slice(2);
for (const name of asked) {
  if (!(name in parts)) throw new Error(`"${name}" is none of ${Object.keys(parts).join(', ')}`);
}
for (const [name, measure] of Object.entries(parts)) {
  if (asked.length === 0 || asked.includes(name)) await measure();
}
