import { type Emulator, type EmulatorOptions, startEmulator } from '../server.ts';
import { banner } from './banner.ts';
import { help, logLine } from './explain.ts';
import { readOptions } from './options.ts';

async function main(): Promise<void> {
  let options: EmulatorOptions | 'help';
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
    return;
  }
  if (options === 'help') {
    process.stdout.write(help());
    return;
  }
  let emulator: Emulator | undefined;
  try {
    emulator = await startEmulator({
      ...options,
      onCall: (record) => {
        if (emulator !== undefined) process.stdout.write(`${logLine(record, emulator)}\n`);
      }
    });
  } catch (error) {
    process.stderr.write(`It cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
    return;
  }
  const running = emulator;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void running.close());
  process.stdout.write(banner(running, options.world ?? options.replay?.world));
}

await main();
