import { randomBytes } from 'node:crypto';
import type { Behaviour } from '../world/behaviour.ts';
import { apiTime, systemVolumeOf, type WorldState } from '../world/models.ts';
import type { World } from '../world/world.ts';
import { isBusy } from './power.ts';

/** A snapshot is taken only in one of these statuses. */
const INTERRUPTED = ['Running', 'Stopped'];

/** Schedules snapshots of an instance's system disk by a policy that starts at `nowMs` (ms since the epoch). */
export function scheduleSnapshots(
  world: World,
  behaviour: Pick<Behaviour, 'snapshotEveryMs' | 'snapshotMs' | 'snapshotShowsProcessing'>,
  instanceId: string,
  nowMs: number
): void {
  const { snapshotEveryMs, snapshotMs, snapshotShowsProcessing } = behaviour;
  if (snapshotEveryMs === 0) return;
  const atMs = nowMs + snapshotEveryMs;
  world.plan({
    atMs,
    owner: 'snapshot policy',
    apply: (state) => {
      const instance = state.instances.get(instanceId);
      if (instance === undefined) return;
      scheduleSnapshots(world, behaviour, instanceId, atMs);
      if (isBusy(instance, atMs) || !INTERRUPTED.includes(instance.status)) return;
      instance.busyUntilMs = atMs + snapshotMs;
      begin(world, state, { instanceId, atMs, ms: snapshotMs, isShown: snapshotShowsProcessing });
    }
  });
}

/** Schedules one snapshot, even if the instance is busy; it is taken if the status permits it at that time. */
export function planSnapshot(world: World, instanceId: string, atMs: number, ms: number): void {
  world.plan({
    atMs,
    owner: instanceId,
    apply: (state) => {
      const status = state.instances.get(instanceId)?.status ?? '';
      if (INTERRUPTED.includes(status)) begin(world, state, { instanceId, atMs, ms, isShown: true });
    }
  });
}

interface Taken {
  readonly instanceId: string;
  readonly atMs: number;
  readonly ms: number;
  readonly isShown: boolean;
}

function begin(world: World, state: WorldState, { instanceId, atMs, ms, isShown }: Taken): void {
  const instance = state.instances.get(instanceId);
  const disk = systemVolumeOf(state, instanceId);
  if (instance === undefined || disk === undefined) return;
  const id = `s-${randomBytes(4).toString('hex')}`;
  const before = instance.status;
  if (isShown) instance.status = 'SnapshotProcessing';
  state.snapshots.set(id, {
    id,
    name: `auto-${id}`,
    volumeId: disk.id,
    status: 'Creating',
    sizeInGB: disk.diskSizeInGB,
    createTime: apiTime(atMs),
    createMethod: 'auto',
    desc: ''
  });
  world.plan({
    atMs: atMs + ms,
    owner: instanceId,
    apply: (later) => {
      const snapshot = later.snapshots.get(id);
      if (snapshot !== undefined) snapshot.status = 'Available';
      const same = later.instances.get(instanceId);
      if (same?.status === 'SnapshotProcessing') same.status = before;
    }
  });
}
