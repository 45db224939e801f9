import type { BalancerSpec } from '../blb/balancers.ts';
import type { ImageState, InstanceState, SnapshotState, Spec, VolumeState, WorldSpec } from './models.ts';

/** The part of the output `result` that a replay needs (docs/result.schema.json). */
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

/** A recorded rebuild. Times in ms since its acceptance, when the run observed them. */
export interface Replayed {
  readonly statuses: readonly { readonly afterMs: number; readonly status: string }[];
  /** When the image of the rebuild was first observed; Infinity if never. */
  readonly imageAfterMs: number;
  /** The system disk afterwards, which may be the same as before; undefined if not observed. */
  readonly diskId: string | undefined;
}

/** A recorded run: the world before it, and the rebuild of each instance. */
export interface Replay {
  readonly world: WorldSpec;
  readonly rebuilds: ReadonlyMap<string, Replayed>;
}

/**
 * A change happened before it was observed. The replay makes it this much earlier, in ms, so that an observation at the
 * same time sees it too; `result` rounds times to a tenth of a second.
 */
const SEEN_AFTER_MS = 200;

/** Reads a replay from the parsed output `result`; throws an Error that says what is missing. */
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
  for (const { instanceId, before, erases, balancers: weights = [] } of instances) {
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
    for (const { blbId, groupId, weight } of weights)
      addMember(balancers, blbId, groupId, { instanceId, weight });
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

function addMember(
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
