import type { Image, ImageFilter, ImageOrder } from '../core/model/image.ts';
import type { Instance, Snapshot, SystemDisk } from '../core/model/instance.ts';
import type { RebuildOrder } from '../core/model/order.ts';
import { attempt, type CallContext } from './call.ts';
import * as images from './images.ts';
import type { Operation } from './operation.ts';
import * as operations from './operations.ts';
import { allItems } from './paging.ts';
import { checkedId, checkedToken, encryptedPassword } from './refusals.ts';
import type { Credentials } from './request.ts';
import { withRetries } from './retry.ts';
import { createTransport } from './transport.ts';

/** What a client needs. */
export interface BccClientOptions {
  readonly endpoint: URL;
  readonly credentials: Credentials;
  readonly userAgent: string;
  /** Milliseconds for one attempt of a read, 15 s unless set. */
  readonly readDeadlineMs?: number;
  /** Milliseconds for one attempt of a write, 30 s unless set. */
  readonly writeDeadlineMs?: number;
  /** Milliseconds since 1970 by this machine's clock. */
  wallMs(): number;
  /** Resolves after `ms`; throws `CancelledError` as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** A number in [0, 1). */
  random(): number;
  /** Called with each signature and each encrypted password, before it leaves. */
  mask(secret: string): void;
  /** Takes one line for each attempt, without secrets. */
  debug(line: string): void;
}

/**
 * The calls of the BCC API that a deploy makes. Every one throws `CallError`, or `CancelledError` on abort; a
 * rebuild that an abort catches under way is a `CallError` of the kind `ambiguous`.
 */
export interface BccClient {
  getInstance(instanceId: string, signal: AbortSignal): Promise<Instance>;
  /** Ids that the service does not know are missing from the map. */
  listInstances(instanceIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Instance>>;
  /** `undefined` where no disk, or more than one, is flagged as the system's. */
  getSystemDisk(instanceId: string, signal: AbortSignal): Promise<SystemDisk | undefined>;
  listSnapshots(volumeId: string, signal: AbortSignal): Promise<readonly Snapshot[]>;
  getImage(imageId: string, signal: AbortSignal): Promise<Image>;
  listImages(filter: ImageFilter, signal: AbortSignal): Promise<readonly Image[]>;
  /**
   * Begins an image, one however often the request has to be sent. A failure of the kind `ambiguous` or `malformed`
   * may have begun it; the same order with the same token then finds it, for 24 hours.
   */
  createImage(order: ImageOrder, signal: AbortSignal): Promise<images.CreatedImage>;
  deleteImage(imageId: string, signal: AbortSignal): Promise<void>;
  /** The script as text, empty where there is none; it may hold secrets, so show it to nobody. */
  getUserData(instanceId: string, signal: AbortSignal): Promise<string>;
  rebuild(instanceId: string, order: RebuildOrder, signal: AbortSignal): Promise<operations.Acceptance>;
  start(instanceId: string, signal: AbortSignal): Promise<operations.Acceptance>;
  /** Ends what is under way and closes every connection; without it kept connections live on for a while. */
  dispose(): void;
}

/** A client for one endpoint and one key pair. */
export function createBccClient(options: BccClientOptions): BccClient {
  const transport = createTransport(options.userAgent);
  const context: CallContext = {
    transport,
    endpoint: options.endpoint,
    credentials: options.credentials,
    deadlineMs: { read: options.readDeadlineMs ?? 15_000, write: options.writeDeadlineMs ?? 30_000 },
    clock: { offsetMs: 0 },
    wallMs: () => options.wallMs(),
    mask: (secret) => options.mask(secret),
    debug: (line) => options.debug(line)
  };
  const ports = {
    sleep: (ms: number, signal: AbortSignal) => options.sleep(ms, signal),
    random: () => options.random(),
    mendClock(serverMs: number): void {
      context.clock.offsetMs = serverMs - options.wallMs();
    }
  };
  const caller =
    (signal: AbortSignal) =>
    <T>(operation: Operation<T>): Promise<T> =>
      withRetries(operation, () => attempt(operation, context, signal), ports, signal);

  return {
    getInstance: async (id, signal) => caller(signal)(operations.getInstance(checkedId('GetInstance', id))),
    getImage: async (id, signal) => caller(signal)(images.getImage(checkedId('GetImage', id))),
    start: async (id, signal) => caller(signal)(operations.startInstance(checkedId('StartInstance', id))),
    deleteImage: async (id, signal) => caller(signal)(images.deleteImage(checkedId('DeleteImage', id))),
    listImages: async (filter, signal) =>
      allItems((marker) => images.listImages(filter, marker), caller(signal)),
    async createImage(order, signal) {
      checkedId('CreateImage', order.instanceId);
      checkedToken('CreateImage', order.instanceId, order.clientToken);
      return caller(signal)(images.createImage(order));
    },
    async getUserData(id, signal) {
      return caller(signal)(operations.getUserData(checkedId('GetInstanceUserDataInfo', id)));
    },
    async listInstances(ids, signal) {
      const wanted = [...new Set(ids)];
      const found = new Map<string, Instance>();
      while (wanted.length > 0) {
        const some = wanted.splice(0, operations.maxListedIds);
        const items = await allItems((marker) => operations.listInstances(some, marker), caller(signal));
        for (const instance of items.filter(({ id }) => some.includes(id))) {
          found.set(instance.id, instance);
        }
      }
      return found;
    },
    async getSystemDisk(id, signal) {
      checkedId('ListVolumes', id);
      const volumes = await allItems((marker) => operations.listVolumes(id, marker), caller(signal));
      const [disk, another] = volumes.filter(({ isSystemVolume }) => isSystemVolume);
      if (disk === undefined || another !== undefined) {
        return undefined;
      }
      const { isSystemVolume: _, ...systemDisk } = disk;
      return systemDisk;
    },
    async listSnapshots(id, signal) {
      checkedId('ListSnapshots', id);
      return allItems((marker) => operations.listSnapshots(id, marker), caller(signal));
    },
    async rebuild(id, order, signal) {
      checkedId('RebuildInstance', id);
      const ciphertext = encryptedPassword(id, order, options.credentials.secretAccessKey);
      if (ciphertext !== undefined) {
        options.mask(ciphertext);
      }
      return caller(signal)(operations.rebuildInstance(id, order, ciphertext));
    },
    dispose: () => transport.dispose()
  };
}
