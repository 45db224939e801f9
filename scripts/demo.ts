/**
 * Runs the committed bundle on the emulator, as a runner does, and prints the log, the outputs and the job summary.
 */
import { startEmulator } from '../emulator/server.ts';
import { demoInputs } from './demo-inputs.ts';
import { runAction } from './runner.ts';

const emulator = await startEmulator({
  behaviour: {
    staleRunningMs: 3_000,
    rebuildMs: 8_000,
    statuses: ['Stopping', 'Starting'],
    imageIdFlips: 'accept'
  }
});
console.log(`The emulator listens on ${emulator.endpoint}. Rebuilding i-demo0001 from m-web-1 to m-web-2.\n`);
try {
  const result = await runAction({
    inputs: { ...demoInputs(emulator), pollInterval: '1s' }
  });
  console.log(`${result.log.trim()}\n`);
  console.log('Outputs');
  for (const [name, value] of Object.entries(result.outputs))
    console.log(`  ${name} = ${value.slice(0, 100)}`);
  console.log(`\nJob summary\n\n${result.summary.trim()}\n`);
  const calls = new Map<string, number>();
  for (const { operation } of emulator.calls) calls.set(operation, (calls.get(operation) ?? 0) + 1);
  console.log(`Calls: ${[...calls].map(([name, count]) => `${count} ${name}`).join(', ')}`);
  console.log(`Exit code ${result.main.exitCode}; rebuilds carried out: ${emulator.rebuilds.length}`);
  process.exitCode = result.main.exitCode === 0 && emulator.rebuilds.length === 1 ? 0 : 1;
} finally {
  await emulator.close();
}
