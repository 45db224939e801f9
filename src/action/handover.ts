import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import type { InstanceRun } from '../core/run/instance-run.ts';
import { parseRunState, type RunState, serializeRunState } from '../core/run/run-state.ts';
import { messageOf } from './message-of.ts';
import { partOf, replaceFile } from './replace-file.ts';

/**
 * What the main step leaves for the post step. It lies in a file, not in the runner's state, because the state
 * only ever grows and this is written again and again. It holds no secret.
 */
export interface Handover {
  readonly state: RunState;
  /** Whether the run was cancelled. */
  readonly cancelled: boolean;
  /** Whether the step is green. */
  readonly ok: boolean;
  /** Whether the main step has come to its end; where it has not, its process may still be alive. */
  readonly ended: boolean;
  readonly process: MainProcess;
  readonly recordId?: number;
}

/** The process of the main step. */
export interface MainProcess {
  readonly pid: number;
  /** The script that it runs, which tells it from another process that has got the same number since. */
  readonly script: string;
}

const stateName = 'handover';

/** The main step's side of the file. */
export interface HandoverFile {
  /** Replaces what was written before. Throws where the file cannot be written. */
  write(handover: Omit<Handover, 'process'>): void;
  /** Whether the post step has started and taken over. */
  isTaken(): boolean;
}

/** The post step cannot be told where the handover is, so nothing may be sent. */
export class UnsavedStateError extends Error {
  override name = 'UnsavedStateError';
}

/**
 * Makes the file known to the post step.
 *
 * @throws UnsavedStateError where the runner's state cannot be written
 */
export function openHandover(): HandoverFile {
  const file = join(process.env['RUNNER_TEMP'] || tmpdir(), `rebuild-bcc-instance-${randomUUID()}.json`);
  const own: MainProcess = { pid: process.pid, script: process.argv[1] ?? '' };
  try {
    core.saveState(stateName, file);
  } catch (cause) {
    const message = `What the post step needs to know cannot be saved, so nothing was sent: ${messageOf(cause)}. Check the disk of the runner.`;
    throw new UnsavedStateError(message, { cause });
  }
  const lines = new WeakMap<InstanceRun, string>();
  return {
    write(handover) {
      const { state, ...others } = handover;
      const head = JSON.stringify({ ...others, process: own });
      replaceFile(file, `${head}\n${serializeRunState(state, lines)}`);
    },
    isTaken: () => existsSync(takenMark(file))
  };
}

/** The post step's side of the file. */
export interface TakenHandover {
  /** What was written last; `undefined` where there is no plan yet. Throws where it cannot be read. */
  read(): Handover | undefined;
  /** Tells a main step that is still alive that it must not send anything any more. */
  take(): void;
  /** Removes the file. Where that fails the runner does it, which empties its folder after the job. */
  remove(): void;
}

/** What the main step left; `undefined` where it never made the file known. */
export function findHandover(): TakenHandover | undefined {
  const file = core.getState(stateName);
  if (file === '') return undefined;
  return {
    read() {
      try {
        const [head = '', ...state] = readFileSync(file, 'utf8').split('\n');
        return { ...(JSON.parse(head) as Omit<Handover, 'state'>), state: parseRunState(state.join('\n')) };
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        const message = `${messageOf(error)}. Look at the instances and their load balancers in the console before you run again.`;
        throw new Error(message, { cause: error });
      }
    },
    take: () => writeFileSync(takenMark(file), '', { mode: 0o600 }),
    remove() {
      for (const name of [file, partOf(file), takenMark(file)]) {
        try {
          rmSync(name, { force: true });
        } catch {
          // On Windows another program may have it open; what was read matters more.
        }
      }
    }
  };
}

function takenMark(file: string): string {
  return `${file}.taken`;
}
