import { beforeRebuild, type InstanceRun, latestInstance, rebuildsOf } from '../run/instance-run.ts';
import { runStatus } from '../run/instance-status.ts';
import { hasChanged, type RunState } from '../run/run-state.ts';
import { toSeconds } from '../time.ts';
import type { RunReport } from './report.ts';
import { resultText } from './result-text.ts';

/**
 * The outputs of a run, by name. Of several instances one value each, joined by commas in their order; empty where
 * none of them has one.
 *
 * @param report the result of the same state
 */
export function outputsOf(state: RunState, report: RunReport): Readonly<Record<string, string>> {
  const { image, instances } = state;
  const each = (read: (run: InstanceRun) => string): string => {
    const values = instances.map(read);
    return values.every((value) => value === '') ? '' : values.join(',');
  };
  return {
    status: runStatus(state),
    changed: String(hasChanged(state)),
    imageId: image.id,
    imageName: image.name,
    previousImageId: each((run) => beforeRebuild(run).instance.imageId),
    instanceIds: each(({ target }) => target.instance.id),
    backupImageId: each(({ backup }) => backup?.imageId ?? ''),
    publicIp: each((run) => latestInstance(run).publicIp),
    internalIp: each((run) => latestInstance(run).internalIp),
    requestId: each((run) => rebuildsOf(run).flatMap(({ requestIds }) => requestIds)[0] ?? ''),
    knownHosts: instances.flatMap(({ knownHosts }) => knownHosts).join('\n'),
    durationSeconds: String(toSeconds(state.atMs - state.fromMs)),
    result: resultText(report)
  };
}
