/**
 * Writes docs/sample-summary.md: the job summary of a rebuild on the emulator, as GitHub shows it.
 * `node scripts/sample-summary.ts`
 */
import { writeFileSync } from 'node:fs';
import { startEmulator } from '../emulator/server.ts';
import { demoInputs } from './demo-inputs.ts';
import { runAction } from './runner.ts';

const emulator = await startEmulator({
  behaviour: { staleRunningMs: 3_000, rebuildMs: 12_000, statuses: ['Stopping', 'Starting'] }
});
try {
  const { summary } = await runAction({
    inputs: demoInputs(emulator)
  });
  const head = '<!-- Written by scripts/sample-summary.ts: a rebuild on the emulator. -->';
  writeFileSync(new URL('../docs/sample-summary.md', import.meta.url), `${head}\n\n${summary.trim()}\n`);
} finally {
  await emulator.close();
}
