/** The cost of fleets: three sizes on the virtual clock, and the largest with the bundle in real time. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEmulator } from '../../emulator/server.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import { actionNode, runAction } from '../runner.ts';
import type { FleetCost } from './fleet.ts';

const sizes = [10, 100, 1_000] as const;

/** Three fleets with rebuilds of 2.5 to 7.5 minutes, `maxUnavailable: 2%`, `pollInterval: 5s`, 5 calls a second. */
export async function measureFleets(): Promise<void> {
  for (const size of sizes) {
    const cost = await costOf(size);
    if (cost.status !== 'rebuilt' || cost.rebuildsMs.length !== size || cost.rebuiltIds !== size) {
      throw new Error(`the fleet of ${size} went wrong: ${JSON.stringify(cost)}`);
    }
    const over = (ms: number): string => ((cost.tookMs / ms - 1) * 100).toFixed(1);
    console.log(
      [
        `fleet of ${String(size).padEnd(5)}           ${cost.calls} calls (${(cost.calls / size).toFixed(1)} for each instance)`,
        `${cost.ticks} list ticks, at most ${cost.surplus} calls more in one than its instances need`,
        `${(cost.tookMs / 3_600_000).toFixed(2)} h with ${cost.slots} unavailable at once, ${over(cost.idealMs)} % over the ideal, ${over(cost.evenMs)} % over the sum of the rebuilds / slots`,
        `CPU ${cost.cpuSeconds.toFixed(1)} s`,
        `of it ${cost.handover.cpuSeconds.toFixed(1)} s for ${cost.handover.writes} writes of the handover, ${cost.handover.medianMs.toFixed(1)} ms each (median), ${(cost.handover.bytes / 1e6).toFixed(1)} MB`,
        `peak ${cost.peakMib.toFixed(0)} MiB at full speed`
      ].join('; ')
    );
  }
}

async function costOf(size: number): Promise<FleetCost> {
  const script = fileURLToPath(new URL('./fleet.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(actionNode(), [script, String(size)]);
  return JSON.parse(stdout) as FleetCost;
}

/** Rebuilds 1,000 instances with the bundle in real time, 100 at once; each rebuild takes 5 to 15 s. */
export async function measureRealFleet(tellPeak: string): Promise<void> {
  const size = 1_000;
  const emulator = await startEmulator({
    world: fleetWorld(size),
    behaviour: { staleRunningMs: 2_000, rebuildMs: 10_000, rebuildSpread: 0.5 }
  });
  const startMs = performance.now();
  const { main, outputs } = await runAction({
    inputs: {
      endpoint: emulator.endpoint,
      accessKeyId: emulator.credentials.accessKeyId,
      secretAccessKey: emulator.credentials.secretAccessKey,
      instanceTag: 'fleet=demo',
      imageId: 'm-web-2',
      adminPass: 'Bench-only-1234',
      timeout: '5m',
      pollInterval: '5s',
      maxUnavailable: '10%',
      requestsPerSecond: '20'
    },
    mainOnly: true,
    limitMs: 900_000,
    nodeArgs: [tellPeak]
  });
  const took = (performance.now() - startMs) / 1_000;
  const rebuilt = new Set(emulator.rebuilds.map(({ instanceId }) => instanceId)).size;
  const calls = emulator.calls.length;
  await emulator.close();
  if (outputs['status'] !== 'rebuilt' || rebuilt !== size || main.exitCode !== 0) {
    throw new Error(`the real fleet went wrong: ${outputs['status']}, ${rebuilt} rebuilt`);
  }
  const [peakKib = Number.NaN, cpuMicros = Number.NaN] = main.stderr.split(' ').map(Number);
  console.log(
    `the bundle, 1,000        peak ${(peakKib / 1024).toFixed(0)} MiB, CPU ${(cpuMicros / 1e6).toFixed(1)} s, ${calls} calls, ${took.toFixed(0)} s in real time`
  );
}
