/** A custom image of the system disk before it is erased: nothing else restores it, for its snapshots go with it. */

import { randomUUID } from 'node:crypto';
import { backupName, backupsToPrune } from '../../core/images/backup.ts';
import { isSettled } from '../../core/model/bcc-status.ts';
import { CallError, CancelledError, describeFailure } from '../../core/model/failure.ts';
import type { PlannedTarget } from '../../core/plan/plan.ts';
import type { Obstacle } from '../../core/rebuild/ending.ts';
import { callRemedy } from '../../core/report/call-remedy.ts';
import type { Backup } from '../../core/run/instance-run.ts';
import { formatDuration } from '../../core/time.ts';
import type { Ports } from '../../ports/ports.ts';
import { allDone } from '../calls/all-done.ts';
import { withHeartbeat } from '../calls/heartbeat.ts';
import { poll } from '../calls/poll.ts';

type BackupPorts = Pick<Ports, 'bcc' | 'clock' | 'log' | 'cancel' | 'runId'>;

/** For how long a replica of the service may not know the new image yet, in milliseconds. */
const unknownMs = 30_000;

/**
 * Makes the image and waits until it is Available and the instance rests again.
 *
 * @param keep told of every step, so that what may be there is known even if the rest is cut short
 * @returns why there is no usable image; `undefined` where there is one
 * @throws CancelledError on abort
 */
export async function makeBackup(
  target: PlannedTarget,
  ports: BackupPorts,
  keep: (backup: Backup) => void
): Promise<Obstacle | undefined> {
  const { bcc, clock, log, cancel, runId } = ports;
  const { instance } = target;
  const fromMs = clock.nowMs();
  const imageName = backupName({
    instanceId: instance.id,
    imageId: instance.imageId,
    wallMs: clock.wallMs(),
    runId
  });
  keep({ imageName, isAvailable: false });
  try {
    const spec = { imageName, instanceId: instance.id, clientToken: randomUUID() };
    const { imageId } = await bcc.createImage(spec, cancel.writes);
    keep({ imageName, imageId, isAvailable: false });
    log.info(`Backup: image ${imageId} (${imageName}) is being made`);
    const problem = await untilUsable(imageId, target, ports);
    if (problem !== undefined) return problem;
    keep({ imageName, imageId, isAvailable: true });
    log.info(`Backup: image ${imageId} is Available after ${formatDuration(clock.nowMs() - fromMs)}`);
    return undefined;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (cancel.signal.aborted) throw new CancelledError('cancelled during the backup', { cause: error });
    const { failure } = error;
    return { cause: `${describeFailure(failure)}.`, remedy: callRemedy(failure) };
  }
}

async function untilUsable(
  imageId: string,
  { task, instance: { id } }: PlannedTarget,
  ports: BackupPorts
): Promise<Obstacle | undefined> {
  const { bcc, clock, log, cancel } = ports;
  let seen = 'was not observed yet';
  const sinceMs = clock.nowMs();
  const orUnknown = (error: unknown): undefined => {
    const isNew = clock.nowMs() - sinceMs < unknownMs;
    if (isNew && error instanceof CallError && error.failure.kind === 'notFound') return undefined;
    throw error;
  };
  const wait = () =>
    poll<'usable' | Obstacle>(
      async () => {
        const [image, instance] = await allDone([
          bcc.getImage(imageId, cancel.signal).catch(orUnknown),
          bcc.getInstance(id, cancel.signal)
        ]);
        if (image === undefined) return undefined;
        seen = `is ${image.status} and the instance ${instance.status}`;
        // The instance reads ImageProcessing meanwhile, which the rebuild would take for somebody else's work.
        if (image.status === 'Available') return isSettled(instance.status) ? 'usable' : undefined;
        if (image.status === 'Creating') return undefined;
        return {
          cause: `The backup image ${imageId} came to the status ${image.status}.`,
          remedy: 'Run again, or look at the image in the console.'
        };
      },
      { intervalMs: task.pollIntervalMs, limitMs: task.timeoutMs },
      ports
    );
  const end = await withHeartbeat(
    wait,
    (elapsedMs) =>
      log.info(`Backup: image ${imageId} ${seen} after ${formatDuration(elapsedMs)}; nothing is erased yet`),
    clock
  );
  if (end === 'usable') return undefined;
  return (
    end ?? {
      cause: `The backup image ${imageId} ${seen} after ${formatDuration(task.timeoutMs)}.`,
      remedy: 'Set timeout higher, or look at the image in the console.'
    }
  );
}

/**
 * Deletes the old backups of the instance that this action made, except the newest `keep` and those in use. It only
 * warns, and a cancel ends it silently, because the run has done its work by then.
 *
 * @param inUse the images that are being deployed or that an instance runs on, asked for once the list is read
 */
export async function pruneBackups(
  instanceId: string,
  keep: number,
  justMadeId: string,
  inUse: () => ReadonlySet<string>,
  ports: BackupPorts
): Promise<void> {
  const { bcc, log, cancel } = ports;
  await orWarn(`Old backups of ${instanceId} could not be deleted`, ports, async () => {
    const images = await bcc.listImages({ imageType: 'Custom' }, cancel.signal);
    for (const image of backupsToPrune(images, instanceId, keep, justMadeId, inUse())) {
      await orWarn(`Old backups of ${instanceId} could not be deleted: ${image.id}`, ports, async () => {
        await bcc.deleteImage(image.id, cancel.writes);
        log.info(`Backup: the old image ${image.id} (${image.name}) is deleted`);
      });
    }
  });
}

async function orWarn(what: string, { log, cancel }: BackupPorts, work: () => Promise<void>): Promise<void> {
  if (cancel.signal.aborted) return;
  try {
    await work();
  } catch (error) {
    if (error instanceof CancelledError || cancel.signal.aborted) return;
    if (!(error instanceof CallError)) throw error;
    log.warning(`${what}: ${describeFailure(error.failure)}`);
  }
}
