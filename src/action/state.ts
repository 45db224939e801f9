import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import type { RunReport } from '../core/report/report.ts';
import { jobLog } from './log.ts';

/**
 * What the main step leaves for the post step. It lies in a file, not in the runner's state, because the state
 * only ever grows and this is written again and again. It holds no secret.
 */
export interface Handover {
  readonly report: RunReport;
  /** Whether the run was cancelled. */
  readonly cancelled: boolean;
  /** Whether the step went well. */
  readonly ok: boolean;
  readonly recordId?: number;
}

const stateName = 'handover';

/** Keeps what is known for the post step; the last call counts. */
export type Keep = (handover: Handover) => void;

/**
 * Makes the file known to the post step and gives the function that fills it. The summary is an extra: where the
 * file cannot be written, that is one warning, and the rebuild goes on.
 */
export function openHandover(): Keep {
  const file = join(process.env['RUNNER_TEMP'] || tmpdir(), `rebuild-bcc-instance-${randomUUID()}.json`);
  core.saveState(stateName, file);
  let isWarned = false;
  return (handover) => {
    try {
      // Written aside and renamed, so that a kill leaves the file of before and not half of a new one.
      writeFileSync(`${file}.part`, JSON.stringify(handover), { mode: 0o600 });
      renameSync(`${file}.part`, file);
    } catch (error) {
      if (!isWarned)
        jobLog.warning(`No job summary: ${error instanceof Error ? error.message : String(error)}`);
      isWarned = true;
    }
  };
}

/** What the main step left; `undefined` where it ended before there was a plan. */
export function takeHandover(): Handover | undefined {
  const file = core.getState(stateName);
  if (file === '') return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Handover;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  } finally {
    rmSync(file, { force: true });
  }
}
