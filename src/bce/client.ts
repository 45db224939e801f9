import { updateName } from '../core/model/backend-server.ts';
import type { Instance } from '../core/model/instance.ts';
import { maxIdsPerCall } from '../core/model/limits.ts';
import type { RebuildSpec } from '../core/model/rebuild-spec.ts';
import type { Balancers } from '../ports/balancers.ts';
import type { Bcc, ReadOptions, WriteOptions } from '../ports/bcc.ts';
import type { Credentials } from '../ports/credentials.ts';
import { allPages } from './api/all-pages.ts';
import { backendServersOf } from './api/backend-servers.ts';
import {
  checkedId,
  checkedIds,
  checkedToken,
  checkPool,
  checkWeights,
  encryptedPassword
} from './api/check-arguments.ts';
import * as images from './api/images.ts';
import * as instances from './api/instances.ts';
import { updateWeights } from './api/load-balancers.ts';
import type { Operation } from './api/operation.ts';
import { assistantEndpointOf, blbEndpointOf } from './api/service-endpoints.ts';
import { systemDiskOf, systemDisksByInstance } from './api/system-disks.ts';
import { attempt, type CallContext } from './call-attempt.ts';
import { createTransport, type Transport } from './http/transport.ts';
import { createRateLimiter, unlimited } from './retry/rate-limiter.ts';
import { withRetries } from './retry/with-retries.ts';

/** What a client needs. */
export interface BccClientOptions {
  /** Where BCC is. */
  readonly endpoint: URL;
  /** Where the load balancers are; unless set, `blbEndpointOf(endpoint)`. */
  readonly blbEndpoint?: URL;
  readonly credentials: Credentials;
  readonly userAgent: string;
  /** Milliseconds for one attempt of a read, 15 s unless set. */
  readonly readTimeoutMs?: number;
  /** Milliseconds for one attempt of a write, 30 s unless set. */
  readonly writeTimeoutMs?: number;
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
  /** Takes a line, once for each kind of list of which something could not be understood and was left out. */
  warn?(line: string): void;
  /** Takes one line for each attempt, without secrets. */
  debug(line: string): void;
}

/**
 * The calls of BCC and of the load balancers. Every one throws `CallError`, or `CancelledError` on abort; a rebuild that
 * an abort catches under way is a `CallError` of the kind `ambiguous`.
 */
export interface BccClient extends Bcc, Balancers {
  /** Where BCC is. */
  readonly endpoint: URL;
  /** Makes any call, with the same retries and at the same rate as all others. */
  call<T>(operation: Operation<T>, signal: AbortSignal): Promise<T>;
  /** Ends what is under way and closes every connection; without it kept connections stay open for a while. */
  dispose(): void;
}

/** A client for one region and one key pair. Throws `RangeError` for a `requestsPerSecond` that is not above 0. */
export function createBccClient(options: BccClientOptions): BccClient {
  const transport = options.transport ?? createTransport(options.userAgent);
  const context: CallContext = {
    transport,
    endpoints: {
      bcc: options.endpoint,
      blb: options.blbEndpoint ?? blbEndpointOf(options.endpoint),
      ca: assistantEndpointOf(options.endpoint)
    },
    credentials: options.credentials,
    timeoutMs: { read: options.readTimeoutMs ?? 15_000, write: options.writeTimeoutMs ?? 30_000 },
    clock: { offsetMs: 0 },
    nowMs: () => options.nowMs(),
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
  const limiter = requestsPerSecond === undefined ? unlimited : createRateLimiter(requestsPerSecond, time);
  const ports = {
    ...time,
    random: () => options.random(),
    acquire: limiter.acquire,
    correctClock(serverMs: number): void {
      context.clock.offsetMs = serverMs - options.wallMs();
    }
  };
  const caller =
    (signal: AbortSignal, { start = signal, ...limits }: ReadOptions & WriteOptions = {}) =>
    <T>(operation: Operation<T>): Promise<T> =>
      withRetries(operation, () => limiter.adapt(() => attempt(operation, context, signal, limits)), ports, {
        signal,
        start,
        ...limits
      });
  const encrypted = (operation: string, target: string, spec: RebuildSpec): string | undefined => {
    const ciphertext = encryptedPassword(operation, target, spec, options.credentials.secretAccessKey);
    if (ciphertext !== undefined) {
      options.mask(ciphertext);
    }
    return ciphertext;
  };

  const warned = new Set<string>();
  const warnOnce = ({ name }: Operation<unknown>, why: string): void => {
    if (warned.has(name)) return;
    warned.add(name);
    options.warn?.(
      `${name}: what cannot be understood was left out (${why}), so less is known of disks and snapshots.`
    );
  };

  return {
    endpoint: options.endpoint,
    call: async (operation, signal) => caller(signal)(operation),
    getInstance: async (id, signal, limits) =>
      caller(signal, limits)(instances.getInstance(checkedId('GetInstance', id))),
    getImage: async (id, signal, limits) =>
      caller(signal, limits)(images.getImage(checkedId('GetImage', id))),
    start: async (id, signal, limits) =>
      caller(signal, limits)(instances.startInstance(checkedId('StartInstance', id))),
    deleteImage: async (id, signal, limits) =>
      caller(signal, limits)(images.deleteImage(checkedId('DeleteImage', id))),
    listImages: async (filter, signal, limits) =>
      allPages((marker) => images.listImages(filter, marker), caller(signal, limits)),
    async createImage(spec, signal, limits) {
      checkedId('CreateImage', spec.instanceId);
      checkedToken('CreateImage', spec.instanceId, spec.clientToken);
      return caller(signal, limits)(images.createImage(spec));
    },
    async getUserData(id, signal, limits) {
      return caller(signal, limits)(instances.getUserData(checkedId('GetInstanceUserDataInfo', id)));
    },
    async listInstances(ids, signal, limits) {
      const wanted = [...new Set(ids)];
      const found = new Map<string, Instance>();
      while (wanted.length > 0) {
        const some = wanted.splice(0, maxIdsPerCall);
        const items = await allPages(
          (marker) => instances.listInstances(some, marker),
          caller(signal, limits)
        );
        for (const instance of items) {
          found.set(instance.id, instance);
        }
      }
      return found;
    },
    async getSystemDisk(id, signal, limits) {
      checkedId('ListVolumes', id);
      return systemDiskOf(
        await allPages((marker) => instances.listVolumes(id, marker), caller(signal, limits), warnOnce)
      );
    },
    listSystemDisks: async (signal, limits) =>
      systemDisksByInstance(await allPages(instances.listSystemVolumes, caller(signal, limits), warnOnce)),
    async listTagged(tags, signal, limits) {
      const items = await allPages((marker) => instances.listTagged(tags, marker), caller(signal, limits));
      // An instance may come twice where the list changed between two pages.
      return [...new Map(items.map((instance) => [instance.id, instance])).values()];
    },
    listAllSnapshots: async (signal, limits) =>
      allPages(instances.listAllSnapshots, caller(signal, limits), warnOnce),
    async listSnapshots(id, signal, limits) {
      checkedId('ListSnapshots', id);
      return allPages((marker) => instances.listSnapshots(id, marker), caller(signal, limits), warnOnce);
    },
    async rebuild(id, spec, signal, limits) {
      const ciphertext = encrypted('RebuildInstance', checkedId('RebuildInstance', id), spec);
      return caller(signal, limits)(instances.rebuildInstance(id, spec, ciphertext));
    },
    async rebuildBatch(instanceIds, spec, signal, limits) {
      const ids = checkedIds('RebuildBatchInstance', instanceIds, 2);
      const ciphertext = encrypted('RebuildBatchInstance', instances.batchName(ids), spec);
      return caller(signal, limits)(instances.rebuildInstances(ids, spec, ciphertext));
    },
    listBackendServers: async (id, signal, limits) =>
      backendServersOf(checkedId('DescribeBlbServers', id), caller(signal, limits)),
    async setWeights(pool, weights, signal, limits) {
      if (weights.length === 0) return;
      checkPool(updateName(pool), pool);
      checkWeights(updateName(pool), pool.blbId, weights);
      await caller(signal, limits)(updateWeights(pool, weights));
    },
    dispose: () => transport.dispose()
  };
}
