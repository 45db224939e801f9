import type { Place, Pool, Weight } from '../core/model/backend-server.ts';
import type { Image, ImageFilter, ImageOrder } from '../core/model/image.ts';
import type { Instance, Snapshot, SystemDisk } from '../core/model/instance.ts';
import type { RebuildOrder } from '../core/model/rebuild-spec.ts';
import type { Tag } from '../core/model/selection.ts';

/** The calls of the BCC API that a deploy makes. Every one throws `CallError`, or `CancelledError` on abort. */
export interface Bcc {
  getInstance(instanceId: string, signal: AbortSignal): Promise<Instance>;
  /** At most 100 ids a call; ids that the service does not know are missing from the map. */
  listInstances(instanceIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Instance>>;
  /** `undefined` where the API shows no system disk for the instance. */
  getSystemDisk(instanceId: string, signal: AbortSignal): Promise<SystemDisk | undefined>;
  listSnapshots(volumeId: string, signal: AbortSignal): Promise<readonly Snapshot[]>;
  /**
   * All instances that the service finds by the tags. It joins them with OR and cannot be asked for every tag, so
   * there may be far too many: the caller has to look at `tags` of each.
   */
  listTagged(tags: readonly Tag[], signal: AbortSignal): Promise<readonly Instance[]>;
  /** The system disks of all instances of the account in the region, by instance ID, in as few pages as can be. */
  listSystemDisks(signal: AbortSignal): Promise<ReadonlyMap<string, SystemDisk>>;
  /** All snapshots of the account in the region. */
  listAllSnapshots(signal: AbortSignal): Promise<readonly Snapshot[]>;
  getImage(imageId: string, signal: AbortSignal): Promise<Image>;
  /**
   * Accepted when it resolves. A failure of the kind `ambiguous` may have been carried out all the same.
   *
   * @param signal gives up what is out
   * @param start lets nothing out any more once it aborts; `signal` unless given
   */
  rebuild(
    instanceId: string,
    order: RebuildOrder,
    signal: AbortSignal,
    start?: AbortSignal
  ): Promise<Accepted>;
  /**
   * One call for 2 to 100 instances. The reply tells nothing of a single one, and whether a refusal of the call is
   * one for all of them is not documented: a failure of the kind `conflict`, `notFound`, `invalid` or `ambiguous`
   * may have been carried out for some.
   */
  rebuildBatch(
    instanceIds: readonly string[],
    order: RebuildOrder,
    signal: AbortSignal,
    start?: AbortSignal
  ): Promise<Accepted>;
  start(instanceId: string, signal: AbortSignal): Promise<Accepted>;
  /** All pages; `imageName` is a part of the name. */
  listImages(filter: ImageFilter, signal: AbortSignal): Promise<readonly Image[]>;
  /** Idempotent by its client token, so a lost answer is asked for again. */
  createImage(order: ImageOrder, signal: AbortSignal): Promise<{ readonly imageId: string }>;
  deleteImage(imageId: string, signal: AbortSignal): Promise<void>;
  /** The first-boot script in the clear; empty where there is none. */
  getUserData(instanceId: string, signal: AbortSignal): Promise<string>;
}

/** The calls of the load balancers' API that a deploy makes. Every one throws like those of `Bcc`. */
export interface Balancers {
  /** All members of a load balancer of either kind, in all of its server groups. */
  listPlaces(blbId: string, signal: AbortSignal): Promise<readonly Place[]>;
  /**
   * Sets weights in one pool; says the same however often it is sent, so a lost answer is asked for again. A load
   * balancer that is being changed refuses for a moment, which is waited out.
   */
  setWeights(pool: Pool, weights: readonly Weight[], signal: AbortSignal): Promise<void>;
}

/** The service took a write. */
export interface Accepted {
  readonly requestId: string;
}

/** Time. Waiting goes by `nowMs`, which never jumps; `wallMs` is only for signing and for reports. */
export interface Clock {
  /** Milliseconds on a monotonic scale. */
  nowMs(): number;
  /** Milliseconds since 1970, UTC. */
  wallMs(): number;
  /** Resolves after `ms`; throws `CancelledError` as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** A number in [0, 1), as `Math.random` gives it. */
export type Random = () => number;

/** Where a person reads along. None of it may carry a secret. */
export interface Log {
  info(line: string): void;
  warning(line: string): void;
  debug(line: string): void;
  /** Runs `work` with its lines folded under `title`. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
}

/** The wish to stop, in two steps. */
export interface Cancel {
  /** Aborts at once: nothing new is begun, sleeps and reads end. */
  readonly signal: AbortSignal;
  /** Aborts a moment later: a write that is out has had its time to answer. */
  readonly writes: AbortSignal;
}
