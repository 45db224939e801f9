import type { BalancerSpec } from '../blb/balancers.ts';
import type { ImageState, InstanceState, SnapshotState, Spec, VolumeState, WorldSpec } from './models.ts';

/** What the emulator reads of the output `result` (docs/result.schema.json). A member with another name goes here. */
interface Result {
  readonly imageId: string;
  readonly imageName: string;
  readonly instances: readonly ResultInstance[];
}

interface Moment {
  readonly status: string;
  readonly imageId: string;
  readonly imageName?: string;
  readonly systemDiskId?: string;
}

interface ResultInstance {
  readonly instanceId: string;
  readonly name?: string;
  readonly publicIp?: string;
  readonly internalIp?: string;
  readonly before: Moment;
  readonly after?: Moment;
  readonly erases?: {
    readonly sizeInGB?: number;
    readonly snapshots?: readonly Spec<SnapshotState>[];
  };
  readonly phases: readonly { readonly phase: string; readonly durationSeconds: number }[];
  readonly statusHistory: readonly {
    readonly status: string;
    readonly imageId: string;
    readonly seconds: number;
  }[];
  readonly balancers?: readonly {
    readonly blbId: string;
    readonly groupId?: string;
    readonly weight: number;
  }[];
}

/** How one rebuild went; times in ms since its acceptance, as they were seen. */
export interface Replayed {
  readonly statuses: readonly { readonly afterMs: number; readonly status: string }[];
  /** When the image of the rebuild was first seen; Infinity when it never was. */
  readonly imageAfterMs: number;
  /** The system disk afterwards; the one of before when it was seen to stay, undefined when nobody looked. */
  readonly diskId: string | undefined;
}

/** What a real run tells: the world before it, and how the rebuild of each instance went. */
export interface Replay {
  readonly world: WorldSpec;
  readonly rebuilds: ReadonlyMap<string, Replayed>;
}

/**
 * A change was there already when it was seen. It is played this much earlier, in ms, so that whoever looks at the
 * same time as then sees it too; times in a result are rounded to a tenth of a second.
 */
const SEEN_AFTER_MS = 200;

/** Reads parsed JSON of the output `result`; throws an Error that says what is missing. */
export function readReplay(value: unknown): Replay {
  const given = value as Partial<Result> | null;
  if (!Array.isArray(given?.instances)) {
    throw new Error('it is no `result` of a run: it has no instances');
  }
  const result = given as Result;
  const broken = result.instances.find(
    (each) => each.before === undefined || !Array.isArray(each.statusHistory)
  );
  if (broken !== undefined) {
    throw new Error(`the instance ${broken.instanceId} has no \`before\` or no \`statusHistory\``);
  }
  const began = result.instances.flatMap((each): [string, Replayed][] => {
    const rebuild = rebuildOf(each, result.imageId);
    return rebuild === undefined ? [] : [[each.instanceId, rebuild]];
  });
  return { world: worldOf(result), rebuilds: new Map(began) };
}

function rebuildOf(one: ResultInstance, imageId: string): Replayed | undefined {
  const sending = one.phases.findIndex(({ phase }) => phase === 'sending');
  if (sending < 0) return undefined;
  const forward = one.phases.findIndex(({ phase }) => phase.startsWith('rollback'));
  const secondsBefore = (count: number) =>
    one.phases.slice(0, count).reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
  const accepted = secondsBefore(sending + 1);
  const over = forward < 0 ? Number.POSITIVE_INFINITY : secondsBefore(forward);
  const seen = one.statusHistory.filter(({ seconds }) => seconds > accepted && seconds <= over);
  const afterMs = (seconds: number) => Math.max(0, Math.round((seconds - accepted) * 1000) - SEEN_AFTER_MS);
  const flipped = seen.find((each) => each.imageId === imageId);
  return {
    statuses: seen.map(({ status, seconds }) => ({ afterMs: afterMs(seconds), status })),
    imageAfterMs: flipped === undefined ? Number.POSITIVE_INFINITY : afterMs(flipped.seconds),
    diskId: one.after?.systemDiskId === '' ? undefined : one.after?.systemDiskId
  };
}

function worldOf({ imageId, imageName, instances }: Result): WorldSpec {
  const images = new Map<string, Spec<ImageState>>([[imageId, { id: imageId, name: imageName }]]);
  const balancers = new Map<string, BalancerSpec>();
  const volumes: Spec<VolumeState>[] = [];
  const snapshots: Spec<SnapshotState>[] = [];
  for (const { instanceId, before, erases, balancers: places = [] } of instances) {
    if (!images.has(before.imageId)) {
      images.set(before.imageId, { id: before.imageId, name: before.imageName ?? before.imageId });
    }
    if (before.systemDiskId !== undefined && before.systemDiskId !== '') {
      volumes.push({
        id: before.systemDiskId,
        instanceId,
        isSystemVolume: true,
        type: 'System',
        device: '/dev/vda',
        ...(erases?.sizeInGB === undefined ? {} : { diskSizeInGB: erases.sizeInGB })
      });
      snapshots.push(
        ...(erases?.snapshots ?? []).map((each) => ({ ...each, volumeId: before.systemDiskId ?? '' }))
      );
    }
    for (const { blbId, groupId, weight } of places) place(balancers, blbId, groupId, { instanceId, weight });
  }
  return {
    instances: instances.map(
      (each): Spec<InstanceState> => ({
        id: each.instanceId,
        name: each.name ?? each.instanceId,
        status: each.before.status,
        imageId: each.before.imageId,
        publicIp: each.publicIp ?? '',
        internalIp: each.internalIp ?? ''
      })
    ),
    images: [...images.values()],
    volumes,
    snapshots,
    balancers: [...balancers.values()]
  };
}

function place(
  balancers: Map<string, BalancerSpec>,
  id: string,
  groupId: string | undefined,
  member: { readonly instanceId: string; readonly weight: number }
): void {
  const known = balancers.get(id) ?? { id };
  if (groupId === undefined) {
    balancers.set(id, { ...known, members: [...(known.members ?? []), member] });
    return;
  }
  const others = (known.groups ?? []).filter((group) => group.id !== groupId);
  const group = known.groups?.find((each) => each.id === groupId) ?? { id: groupId };
  balancers.set(id, {
    ...known,
    groups: [...others, { ...group, members: [...(group.members ?? []), member] }]
  });
}
