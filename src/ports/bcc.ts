import type { Image, ImageFilter, ImageSpec } from '../core/model/image.ts';
import type { Instance, Snapshot, SystemDisk } from '../core/model/instance.ts';
import type { RebuildSpec } from '../core/model/rebuild-spec.ts';
import type { Secret } from '../core/model/secret.ts';
import type { Tag } from '../core/model/selection.ts';

/** How long a call may take, and on which connection it goes. Times are milliseconds on the clock's monotonic scale. */
export interface ReadOptions {
  /**
   * No attempt begins or lasts beyond this time, whatever the service does: a hang is cut, and a wait that would end
   * later is not started. The call then throws a `CallError` that says so.
   */
  readonly deadlineMs?: number;
  /** Opens a connection for this call alone, so that another replica of the service may answer. */
  readonly fresh?: boolean;
}

/** The same for a call that changes something; each of its attempts has a connection of its own. */
export interface WriteOptions {
  /** As in `ReadOptions`. */
  readonly deadlineMs?: number;
  /**
   * Nothing leaves after this time, because what the call was decided by has grown too old. Checked when the connection
   * stands, right before the first byte. The call then throws a `CallError` of the kind `throttled`.
   */
  readonly expiresAtMs?: number;
  /** Nothing leaves once this aborts; the call's own signal unless set. */
  readonly start?: AbortSignal;
}

/** The calls of the BCC API that a deploy makes. Every one throws `CallError`, or `CancelledError` on abort. */
export interface Bcc {
  getInstance(instanceId: string, signal: AbortSignal, options?: ReadOptions): Promise<Instance>;
  /** At most 100 ids a call; ids that the service does not know are missing from the map. */
  listInstances(
    instanceIds: readonly string[],
    signal: AbortSignal,
    options?: ReadOptions
  ): Promise<ReadonlyMap<string, Instance>>;
  /** `undefined` where the API shows no system disk for the instance. */
  getSystemDisk(
    instanceId: string,
    signal: AbortSignal,
    options?: ReadOptions
  ): Promise<SystemDisk | undefined>;
  /** The snapshots of a disk; with `undefined` all of the account in the region. */
  listSnapshots(volumeId: string | undefined, signal: AbortSignal): Promise<readonly Snapshot[]>;
  /**
   * All instances that the service finds by the tags. It joins them with OR and cannot be asked for every tag, so
   * there may be far too many: the caller has to look at `tags` of each.
   */
  listTagged(tags: readonly Tag[], signal: AbortSignal): Promise<readonly Instance[]>;
  /** The system disks of all instances of the account in the region, by instance ID, in as few pages as can be. */
  listSystemDisks(signal: AbortSignal, options?: ReadOptions): Promise<ReadonlyMap<string, SystemDisk>>;
  getImage(imageId: string, signal: AbortSignal): Promise<Image>;
  /**
   * One call for 1 to 100 instances, accepted when it resolves. A failure of the kind `ambiguous` may have been carried
   * out all the same. The reply to a call for several tells nothing of a single one, and whether a refusal is one for
   * all of them is not documented: `mayBePartlyDone` says which failures may have been carried out for some.
   *
   * @param signal ends the attempt under way
   */
  rebuild(
    instanceIds: readonly string[],
    spec: RebuildSpec,
    signal: AbortSignal,
    options?: WriteOptions
  ): Promise<Accepted>;
  start(instanceId: string, signal: AbortSignal): Promise<Accepted>;
  /** All pages; `imageName` is a part of the name. */
  listImages(filter: ImageFilter, signal: AbortSignal): Promise<readonly Image[]>;
  /** Idempotent by its client token, so a lost answer is asked for again. */
  createImage(spec: ImageSpec, signal: AbortSignal): Promise<{ readonly imageId: string }>;
  deleteImage(imageId: string, signal: AbortSignal): Promise<void>;
  /** The first-boot script; `undefined` where there is none. */
  getUserData(instanceId: string, signal: AbortSignal): Promise<Secret | undefined>;
}

/** The service took a write. */
export interface Accepted {
  readonly requestId: string;
}
