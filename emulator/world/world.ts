import { History } from './history.ts';
import type { InstanceState, Login, VolumeState, WorldState } from './models.ts';
import { systemVolumeOf, volumesOf } from './models.ts';

/** Something that will have happened at a given time; `owner` is the id of the thing it belongs to. */
export interface Change {
  readonly atMs: number;
  readonly owner: string;
  apply(state: WorldState): void;
}

/** An instance as it is now, with what the API does not show. */
export interface InstanceView extends Readonly<InstanceState> {
  readonly systemVolume: Readonly<VolumeState> | undefined;
  readonly volumes: readonly Readonly<VolumeState>[];
  readonly login: Login;
}

/**
 * The state and what is yet to come. Nothing ticks: whoever looks says what time it is, and all changes that are due
 * by then are applied in their order. So an hour of a virtual clock costs nothing.
 */
export class World {
  readonly #state: WorldState;
  readonly #history = new History();
  #changes: Change[] = [];

  constructor(state: WorldState) {
    this.#state = state;
  }

  /** The state at a time, in ms since the epoch. Time that runs backwards undoes nothing. */
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

  /** From now on `past` can show what was at least so many ms ago. */
  keep(ms: number): void {
    this.#history.keep(ms);
  }

  /** The state at a time that something other than a planned change is about to alter. */
  alter(nowMs: number): WorldState {
    const state = this.at(nowMs);
    this.#history.before(state, nowMs);
    return state;
  }

  /** The state as it was `lagMs` before a time. */
  past(nowMs: number, lagMs: number): WorldState {
    const state = this.at(nowMs);
    return this.#history.at(nowMs - lagMs) ?? state;
  }

  /** Plans a change; among changes of the same instant the order of planning holds. Never means never. */
  plan(change: Change): void {
    if (change.atMs === Number.POSITIVE_INFINITY) return;
    const at = this.#changes.findIndex((each) => each.atMs > change.atMs);
    this.#changes.splice(at < 0 ? this.#changes.length : at, 0, change);
  }

  /** Forgets what was planned for a thing, because somebody took it in hand. */
  forget(owner: string): void {
    this.#changes = this.#changes.filter((change) => change.owner !== owner);
  }

  /** A copy of the state, which time does not touch. */
  copy(nowMs: number): WorldState {
    return structuredClone(this.at(nowMs));
  }
}

/** The view of one instance, or undefined when there is none. */
export function viewInstance(state: WorldState, id: string): InstanceView | undefined {
  const instance = state.instances.get(id);
  if (instance === undefined) return undefined;
  return structuredClone({
    ...instance,
    systemVolume: systemVolumeOf(state, id),
    volumes: volumesOf(state, id)
  });
}
