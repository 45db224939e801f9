import type { Balancers } from '../ports/balancers.ts';
import type { Bcc, ReadOptions, WriteOptions } from '../ports/bcc.ts';
import type { Clock, Random } from '../ports/clock.ts';
import { allPages } from './api/all-pages.ts';
import { backendServersOf } from './api/backend-servers.ts';
import { checkedIds } from './api/check-arguments.ts';
import { encryptPassword } from './api/encrypt-password.ts';
import * as images from './api/images.ts';
import * as instances from './api/instances.ts';
import { updateWeights } from './api/load-balancers.ts';
import type { Operation } from './api/operation.ts';
import { hiding } from './api/reply-facts.ts';
import { systemDiskOf, systemDisksByInstance } from './api/system-disks.ts';
import { attempt, type CallContext } from './call-attempt.ts';
import { createTransport, type Transport } from './http/transport.ts';
import { createRateLimiter, unlimited } from './retry/rate-limiter.ts';
import { withRetries } from './retry/with-retries.ts';

/** What a client needs. */
export interface BccClientOptions
  extends Clock,
    Pick<CallContext, 'endpoint' | 'credentials' | 'mask' | 'debug'> {
  readonly userAgent: string;
  /**
   * How many attempts may leave in a second, those of all calls together; as many may leave at once after a rest. When
   * the service throttles, there are fewer for a while. No limit unless set.
   */
  readonly requestsPerSecond?: number;
  /** How long a read may last, all pages of a list together, in milliseconds. No limit unless set. */
  readonly readLimitMs?: number;
  /** What sends the requests; unless set, a transport of the client's own. */
  readonly transport?: Transport;
  readonly random: Random;
  /** Takes a line, once for each kind of list of which something could not be understood and was left out. */
  warn?(line: string): void;
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
  const {
    credentials,
    requestsPerSecond,
    readLimitMs = Number.POSITIVE_INFINITY,
    transport = createTransport(options.userAgent, () => options.nowMs())
  } = options;
  const context: CallContext = {
    ...options,
    transport,
    hidden: hiding([credentials.secretAccessKey, credentials.sessionToken ?? '']),
    clock: { offsetMs: 0 }
  };
  const limiter = requestsPerSecond === undefined ? unlimited : createRateLimiter(requestsPerSecond, options);
  const ports = {
    ...options,
    acquire: limiter.acquire,
    correctClock(serverMs: number): void {
      context.clock.offsetMs = serverMs - options.wallMs();
    }
  };
  const caller = (signal: AbortSignal, { start = signal, ...asked }: ReadOptions & WriteOptions = {}) => {
    const readUntilMs = Math.min(asked.deadlineMs ?? Number.POSITIVE_INFINITY, options.nowMs() + readLimitMs);
    return <T>(operation: Operation<T>): Promise<T> => {
      const limits = operation.kind === 'read' ? { ...asked, deadlineMs: readUntilMs } : asked;
      const once = () => limiter.adapt(() => attempt(operation, context, signal, limits));
      return withRetries(operation, once, ports, { ...limits, signal, start });
    };
  };
  const encrypt = (operation: string, target: string, password: string): string => {
    const ciphertext = encryptPassword(operation, target, password, credentials.secretAccessKey);
    options.mask(ciphertext);
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
    getInstance: async (id, signal, limits) => caller(signal, limits)(instances.getInstance(id)),
    getImage: async (id, signal) => caller(signal)(images.getImage(id)),
    start: async (id, signal) => caller(signal)(instances.startInstance(id)),
    createImage: async (spec, signal) => caller(signal)(images.createImage(spec)),
    deleteImage: async (id, signal) => caller(signal)(images.deleteImage(id)),
    getUserData: async (id, signal) => caller(signal)(instances.getUserData(id)),
    listImages: async (filter, signal) =>
      allPages((marker) => images.listImages(filter, marker), caller(signal)),
    async listInstances(instanceIds, signal, limits) {
      const ids = checkedIds('ListInstanceByIds', instanceIds);
      const items = await allPages((marker) => instances.listInstances(ids, marker), caller(signal, limits));
      return new Map(items.map((instance) => [instance.id, instance]));
    },
    getSystemDisk: async (id, signal, limits) =>
      systemDiskOf(
        await allPages((marker) => instances.listVolumes(id, marker), caller(signal, limits), warnOnce)
      ),
    listSystemDisks: async (signal, limits) =>
      systemDisksByInstance(await allPages(instances.listSystemVolumes, caller(signal, limits), warnOnce)),
    async listTagged(tags, signal) {
      const items = await allPages((marker) => instances.listTagged(tags, marker), caller(signal));
      // An instance may come twice where the list changed between two pages.
      return [...new Map(items.map((instance) => [instance.id, instance])).values()];
    },
    listSnapshots: async (id, signal) =>
      allPages((marker) => instances.listSnapshots(id, marker), caller(signal), warnOnce),
    rebuild: async (ids, spec, signal, limits) =>
      caller(signal, limits)(instances.rebuildInstances(ids, spec, encrypt)),
    listBackendServers: async (id, signal) => backendServersOf(id, caller(signal)),
    async setWeights(pool, weights, signal) {
      if (weights.length > 0) await caller(signal)(updateWeights(pool, weights));
    },
    dispose: () => transport.dispose()
  };
}
