/** The load balancers of the model: weights as they are, and as reads show them. */
import type { BackendServer, Pool } from '../../../src/core/model/backend-server.ts';
import type { ServiceBehaviour } from './behaviour.ts';

/** A member of a pool. */
export interface MemberSpec extends Pool {
  readonly instanceId: string;
  readonly weight: number;
}

/** A member as it is; the previous weight shows until `showsMs`. */
export interface Seat {
  readonly pool: Pool;
  readonly instanceId: string;
  weight: number;
  before: number;
  showsMs: number;
  /** The weight when the present run began. */
  runWeight: number;
  /** When it was last lowered. */
  loweredMs: number;
}

/** All pools. */
export class Pools {
  readonly seats: readonly Seat[];
  readonly #busyMs = new Map<string, number>();
  readonly #behaviour: ServiceBehaviour;

  constructor(members: readonly MemberSpec[], behaviour: ServiceBehaviour) {
    this.#behaviour = behaviour;
    this.seats = members.map(({ instanceId, weight, kind, blbId, groupId }) => ({
      pool: { kind, blbId, ...(groupId === undefined ? {} : { groupId }) },
      instanceId,
      weight,
      before: weight,
      showsMs: 0,
      runWeight: weight,
      loweredMs: 0
    }));
  }

  /** A run begins: what is now is what it has to give back. */
  beginRun(): void {
    for (const seat of this.seats) seat.runWeight = seat.weight;
  }

  of(instanceId: string): readonly Seat[] {
    return this.seats.filter((seat) => seat.instanceId === instanceId);
  }

  find(pool: Pool, instanceId: string): Seat | undefined {
    return this.of(instanceId).find((seat) => poolName(seat.pool) === poolName(pool));
  }

  /** As a read shows it. */
  places(blbId: string, nowMs: number): readonly BackendServer[] {
    return this.seats
      .filter(({ pool }) => pool.blbId === blbId)
      .map(({ pool, instanceId, weight, before, showsMs }) => ({
        ...pool,
        instanceId,
        weight: nowMs < showsMs ? before : weight
      }));
  }

  isBusy(pool: Pool, nowMs: number): boolean {
    return (this.#busyMs.get(pool.blbId) ?? 0) > nowMs;
  }

  set(seat: Seat, weight: number, nowMs: number): void {
    this.#busyMs.set(seat.pool.blbId, nowMs + this.#behaviour.poolBusyMs);
    if (seat.weight === weight) return;
    seat.before = nowMs < seat.showsMs ? seat.before : seat.weight;
    seat.showsMs = nowMs + this.#behaviour.weightShowsMs;
    if (weight < seat.weight) seat.loweredMs = nowMs;
    seat.weight = weight;
  }
}

/** One word for a pool. */
export function poolName({ kind, blbId, groupId }: Pool): string {
  return groupId === undefined ? `${kind}:${blbId}` : `${kind}:${blbId}/${groupId}`;
}
