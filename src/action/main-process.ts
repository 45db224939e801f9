/** The end of a main step that is still alive when the post step begins. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MainProcess } from './handover.ts';

/** A cancelled main step ends within this time after a signal, in milliseconds; then it is killed. */
const graceMs = 8_000;

/** How often the post step checks whether it is gone, in milliseconds. */
const intervalMs = 50;

/**
 * Ends the process of the main step and resolves when it is gone. In a job with a `container:` a cancel may never
 * reach that process: the runner ends `docker exec`, and what it started in the container goes on.
 *
 * @returns `gone` where there was none to end, `ended` where there was, `alive` where it could not be ended
 */
export async function endMainProcess(
  main: MainProcess,
  platform: NodeJS.Platform = process.platform
): Promise<'gone' | 'ended' | 'alive'> {
  // Container jobs exist on Linux only. Elsewhere the runner itself ends the main step before the post step begins.
  if (platform !== 'linux' || !isAlive(main)) return 'gone';
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(main.pid, signal);
    } catch {
      return isAlive(main) ? 'alive' : 'ended';
    }
    for (let waited = 0; waited < graceMs; waited += intervalMs) {
      await sleep(intervalMs);
      if (!isAlive(main)) return 'ended';
    }
  }
  return 'alive';
}

function isAlive({ pid, script }: MainProcess): boolean {
  if (pid === process.pid) return false;
  try {
    const state = /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return state !== 'Z' && state !== 'X' && command.includes(script);
  } catch {
    return false;
  }
}
