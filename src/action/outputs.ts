import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import { outputsOf } from '../core/report/outputs-of.ts';
import type { RunReport } from '../core/report/report.ts';
import { emptyResultText } from '../core/report/result-text.ts';
import { reportRun } from '../core/report/run-report.ts';
import type { RunState } from '../core/run/run-state.ts';

/** The outputs could not be written; the message says what has become of the run. */
export class OutputsError extends Error {
  override name = 'OutputsError';
}

/**
 * Sets every output from the state of a run. It is called when the plan stands, at the first change and at the end; the
 * last value counts, so that a run that is cut off leaves what it knew.
 */
export function setOutputs(state: RunState): void {
  const report = reportRun(state);
  const outputs = { ...outputsOf(state, report), resultFile: writeResultFile(report) };
  for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
}

/** Writes the whole result; gives the path, or '' where that fails: the outputs matter more. */
function writeResultFile(report: RunReport): string {
  const file = join(
    process.env['RUNNER_TEMP'] || tmpdir(),
    `rebuild-bcc-instance-result-${process.pid}.json`
  );
  try {
    writeFileSync(file, JSON.stringify(report), { mode: 0o600 });
    return file;
  } catch {
    return '';
  }
}

/** Sets the outputs of a run that ended before it had a plan: `result` is valid JSON all the same. */
export function setEarlyOutputs(): void {
  core.setOutput('status', 'failed');
  core.setOutput('changed', 'false');
  core.setOutput('result', emptyResultText(Date.now()));
}
