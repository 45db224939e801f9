import * as core from '@actions/core';
import type { RunReport } from '../core/report/report.ts';

/**
 * Sets every output from a report. It is called as soon as the plan stands and again when more is known; the
 * last value counts, so that a run that is cut off leaves what it knew.
 */
export function setOutputs(report: RunReport): void {
  const { instances } = report;
  const each = (read: (one: RunReport['instances'][number]) => string): string =>
    instances.map(read).join(',');
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
    result: JSON.stringify(report)
  };
  for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
}
