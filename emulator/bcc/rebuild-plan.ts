import { randomBytes } from 'node:crypto';
import { boot, shutDown } from '../assistant/guest.ts';
import type { Behaviour } from '../world/behaviour.ts';
import {
  apiTime,
  type ImageState,
  type InstanceState,
  type Login,
  systemVolumeOf,
  type WorldState
} from '../world/models.ts';
import type { World } from '../world/world.ts';
import type { RebuildTimeline } from './rebuild-timeline.ts';

/** A rebuild that was accepted. */
export interface RebuildJob {
  readonly world: World;
  readonly behaviour: Behaviour;
  readonly instanceId: string;
  readonly image: ImageState;
  readonly login: Login;
  /** User data after the rebuild, in plain text. */
  readonly userData: string;
  readonly timeline: RebuildTimeline;
  /** Whether the disk leaves Creating at the end. */
  readonly diskSettles: boolean;
  /** The ID of the new system disk, where a replay gives it. */
  readonly newDiskId?: string;
  /** Whether the guest system is replaced; only a fault leaves the old one running. */
  readonly replacesSystem: boolean;
}

/** Final statuses without a new system. An image that shows only at the end then never shows. */
const FAILED = ['Error', 'Expired', 'Deleted', 'Recycled'];

/**
 * Schedules the changes of a timeline. What no page mentions stays as it is: addresses, name, data disks, and custom
 * images of the old disk. Switches decide about hostname and tags. The snapshots of the old disk are deleted (BCC
 * pages 1jwvyoaw8 and Fk48bhw50).
 */
export function planRebuild(job: RebuildJob): void {
  const { timeline, behaviour } = job;
  const change = (atMs: number, apply: (state: WorldState, instance: InstanceState) => void) =>
    job.world.plan({
      atMs,
      owner: job.instanceId,
      apply: (state) => {
        const instance = state.instances.get(job.instanceId);
        if (instance !== undefined) apply(state, instance);
      }
    });
  const status = timeline.statuses.at(-1)?.status ?? 'Running';
  if (!FAILED.includes(status) || behaviour.imageIdFlips !== 'end') {
    change(timeline.imageAtMs, (_state, instance) => install(job, instance));
  }
  if (behaviour.diskStatusDuringRebuild === 'Creating' || !job.diskSettles) {
    change(timeline.diskBusyAtMs, (state) => setDisk(state, job.instanceId, 'Creating'));
  }
  change(timeline.diskAtMs, (state) => replaceDisk(job, state));
  for (const shown of timeline.statuses) {
    change(shown.atMs, (_state, instance) => {
      instance.status = shown.status;
    });
  }
  if (job.replacesSystem) {
    change(timeline.startsAtMs, (_state, instance) => shutDown(instance.guest, timeline.startsAtMs));
  }
  if (job.replacesSystem && status === 'Running') {
    change(timeline.endsAtMs, (_state, instance) =>
      boot(instance.guest, instance.id, timeline.endsAtMs, job.image.agent)
    );
  }
  if (job.diskSettles) change(timeline.endsAtMs, (state) => setDisk(state, job.instanceId, 'InUse'));
}

function install(job: RebuildJob, instance: InstanceState): void {
  const { image, login } = job;
  instance.imageId = image.id;
  instance.imageName = image.name;
  instance.osType = image.osType;
  instance.osName = image.osName;
  instance.osVersion = image.osVersion;
  instance.osArch = image.osArch;
  instance.login = login;
  instance.userData = job.userData;
  if (job.behaviour.hostnameAfterRebuild === 'reset') instance.hostname = instance.id;
  if (job.behaviour.tagsAfterRebuild === 'dropped') instance.tags = [];
  if (login.kind === 'keypairId') {
    instance.keypairId = login.keypairId;
    instance.keypairName = login.keypairId;
  } else if (job.behaviour.keypairAfterPassword === 'cleared') {
    instance.keypairId = '';
    instance.keypairName = '';
  }
}

function setDisk(state: WorldState, instanceId: string, status: string): void {
  const disk = systemVolumeOf(state, instanceId);
  if (disk !== undefined) disk.status = status;
}

function replaceDisk(job: RebuildJob, state: WorldState): void {
  const disk = systemVolumeOf(state, job.instanceId);
  if (disk === undefined) return;
  for (const snapshot of [...state.snapshots.values()]) {
    if (snapshot.volumeId === disk.id) state.snapshots.delete(snapshot.id);
  }
  if (job.behaviour.diskReplaced === 'unchanged' || job.newDiskId === disk.id) return;
  disk.createTime = apiTime(job.timeline.diskAtMs);
  if (job.behaviour.diskReplaced === 'newCreateTime') return;
  state.volumes.delete(disk.id);
  disk.id = job.newDiskId ?? `v-${randomBytes(4).toString('hex')}`;
  state.volumes.set(disk.id, disk);
}
