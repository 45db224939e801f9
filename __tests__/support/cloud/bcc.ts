/** The ports of a deploy on the model cloud. */
import { CallError, CancelledError } from '../../../src/core/model/failure.ts';
import type { Instance } from '../../../src/core/model/instance.ts';
import type { Balancers } from '../../../src/ports/balancers.ts';
import type { Bcc } from '../../../src/ports/bcc.ts';
import type { Probe } from '../../../src/ports/probe.ts';
import type { Cloud } from './cloud.ts';
import type { Dice } from './dice.ts';
import type { Machine, Shown } from './machine.ts';
import { poolName } from './pools.ts';
import { failure, type WireCall } from './wire.ts';

function instanceOf({ id, internalIp }: Machine, { name, status, imageId, tags }: Shown): Instance {
  return {
    id,
    name,
    status,
    imageId,
    imageName: imageId,
    imageType: 'Sharing',
    osName: 'Ubuntu',
    osVersion: '24.04',
    osArch: 'amd64 (64bit)',
    zoneName: 'cn-bj-a',
    spec: 'bcc.g5.c2m8',
    publicIp: '',
    internalIp,
    keypairId: '',
    deletionProtection: false,
    tags
  };
}

function diskOf({ disk }: Shown) {
  return { ...disk, sizeInGB: 40, snapshotNum: 0 };
}

/** What one replica shows of an instance. */
interface Reading {
  readonly machine: Machine;
  readonly shown: Shown;
}

/** BCC as the model plays it. */
export function createBcc(cloud: Cloud): Bcc {
  const { wire } = cloud;
  const one = (operation: string, id: string, detail = ''): WireCall => ({ operation, ids: [id], detail });
  const see = (machine: Machine, lagMs: number): Reading[] => {
    const shown = machine.shownBy(lagMs, cloud.nowMs);
    return shown.isDeleted ? [] : [{ machine, shown }];
  };
  const only = (id: string, lagMs: number, call: WireCall): Reading => {
    const machine = cloud.machines.get(id);
    const [sight] = machine === undefined ? [] : see(machine, lagMs);
    if (sight === undefined) throw failure('notFound', call);
    return sight;
  };
  const all = (lagMs: number): Reading[] => [...cloud.machines.values()].flatMap((one) => see(one, lagMs));
  /** A read that one of the replicas answers; what it has shown is noted once the answer is there. */
  const read = async <T>(
    call: WireCall,
    signal: AbortSignal,
    fresh: boolean | undefined,
    work: (lagMs: number) => T,
    readingsOf: (value: T) => readonly Reading[]
  ): Promise<T> => {
    const sentMs = cloud.nowMs;
    const value = await wire.call(call, signal, () => work(cloud.replicaLagMs(fresh)));
    for (const sight of readingsOf(value))
      cloud.guard.see(sight.machine, sight.shown, sentMs, call.operation);
    return value;
  };
  const answer = () => ({ requestId: `r-${wire.eventLog.entries.length}` });
  return {
    async getInstance(id, signal, { fresh } = {}) {
      const call = one('getInstance', id);
      const { machine, shown } = await read(
        call,
        signal,
        fresh,
        (lagMs) => only(id, lagMs, call),
        (sight) => [sight]
      );
      return instanceOf(machine, shown);
    },
    async listInstances(ids, signal, { fresh } = {}) {
      const machines = ids.flatMap((id) => cloud.machines.get(id) ?? []);
      const call = { operation: 'listInstances', ids };
      const sights = await read(
        call,
        signal,
        fresh,
        (lagMs) => machines.flatMap((one) => see(one, lagMs)),
        (found) => found
      );
      return new Map(sights.map(({ machine, shown }) => [machine.id, instanceOf(machine, shown)]));
    },
    async getSystemDisk(id, signal, { fresh } = {}) {
      const call = one('getSystemDisk', id);
      const { shown } = await read(
        call,
        signal,
        fresh,
        (lagMs) => only(id, lagMs, call),
        (sight) => [sight]
      );
      return diskOf(shown);
    },
    async listSystemDisks(signal, { fresh } = {}) {
      const sights = await read(
        { operation: 'listSystemDisks', ids: [] },
        signal,
        fresh,
        all,
        (found) => found
      );
      return new Map(sights.map(({ machine, shown }) => [machine.id, diskOf(shown)]));
    },
    listSnapshots: (volumeId = '', signal) => wire.call(one('listSnapshots', volumeId), signal, () => []),
    async listTagged(_tags, signal) {
      const call = { operation: 'listTagged', ids: [] };
      const sights = await read(call, signal, false, all, (found) => found);
      return sights.map(({ machine, shown }) => instanceOf(machine, shown));
    },
    getImage(imageId, signal) {
      const call = { operation: 'getImage', ids: [], detail: imageId };
      return wire.call(call, signal, () => cloud.image(imageId, call, cloud.replicaLagMs(false)));
    },
    async rebuild(ids, { imageId }, signal, { start } = {}) {
      if (start?.aborted) throw new CancelledError();
      const [id = '', ...others] = ids;
      const isBatch = others.length > 0;
      const call = { operation: isBatch ? 'rebuildBatch' : 'rebuild', ids, detail: imageId };
      cloud.guard.beforeSend(ids, imageId);
      return wire.call(call, signal, () => {
        const machine = isBatch ? undefined : cloud.known(id, call);
        if (machine === undefined) cloud.wipeSome(ids, imageId, call);
        else if (cloud.isRefused(machine)) throw failure('conflict', call);
        else cloud.wipe(machine, imageId);
        return answer();
      });
    },
    start(id, signal) {
      const call = one('start', id);
      return wire.call(call, signal, () => {
        const machine = cloud.known(id, call);
        if (machine.busyUntilMs > cloud.nowMs || machine.power !== 'down') throw failure('conflict', call);
        cloud.start(machine);
        return answer();
      });
    },
    listImages: ({ imageType }, signal) =>
      wire.call({ operation: 'listImages', ids: [] }, signal, () =>
        cloud
          .imagesShown(cloud.replicaLagMs(false))
          .filter(({ type }) => imageType === undefined || type === imageType)
      ),
    createImage({ imageName, instanceId }, signal) {
      const call = one('createImage', instanceId);
      return wire.call(call, signal, () => {
        const machine = cloud.known(instanceId, call);
        if (machine.busyUntilMs > cloud.nowMs) throw failure('conflict', call);
        return { imageId: cloud.makeImage(machine, imageName) };
      });
    },
    deleteImage(imageId, signal) {
      const call = { operation: 'deleteImage', ids: [], detail: imageId };
      return wire.call(call, signal, () => {
        cloud.images.delete(imageId);
      });
    },
    getUserData: (id, signal) => wire.call(one('getUserData', id), signal, () => undefined)
  };
}

/** How long a busy pool is waited for, in milliseconds. */
const patienceMs = 300_000;

/** The load balancers as the model plays them. */
export function createBalancers(cloud: Cloud): Balancers {
  const { wire } = cloud;
  return {
    listBackendServers: (blbId, signal) =>
      wire.call({ operation: 'listPlaces', ids: [], detail: blbId }, signal, () =>
        cloud.pools.places(blbId, cloud.nowMs)
      ),
    async setWeights(pool, weights, signal) {
      const ids = weights.map(({ instanceId }) => instanceId);
      const detail = `${poolName(pool)} = ${weights.map(({ weight }) => weight).join(',')}`;
      const call = { operation: 'setWeights', ids, detail };
      const untilMs = cloud.nowMs + patienceMs;
      for (;;) {
        try {
          return await wire.call(call, signal, () => cloud.setWeights(pool, weights, call));
        } catch (error) {
          // A pool takes one change at a time; that is waited out below this port.
          const isBusy = error instanceof CallError && error.failure.kind === 'conflict';
          if (!isBusy || cloud.nowMs >= untilMs) throw error;
          await wire.clock.sleep(1_000, signal);
        }
      }
    }
  };
}

/** Looks from outside, by the internal address. Some fail for no reason once the plan stands. */
export function createProbe(cloud: Cloud, dice: Dice, flaky: number): Probe {
  const byIp = new Map([...cloud.machines.values()].map((machine) => [machine.internalIp, machine]));
  return {
    async probe(check) {
      const machine = byIp.get(check.host)?.at(cloud.nowMs);
      const hasSucceeded = machine !== undefined && cloud.guard.truth.isHealthy(machine);
      const slips = cloud.wire.isTroubled && dice.chance(flaky);
      return hasSucceeded && !slips ? { healthy: true } : { healthy: false, reason: { kind: 'refused' } };
    },
    hostKeys: async () => []
  };
}
