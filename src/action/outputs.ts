import { statSync, truncateSync, writeFileSync } from 'node:fs';
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

/** The runner reads the file of the outputs as a whole at the end of the step. In bytes. */
const mostBytes = 16_000_000;

/**
 * Sets every output from the state of a run. It is called as soon as the plan stands and again when more is known; the
 * last value counts, so that a run that is cut off leaves what it knew.
 */
export function setOutputs(state: RunState): void {
  const report = reportRun(state);
  const outputs = { ...outputsOf(state, report), resultFile: writeResultFile(report) };
  forgetEarlier();
  for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
}

/** Writes the whole result; gives the path, or nothing where that cannot be done, for the outputs matter more. */
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

/**
 * Empties the file of the outputs where it has become large: a fleet has a result of nearly a megabyte, it is
 * told again with every step of every instance, and each time it is appended. Only this function's outputs are
 * lost, and they are written again at once.
 */
function forgetEarlier(): void {
  const file = process.env['GITHUB_OUTPUT'];
  if (file === undefined || file === '') return;
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > mostBytes) truncateSync(file);
}
