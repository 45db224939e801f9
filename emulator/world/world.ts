import { History } from './history.ts';
import type { InstanceState, Login, VolumeState, WorldState } from './models.ts';
import { systemVolumeOf, volumesOf } from './models.ts';

/** A scheduled change; `owner` is the id of the resource that it changes. */
export interface Change {
  readonly atMs: number;
  readonly owner: string;
  apply(state: WorldState): void;
}

/** The current state of an instance, including what the API does not show. */
export interface InstanceView extends Readonly<InstanceState> {
  readonly systemVolume: Readonly<VolumeState> | undefined;
  readonly volumes: readonly Readonly<VolumeState>[];
  readonly login: Login;
}

/**
 * The state and the scheduled changes. There are no timers: each access passes the time, and all changes that are due
 * are applied in order. So an hour of a virtual clock costs nothing.
 */
export class World {
  readonly #state: WorldState;
  readonly #history = new History();
  #changes: Change[] = [];

  constructor(state: WorldState) {
    this.#state = state;
  }

  /** The state at a time, in ms since the epoch. An earlier time than before undoes nothing. */
  at(nowMs: number): WorldState {
    let next = this.#changes[0];
    while (next !== undefined && next.atMs <= nowMs) {
      this.#changes.shift();
      this.#history.before(this.#state, next.atMs);
      next.apply(this.#state);
      next = this.#changes[0];
    }
    return this.#state;
  }

  /** From now on `past` can show the states of at least the last `ms`. */
  keep(ms: number): void {
    this.#history.keep(ms);
  }

  /** The state at a time, for a caller that is about to change it. */
  alter(nowMs: number): WorldState {
    const state = this.at(nowMs);
    this.#history.before(state, nowMs);
    return state;
  }

  /** The state `lagMs` before a time. */
  past(nowMs: number, lagMs: number): WorldState {
    const state = this.at(nowMs);
    return this.#history.at(nowMs - lagMs) ?? state;
  }

  /** Schedules a change, after others of the same time. A change at Infinity never happens. */
  plan(change: Change): void {
    if (change.atMs === Number.POSITIVE_INFINITY) return;
    const at = this.#changes.findIndex((each) => each.atMs > change.atMs);
    this.#changes.splice(at < 0 ? this.#changes.length : at, 0, change);
  }

  /** Cancels the scheduled changes of a resource. */
  forget(owner: string): void {
    this.#changes = this.#changes.filter((change) => change.owner !== owner);
  }

  /** A copy of the state at a time. */
  copy(nowMs: number): WorldState {
    return structuredClone(this.at(nowMs));
  }
}

/** The view of one instance; undefined if it does not exist. */
export function viewInstance(state: WorldState, id: string): InstanceView | undefined {
  const instance = state.instances.get(id);
  if (instance === undefined) return undefined;
  return structuredClone({
    ...instance,
    systemVolume: systemVolumeOf(state, id),
    volumes: volumesOf(state, id)
  });
}
