import type { BackendServer, Pool, Weight } from '../core/model/backend-server.ts';
import type { Image, ImageFilter, ImageSpec } from '../core/model/image.ts';
import type { Instance, Snapshot, SystemDisk } from '../core/model/instance.ts';
import type { RebuildSpec } from '../core/model/rebuild-spec.ts';
import type { Tag } from '../core/model/selection.ts';
import { updateName, updateWeights } from './balancers.ts';
import { blbEndpointOf } from './blb-endpoint.ts';
import { attempt, type CallContext } from './call.ts';
import { systemDiskOf, systemDisksByInstance } from './disks.ts';
import { createGate, openGate } from './gate.ts';
import * as images from './images.ts';
import type { Operation } from './operation.ts';
import * as operations from './operations.ts';
import { allItems } from './paging.ts';
import { backendServersOf } from './places.ts';
import {
  checkedBatch,
  checkedId,
  checkedToken,
  checkPool,
  checkWeights,
  encryptedPassword
} from './refusals.ts';
import type { Credentials } from './request.ts';
import { withRetries } from './retry.ts';
import { createTransport, type Transport } from './transport.ts';

/** What a client needs. */
export interface BccClientOptions {
  /** Where BCC is. */
  readonly endpoint: URL;
  /** Where the load balancers are; unless set, `blbEndpointOf(endpoint)`. */
  readonly blbEndpoint?: URL;
  readonly credentials: Credentials;
  readonly userAgent: string;
  /** Milliseconds for one attempt of a read, 15 s unless set. */
  readonly readDeadlineMs?: number;
  /** Milliseconds for one attempt of a write, 30 s unless set. */
  readonly writeDeadlineMs?: number;
  /**
   * How many attempts may leave in a second, those of all calls together; as many may leave at once after a rest. When
   * the service throttles, there are fewer for a while. No limit unless set.
   */
  readonly requestsPerSecond?: number;
  /** What sends the requests; unless set, a transport of the client's own. */
  readonly transport?: Transport;
  /** Milliseconds on a monotonic scale. */
  nowMs(): number;
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
 * The calls of BCC and of the load balancers that a deploy makes. Every one throws `CallError`, or `CancelledError` on abort; a
 * rebuild that an abort catches under way is a `CallError` of the kind `ambiguous`.
 */
export interface BccClient {
  getInstance(instanceId: string, signal: AbortSignal): Promise<Instance>;
  /** Ids that the service does not know are missing from the map. */
  listInstances(instanceIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Instance>>;
  /** `undefined` where no disk, or more than one, is flagged as the system's. */
  getSystemDisk(instanceId: string, signal: AbortSignal): Promise<SystemDisk | undefined>;
  listSnapshots(volumeId: string, signal: AbortSignal): Promise<readonly Snapshot[]>;
  /**
   * The instances with any of the tags, each once. A tag with a colon or a comma cannot be asked for, and where there
   * is no other, all instances come: the caller looks at the tags of each.
   */
  listTagged(tags: readonly Tag[], signal: AbortSignal): Promise<readonly Instance[]>;
  /** By instance; without those of which `getSystemDisk` would know no disk. */
  listSystemDisks(signal: AbortSignal): Promise<ReadonlyMap<string, SystemDisk>>;
  listAllSnapshots(signal: AbortSignal): Promise<readonly Snapshot[]>;
  getImage(imageId: string, signal: AbortSignal): Promise<Image>;
  listImages(filter: ImageFilter, signal: AbortSignal): Promise<readonly Image[]>;
  /**
   * Begins an image, one however often the request has to be sent. A failure of the kind `ambiguous` or `malformed`
   * may have begun it; the same order with the same token then finds it, for 24 hours.
   */
  createImage(order: ImageSpec, signal: AbortSignal): Promise<images.CreatedImage>;
  deleteImage(imageId: string, signal: AbortSignal): Promise<void>;
  /** The script as text, empty where there is none; it may hold secrets, so show it to nobody. */
  getUserData(instanceId: string, signal: AbortSignal): Promise<string>;
  rebuild(
    instanceId: string,
    order: RebuildSpec,
    signal: AbortSignal,
    start?: AbortSignal
  ): Promise<operations.Acceptance>;
  /** The same for 2 to 100 instances in one call; a failure says nothing of a single one. */
  rebuildBatch(
    instanceIds: readonly string[],
    order: RebuildSpec,
    signal: AbortSignal,
    start?: AbortSignal
  ): Promise<operations.Acceptance>;
  start(instanceId: string, signal: AbortSignal): Promise<operations.Acceptance>;
  /** The members of a load balancer of either kind that are instances. */
  listBackendServers(blbId: string, signal: AbortSignal): Promise<readonly BackendServer[]>;
  /** Sends nothing for an empty list. Weights are whole numbers from 0 to 100. */
  setWeights(pool: Pool, weights: readonly Weight[], signal: AbortSignal): Promise<void>;
  /** Ends what is under way and closes every connection; without it kept connections live on for a while. */
  dispose(): void;
}

/** A client for one region and one key pair. Throws `RangeError` for a `requestsPerSecond` that is not above 0. */
export function createBccClient(options: BccClientOptions): BccClient {
  const transport = options.transport ?? createTransport(options.userAgent);
  const context: CallContext = {
    transport,
    endpoints: { bcc: options.endpoint, blb: options.blbEndpoint ?? blbEndpointOf(options.endpoint) },
    credentials: options.credentials,
    deadlineMs: { read: options.readDeadlineMs ?? 15_000, write: options.writeDeadlineMs ?? 30_000 },
    clock: { offsetMs: 0 },
    wallMs: () => options.wallMs(),
    mask: (secret) => options.mask(secret),
    debug: (line) => options.debug(line)
  };
  const time = {
    sleep: (ms: number, signal: AbortSignal) => options.sleep(ms, signal),
    nowMs: () => options.nowMs(),
    debug: context.debug
  };
  const { requestsPerSecond } = options;
  const gate = requestsPerSecond === undefined ? openGate : createGate(requestsPerSecond, time);
  const ports = {
    ...time,
    random: () => options.random(),
    turn: gate.pass,
    mendClock(serverMs: number): void {
      context.clock.offsetMs = serverMs - options.wallMs();
    }
  };
  const caller =
    (signal: AbortSignal, start = signal) =>
    <T>(operation: Operation<T>): Promise<T> =>
      withRetries(
        operation,
        () => gate.watch(() => attempt(operation, context, signal)),
        ports,
        signal,
        start
      );
  const encrypted = (operation: string, target: string, order: RebuildSpec): string | undefined => {
    const ciphertext = encryptedPassword(operation, target, order, options.credentials.secretAccessKey);
    if (ciphertext !== undefined) {
      options.mask(ciphertext);
    }
    return ciphertext;
  };

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
      return systemDiskOf(await allItems((marker) => operations.listVolumes(id, marker), caller(signal)));
    },
    listSystemDisks: async (signal) =>
      systemDisksByInstance(await allItems(operations.listSystemVolumes, caller(signal))),
    async listTagged(tags, signal) {
      const items = await allItems((marker) => operations.listTagged(tags, marker), caller(signal));
      // An instance may come twice where the list changed between two pages.
      return [...new Map(items.map((instance) => [instance.id, instance])).values()];
    },
    listAllSnapshots: async (signal) => allItems(operations.listAllSnapshots, caller(signal)),
    async listSnapshots(id, signal) {
      checkedId('ListSnapshots', id);
      return allItems((marker) => operations.listSnapshots(id, marker), caller(signal));
    },
    async rebuild(id, order, signal, start) {
      const ciphertext = encrypted('RebuildInstance', checkedId('RebuildInstance', id), order);
      return caller(signal, start)(operations.rebuildInstance(id, order, ciphertext));
    },
    async rebuildBatch(instanceIds, order, signal, start) {
      const ids = checkedBatch('RebuildBatchInstance', instanceIds);
      const ciphertext = encrypted('RebuildBatchInstance', operations.batchName(ids), order);
      return caller(signal, start)(operations.rebuildInstances(ids, order, ciphertext));
    },
    listBackendServers: async (id, signal) =>
      backendServersOf(checkedId('DescribeBlbServers', id), caller(signal)),
    async setWeights(pool, weights, signal) {
      if (weights.length === 0) return;
      checkPool(updateName(pool), pool);
      checkWeights(updateName(pool), pool.blbId, weights);
      await caller(signal)(updateWeights(pool, weights));
    },
    dispose: () => transport.dispose()
  };
}
