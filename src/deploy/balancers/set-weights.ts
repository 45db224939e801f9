/** Changes of weights on load balancers: one call at a time for each pool, with all that are waiting in it. */

import { type Pool, poolKey, type Weight } from '../../core/model/backend-server.ts';
import { CallError } from '../../core/model/failure.ts';
import type { Ports } from '../../ports/ports.ts';

/** Sets a weight. Resolves when the service has taken it; throws `CallError`, or `CancelledError` on abort. */
export type SetWeight = (pool: Pool, weight: Weight) => Promise<void>;

type WeightPorts = Pick<Ports, 'balancers' | 'clock' | 'cancel'>;

interface Batch {
  readonly weights: Map<string, number>;
  readonly done: Promise<ReadonlyMap<string, CallError>>;
}

interface Queue {
  tail: Promise<unknown>;
  next: Batch | undefined;
}

/** Makes what sets the weights of one run. */
export function createSetWeight(ports: WeightPorts): SetWeight {
  const queues = new Map<string, Queue>();
  return async (pool, { instanceId, weight }) => {
    const key = poolKey(pool);
    const queue = queues.get(key) ?? { tail: Promise.resolve(), next: undefined };
    queues.set(key, queue);
    const batch = queue.next ?? begin(queue, pool, ports);
    batch.weights.set(instanceId, weight);
    const failure = (await batch.done).get(instanceId);
    if (failure !== undefined) throw failure;
  };
}

/** The next call of a pool; what is added before the current call has ended goes out with it. */
function begin(queue: Queue, pool: Pool, ports: WeightPorts): Batch {
  const weights = new Map<string, number>();
  const done = queue.tail.then(async () => {
    // Weights that are decided in the same tick still join this call.
    await ports.clock.sleep(0, ports.cancel.writes);
    queue.next = undefined;
    const all = Array.from(weights, ([instanceId, weight]) => ({ instanceId, weight }));
    return send(pool, all, ports);
  });
  queue.next = { weights, done };
  queue.tail = done.catch(() => {
    queue.next = undefined;
  });
  return queue.next;
}

/** The failures, by instance. Throws `CancelledError` on abort. */
async function send(
  pool: Pool,
  weights: readonly Weight[],
  ports: WeightPorts
): Promise<ReadonlyMap<string, CallError>> {
  try {
    await ports.balancers.setWeights(pool, weights, ports.cancel.writes);
    return new Map();
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const isRefused = error.failure.kind === 'notFound' || error.failure.kind === 'invalid';
    if (weights.length === 1 || !isRefused) {
      return new Map(weights.map(({ instanceId }) => [instanceId, error]));
    }
  }
  // One that is no longer a member must not keep the others from being changed.
  const each = await Promise.all(weights.map((weight) => send(pool, [weight], ports)));
  return new Map(each.flatMap((failures) => [...failures]));
}
