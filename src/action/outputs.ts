import { statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import type { RunReport } from '../core/report/report.ts';
import { emptyResultText, resultText } from '../core/report/trim.ts';

/** The outputs could not be written; the message says what has become of the run. */
export class OutputsError extends Error {
  override name = 'OutputsError';
}

/** The runner reads the file of the outputs as a whole at the end of the step. In bytes. */
const mostBytes = 16_000_000;

/**
 * Sets every output from a report. It is called as soon as the plan stands and again when more is known; the
 * last value counts, so that a run that is cut off leaves what it knew.
 */
export function setOutputs(report: RunReport): void {
  const { instances } = report;
  // One value an instance, in order; nothing where none of them has one.
  const each = (read: (one: RunReport['instances'][number]) => string): string => {
    const values = instances.map(read);
    return values.every((value) => value === '') ? '' : values.join(',');
  };
  const outputs: Readonly<Record<string, string>> = {
    status: report.status,
    changed: String(report.changed),
    imageId: report.imageId,
    imageName: report.imageName,
    previousImageId: each(({ before }) => before.imageId),
    instanceIds: each(({ instanceId }) => instanceId),
    backupImageId: each(({ backup }) => backup?.imageId ?? ''),
    publicIp: each(({ publicIp }) => publicIp),
    internalIp: each(({ internalIp }) => internalIp),
    requestId: each(({ requestIds }) => requestIds[0] ?? ''),
    knownHosts: instances.flatMap(({ knownHosts }) => knownHosts).join('\n'),
    durationSeconds: String(report.durationSeconds),
    result: resultText(report),
    resultFile: writeResultFile(report)
  };
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
 * told anew with every step of every instance, and each time it is appended. Only this function's outputs are
 * lost, and they are written again at once.
 */
function forgetEarlier(): void {
  const file = process.env['GITHUB_OUTPUT'];
  if (file === undefined || file === '') return;
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > mostBytes) truncateSync(file);
}
