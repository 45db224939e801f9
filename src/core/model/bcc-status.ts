/** The statuses of an instance, and what each means for a rebuild. */

/**
 * What a status means for a rebuild.
 *
 * - `up`, `down`: settled, running or stopped
 * - `broken`: settled in `Error`
 * - `moving`: changing, and a rebuild may look like this
 * - `foreign`: changing, by an operation that is not a rebuild
 * - `gone`: it can no longer be rebuilt
 * - `unknown`: a word that no source lists; the run waits until it passes
 */
export type StatusKind = 'up' | 'down' | 'broken' | 'moving' | 'foreign' | 'gone' | 'unknown';

/**
 * The statuses of BCC, from the newest generated SDK (baiducloud-go-sdk, InstanceModel) and the older
 * bce-sdk-go. `moving` holds those that Terraform's provider waits through after a rebuild, and the stop and
 * start that a rebuild may show.
 */
const kinds: ReadonlyMap<string, StatusKind> = new Map([
  ['Running', 'up'],
  ['Stopped', 'down'],
  ['Error', 'broken'],
  ['Starting', 'moving'],
  ['Stopping', 'moving'],
  ['ImageProcessing', 'moving'],
  ['SnapshotProcessing', 'moving'],
  ['Scaling', 'foreign'],
  ['Recharging', 'foreign'],
  ['VolumeResizing', 'foreign'],
  ['BillingChanging', 'foreign'],
  ['ChangeSubnet', 'foreign'],
  ['ChangeVpc', 'foreign'],
  ['AttachingPort', 'foreign'],
  ['DetachingPort', 'foreign'],
  ['Moving', 'foreign'],
  ['Expired', 'gone'],
  ['Deleted', 'gone'],
  ['Recycled', 'gone']
]);

/** The meaning of a status; a word that is not in the table is `unknown`. */
export function statusKind(status: string): StatusKind {
  return kinds.get(status) ?? 'unknown';
}

/** Whether an instance with this status rests, so that something can be decided about it. */
export function isSettled(status: string): boolean {
  const kind = statusKind(status);
  return kind === 'up' || kind === 'down' || kind === 'broken' || kind === 'gone';
}

/** Whether an instance reads so while an image or a snapshot is made of it, perhaps by a schedule. */
export function isProcessing(status: string): boolean {
  return status === 'ImageProcessing' || status === 'SnapshotProcessing';
}

/** Whether a status may be one of a rebuild: neither at rest, nor of a snapshot, an image or another operation. */
export function mayShowRebuild(status: string): boolean {
  const kind = statusKind(status);
  return (kind === 'moving' || kind === 'unknown') && !isProcessing(status);
}
