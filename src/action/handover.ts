import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import { parseRunState, type RunState, serializeRunState } from '../core/run/run-state.ts';

/**
 * What the main step leaves for the post step. It lies in a file, not in the runner's state, because the state
 * only ever grows and this is written again and again. It holds no secret.
 */
export interface Handover {
  readonly state: RunState;
  /** Whether the run was cancelled. */
  readonly cancelled: boolean;
  /** Whether the step went well. */
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
  /** Whether the post step has begun and taken over. */
  isTaken(): boolean;
}

/** Makes the file known to the post step. */
export function openHandover(): HandoverFile {
  const file = join(process.env['RUNNER_TEMP'] || tmpdir(), `rebuild-bcc-instance-${randomUUID()}.json`);
  const own: MainProcess = { pid: process.pid, script: process.argv[1] ?? '' };
  core.saveState(stateName, file);
  return {
    write(handover) {
      // Written aside and renamed, so that a kill leaves the file of before and not half of a new one.
      const { state, ...others } = handover;
      const head = JSON.stringify({ ...others, process: own });
      writeThrough(`${file}.part`, `${head}\n${serializeRunState(state)}`);
      renameSync(`${file}.part`, file);
    },
    isTaken: () => existsSync(takenMark(file))
  };
}

/** The post step's side of the file. */
export interface TakenHandover {
  /** What was written last; `undefined` where the main step ended before there was a plan. */
  read(): Handover | undefined;
  /** Tells a main step that is still alive that it must not send anything any more. */
  take(): void;
  /** Removes the file. */
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
        throw error;
      }
    },
    take: () => writeFileSync(takenMark(file), '', { mode: 0o600 }),
    remove() {
      for (const name of [file, `${file}.part`, takenMark(file)]) rmSync(name, { force: true });
    }
  };
}

function takenMark(file: string): string {
  return `${file}.taken`;
}

/** Returns when the disk has it: a machine that loses its power right after a call must not forget the call. */
function writeThrough(file: string, text: string): void {
  const handle = openSync(file, 'w', 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
