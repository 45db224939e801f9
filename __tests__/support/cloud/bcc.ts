/** The ports of a deploy on the model cloud. */
import { CallError } from '../../../src/core/model/failure.ts';
import type { Instance } from '../../../src/core/model/instance.ts';
import type { Balancers } from '../../../src/ports/balancers.ts';
import type { Bcc } from '../../../src/ports/bcc.ts';
import type { Probe } from '../../../src/ports/probe.ts';
import type { Cloud } from './cloud.ts';
import type { Dice } from './dice.ts';
import type { Machine } from './machine.ts';
import { poolName } from './pools.ts';
import { failure, type WireCall } from './wire.ts';

function shown({ id, name, status, imageId, internalIp, tags }: Machine): Instance {
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
    expireTime: '',
    tags
  };
}

function diskOf({ disk }: Machine) {
  return { ...disk, sizeInGB: 40, snapshotNum: 0 };
}

/** BCC as the model plays it. */
export function createBcc(cloud: Cloud): Bcc {
  const { wire } = cloud;
  const one = (operation: string, id: string, detail = ''): WireCall => ({ operation, ids: [id], detail });
  const all = (): Machine[] => [...cloud.machines.values()].map((machine) => machine.at(cloud.nowMs));
  const answer = () => ({ requestId: `r-${wire.chronicle.entries.length}` });
  return {
    getInstance(id, signal) {
      const call = one('getInstance', id);
      return wire.call(call, signal, () => shown(cloud.known(id, call)));
    },
    listInstances(ids, signal) {
      const found = () => ids.map((id) => cloud.machine(id)).filter((machine) => machine !== undefined);
      return wire.call(
        { operation: 'listInstances', ids },
        signal,
        () => new Map(found().map((machine) => [machine.id, shown(machine)]))
      );
    },
    getSystemDisk(id, signal) {
      const call = one('getSystemDisk', id);
      return wire.call(call, signal, () => diskOf(cloud.known(id, call)));
    },
    listSystemDisks(signal) {
      return wire.call(
        { operation: 'listSystemDisks', ids: [] },
        signal,
        () => new Map(all().map((machine) => [machine.id, diskOf(machine)]))
      );
    },
    listSnapshots: (volumeId, signal) => wire.call(one('listSnapshots', volumeId), signal, () => []),
    listAllSnapshots: (signal) => wire.call({ operation: 'listAllSnapshots', ids: [] }, signal, () => []),
    listTagged: (_tags, signal) =>
      wire.call({ operation: 'listTagged', ids: [] }, signal, () => all().map(shown)),
    getImage(imageId, signal) {
      const call = { operation: 'getImage', ids: [], detail: imageId };
      return wire.call(call, signal, () => cloud.image(imageId, call));
    },
    rebuild(id, { imageId }, signal) {
      const call = one('rebuild', id, imageId);
      return wire.call(call, signal, () => {
        const machine = cloud.known(id, call);
        if (cloud.isRefused(machine)) throw failure('conflict', call);
        cloud.wipe(machine, imageId);
        return answer();
      });
    },
    rebuildBatch(ids, { imageId }, signal) {
      const call = { operation: 'rebuildBatch', ids, detail: imageId };
      return wire.call(call, signal, () => {
        cloud.wipeSome(ids, imageId, call);
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
        [...cloud.images.values()]
          .filter(({ type }) => imageType === undefined || type === imageType)
          .map((image) => cloud.show(image))
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
    getUserData: (id, signal) => wire.call(one('getUserData', id), signal, () => '')
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
