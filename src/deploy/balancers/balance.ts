/** How an instance leaves its load balancers before the wipe, and rejoins them after. */

import {
  type HeldWeight,
  openHeldWeights,
  poolLabel,
  withHeldWeight
} from '../../core/balancers/held-weights.ts';
import { type BackendServer, poolKey } from '../../core/model/backend-server.ts';
import { CallError, describeFailure } from '../../core/model/failure.ts';
import type { Obstacle } from '../../core/rebuild/ending.ts';
import { callRemedy } from '../../core/report/call-remedy.ts';
import type { Log } from '../../ports/log.ts';
import type { Ports } from '../../ports/ports.ts';
import { allDone } from '../calls/all-done.ts';
import { orCallError } from '../calls/or-call-error.ts';
import { createSetWeight } from './set-weights.ts';

/** The load balancers of a run. */
export interface Balance {
  /**
   * Sets the weights of an instance to 0 and lets `drainTime` pass. Where that cannot be done, those that were set
   * get their weight back.
   *
   * @param stop ends the wait of `drainTime`
   * @returns what kept it from being done
   * @throws CancelledError on abort
   */
  drain(instanceId: string, held: HeldRecord, log: Log, stop: AbortSignal): Promise<Obstacle | undefined>;
  /**
   * Gives back what is held.
   *
   * @returns why some could not be given back
   * @throws CancelledError when the calls under way are given up
   */
  rejoin(instanceId: string, held: HeldRecord, log: Log): Promise<string | undefined>;
}

/** The weights of an instance that are held, those included that were given back: what is known of them. */
export interface HeldRecord {
  current(): { readonly heldWeights: readonly HeldWeight[] };
  /** Told of every change before it is asked for and after it is done. It must not throw. */
  add(more: { readonly heldWeights: readonly HeldWeight[] }): void;
}

/** The balance of a run that names these load balancers. */
export function createBalance(
  { blbIds, drainMs }: { readonly blbIds: readonly string[]; readonly drainMs: number },
  ports: Pick<Ports, 'balancers' | 'clock' | 'cancel'>
): Balance {
  const { clock } = ports;
  const setWeight = createSetWeight(ports);
  const read = sharedReads(ports);

  /** Sets the weight of one server; gives the failure. */
  const set = (server: BackendServer, weight: number) => {
    read.forget(server.blbId);
    return orCallError(setWeight(server, { instanceId: server.instanceId, weight }));
  };

  const note = (held: HeldRecord, ...change: [BackendServer, HeldWeight['state'] | 'unchanged']): void =>
    held.add({ heldWeights: withHeldWeight(held.current().heldWeights, ...change) });

  const rejoin: Balance['rejoin'] = async (instanceId, held, log) => {
    const problems = await allDone(
      openHeldWeights(held.current().heldWeights).map(async ({ server }) => {
        const failure = await set(server, server.weight);
        if (failure instanceof CallError) return `${describeFailure(failure.failure)}.`;
        note(held, server, 'returned');
        log.info(`${poolLabel(server)}: weight 0 → ${server.weight}`);
        return undefined;
      })
    );
    const told = problems.filter((problem) => problem !== undefined);
    if (told.length > 0) log.warning(`A weight of ${instanceId} could not be restored. ${told.join(' ')}`);
    return told.length === 0 ? undefined : told.join(' ');
  };

  return {
    async drain(instanceId, held, log, stop) {
      const before = held.current().heldWeights;
      const failures: CallError[] = [];
      try {
        const all = await allDone(blbIds.map((blbId) => read.backendServers(blbId)));
        const own = all.flat().filter((server) => server.instanceId === instanceId);
        const backendServers = own
          .map((server) => asGivenBack(server, before))
          .filter(({ weight }) => weight > 0);
        await allDone(
          backendServers.map(async (server) => {
            note(held, server, 'asked');
            const failure = await set(server, 0);
            if (failure instanceof CallError) {
              failures.push(failure);
              if (failure.failure.kind !== 'ambiguous') note(held, server, 'unchanged');
            } else {
              note(held, server, 'held');
              log.info(`${poolLabel(server)}: weight ${server.weight} → 0`);
            }
          })
        );
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        failures.push(error);
      }
      const [first] = failures;
      if (first === undefined) {
        if (openHeldWeights(held.current().heldWeights).length > 0) await clock.sleep(drainMs, stop);
        return undefined;
      }
      await rejoin(instanceId, held, log);
      const told = failures.map(({ failure }) => `${describeFailure(failure)}.`);
      return { cause: told.join(' '), remedy: callRemedy(first.failure) };
    },
    rejoin
  };
}

/** A read may still show the 0 of a weight that was just given back; then the restored weight is used. */
function asGivenBack(server: BackendServer, heldWeights: readonly HeldWeight[]): BackendServer {
  const former = heldWeights.find((heldWeight) => poolKey(heldWeight.server) === poolKey(server));
  return server.weight === 0 ? { ...server, weight: former?.server.weight ?? 0 } : server;
}

/** For so long, in milliseconds, instances that leave together share one read of a load balancer. */
const shareMs = 1_000;

function sharedReads({ balancers, clock, cancel }: Pick<Ports, 'balancers' | 'clock' | 'cancel'>) {
  const reads = new Map<
    string,
    { readonly atMs: number; readonly backendServers: Promise<readonly BackendServer[]> }
  >();
  return {
    backendServers(blbId: string): Promise<readonly BackendServer[]> {
      const nowMs = clock.nowMs();
      const known = reads.get(blbId);
      if (known !== undefined && nowMs - known.atMs < shareMs) return known.backendServers;
      const backendServers = balancers.listBackendServers(blbId, cancel.signal);
      reads.set(blbId, { atMs: nowMs, backendServers });
      return backendServers;
    },
    forget(blbId: string): void {
      reads.delete(blbId);
    }
  };
}
