/**
 * Ports of `deploy` that a test implements, for what is easier to test at a port than over HTTP; and a view of the
 * weights of the emulator's load balancers.
 */
import type { BackendServer, Pool, Weight } from '../../src/core/model/backend-server.ts';
import { CallError, type CallFailure, type FailureKind } from '../../src/core/model/failure.ts';
import type { Instance, SystemDisk } from '../../src/core/model/instance.ts';
import type { RebuildSpec } from '../../src/core/model/rebuild-spec.ts';
import type { Balancers } from '../../src/ports/balancers.ts';
import type { Bcc } from '../../src/ports/bcc.ts';
import type { Cancel } from '../../src/ports/cancel.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { RunRequest } from '../../src/ports/request.ts';
import type { VirtualWorld } from './virtual.ts';

/** A failed call as a port throws it. */
export function failureAs(kind: FailureKind, patch: Partial<CallFailure> = {}): CallError {
  return new CallError({ kind, operation: 'Played', target: 'x', message: 'no', attempts: 1, ...patch });
}

/** What a promise was rejected with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was not rejected');
}

/** The kind of the failure that a promise was rejected with. */
export async function kindOf(promise: Promise<unknown>): Promise<FailureKind> {
  const error = await rejectionOf(promise);
  if (error instanceof CallError) return error.failure.kind;
  throw error;
}

/** An instance that is Running, as a list shows it. */
export function runningInstance(id: string, patch: Partial<Instance> = {}): Instance {
  return {
    id,
    name: `${id}-name`,
    status: 'Running',
    imageId: 'm-old',
    imageName: 'old',
    imageType: 'Custom',
    osName: 'Ubuntu',
    osVersion: '22.04',
    osArch: 'amd64',
    zoneName: 'cn-bj-a',
    spec: 'bcc.g5.c2m8',
    publicIp: '',
    internalIp: '192.168.0.1',
    keypairId: '',
    deletionProtection: false,
    ...patch
  };
}

/** The system disk of an instance. */
export function diskOf(instanceId: string): SystemDisk {
  const createTime = '2026-01-01T00:00:00Z';
  return { id: `v-${instanceId}`, createTime, sizeInGB: 40, snapshotNum: 0, status: 'InUse' };
}

/** One call that a played `Bcc` got. */
export interface PlayedCall {
  readonly atMs: number;
  readonly name: keyof Bcc;
  readonly ids: readonly string[];
}

/** A `Bcc` that knows every instance, but for what a test says of a call. */
export interface PlayedBcc {
  readonly bcc: Bcc;
  readonly calls: readonly PlayedCall[];
  /** The ids of the calls of this name, in order. */
  idsOf(name: keyof Bcc): readonly (readonly string[])[];
}

/** Called with each call before it is answered: it may throw, to fail the call, or wait, to delay it. */
export type CallScript = (call: PlayedCall, signal: AbortSignal) => void | Promise<void>;

/**
 * Plays the reads of instances and disks, and the rebuilds.
 *
 * @param unknown instances that there are not
 */
export function playBcc(
  clock: Clock,
  script: CallScript = () => undefined,
  unknown: readonly string[] = []
): PlayedBcc {
  const calls: PlayedCall[] = [];
  const begin = async (name: keyof Bcc, ids: readonly string[], signal: AbortSignal): Promise<void> => {
    const call = { atMs: clock.nowMs(), name, ids };
    calls.push(call);
    await script(call, signal);
  };
  const isKnown = (id: string): boolean => !unknown.includes(id);
  const unplayed = (name: string) => async (): Promise<never> => {
    throw new Error(`${name} is not played`);
  };
  const bcc: Bcc = {
    async getInstance(id, signal) {
      await begin('getInstance', [id], signal);
      if (!isKnown(id)) throw failureAs('notFound', { operation: 'GetInstance', target: id });
      return runningInstance(id);
    },
    async listInstances(ids, signal) {
      await begin('listInstances', ids, signal);
      return new Map(ids.filter(isKnown).map((id) => [id, runningInstance(id)]));
    },
    async getSystemDisk(id, signal) {
      await begin('getSystemDisk', [id], signal);
      return isKnown(id) ? diskOf(id) : undefined;
    },
    async listSystemDisks(signal) {
      await begin('listSystemDisks', [], signal);
      // Of all instances of the account, those that nobody asked for included.
      const asked = calls.flatMap(({ ids }) => ids).filter(isKnown);
      return new Map([...asked, 'i-stranger'].map((id) => [id, diskOf(id)]));
    },
    async rebuild(ids: readonly string[], _order: RebuildSpec, signal: AbortSignal) {
      await begin('rebuild', ids, signal);
      return { requestId: `r-${ids.join('-')}` };
    },
    listSnapshots: unplayed('listSnapshots'),
    listTagged: unplayed('listTagged'),
    getImage: unplayed('getImage'),
    start: unplayed('start'),
    listImages: unplayed('listImages'),
    createImage: unplayed('createImage'),
    deleteImage: unplayed('deleteImage'),
    getUserData: unplayed('getUserData')
  };
  return {
    bcc,
    calls,
    idsOf: (name) => calls.filter((call) => call.name === name).map(({ ids }) => ids)
  };
}

/** One change of weights that played balancers got. */
export interface PlayedChange {
  readonly atMs: number;
  readonly pool: Pool;
  readonly weights: readonly Weight[];
}

/** Called with each change before it is made: it may throw, to refuse the change, or wait, to delay it. */
export type ChangeScript = (change: PlayedChange, count: number, signal: AbortSignal) => void | Promise<void>;

/** Load balancers by hand. */
export interface PlayedBalancers {
  readonly balancers: Balancers;
  readonly changes: readonly PlayedChange[];
  /** The weights in force, by instance; of all pools. */
  readonly weights: ReadonlyMap<string, number>;
}

/** Plays load balancers with these backend servers. */
export function playBalancers(
  clock: Clock,
  script: ChangeScript = () => undefined,
  backendServers: readonly BackendServer[] = []
): PlayedBalancers {
  const changes: PlayedChange[] = [];
  const weights = new Map<string, number>();
  return {
    changes,
    weights,
    balancers: {
      listBackendServers: async (blbId) => backendServers.filter((server) => server.blbId === blbId),
      async setWeights(pool, wanted, signal) {
        const change = { atMs: clock.nowMs(), pool, weights: wanted };
        changes.push(change);
        await script(change, changes.length, signal);
        for (const { instanceId, weight } of wanted) weights.set(instanceId, weight);
      }
    }
  };
}

/** The same clock, and how many sleep on it now. */
export function countSleepers(clock: Clock): { readonly clock: Clock; sleeping(): number } {
  let sleeping = 0;
  return {
    sleeping: () => sleeping,
    clock: {
      nowMs: () => clock.nowMs(),
      wallMs: () => clock.wallMs(),
      async sleep(ms, signal) {
        sleeping += 1;
        try {
          await clock.sleep(ms, signal);
        } finally {
          sleeping -= 1;
        }
      }
    }
  };
}

/** A cancel in two steps, as a signal of the runner makes it. */
export function twoSteps(): { readonly cancel: Cancel; stop(): void; giveUp(): void } {
  const signal = new AbortController();
  const writes = new AbortController();
  return {
    cancel: { signal: signal.signal, writes: writes.signal },
    stop: () => signal.abort(),
    giveUp: () => writes.abort()
  };
}

/** Both load balancers of the emulator's own world, one of each kind. */
export const bothBalancers: NonNullable<RunRequest['balancers']> = {
  blbIds: ['lb-demo0001', 'lb-demo0002'],
  drainMs: 30_000
};

/** The two instances of the emulator's own world. */
export const bothDemos: RunRequest['selection'] = { kind: 'ids', ids: ['i-demo0001', 'i-demo0002'] };

/** A rollout with so many slots. */
export function maxUnavailable(
  count: number,
  patch: Partial<RunRequest['rollout']> = {}
): RunRequest['rollout'] {
  return { maxUnavailable: { kind: 'count', count }, canary: 0, pauseMs: 0, maxFailures: 0, ...patch };
}

/** All changes of weights, as `lb-demo0001 100→0`; of one instance, or of all. */
export function movesOf({ emulator }: VirtualWorld, instanceId: string): readonly string[] {
  return emulator.weightChanges
    .filter((change) => change.instanceId === instanceId)
    .map(({ blbId, from, to }) => `${blbId} ${from}→${to}`);
}

/** The weights in force, as `lb-demo0001 i-demo0001 100`, sorted. */
export function weightsIn({ emulator }: VirtualWorld): readonly string[] {
  return emulator
    .weights()
    .map(({ blbId, instanceId, weight }) => `${blbId} ${instanceId} ${weight}`)
    .toSorted();
}

/** The weights of the emulator's own world, in the format of `weightsIn`. */
export const demoWeights = [
  'lb-demo0001 i-demo0001 100',
  'lb-demo0001 i-demo0002 50',
  'lb-demo0002 i-demo0001 30',
  'lb-demo0002 i-demo0002 70'
];

/** The writes that load balancers got, by name and members. */
export function weightCallsOf({ emulator }: VirtualWorld) {
  const names = [
    'UpdateBlbServer',
    'UpdateAppBlbServerGroupRs',
    'DeleteBlbServer',
    'DeleteAppBlbServerGroupRs',
    'AddBlbServer',
    'AddAppBlbServerGroupRs'
  ];
  return emulator.calls.filter(({ operation }) => names.includes(operation));
}

/** Those changes that gave traffic to what was not Running on the image it belongs on; there must be none. */
export function badReturns({ emulator }: VirtualWorld, imageIds: readonly string[]): readonly string[] {
  return emulator.weightChanges
    .filter(({ to, status, imageId }) => to > 0 && !(status === 'Running' && imageIds.includes(imageId)))
    .map(({ blbId, instanceId, status, imageId }) => `${instanceId} on ${blbId}: ${status} on ${imageId}`);
}
