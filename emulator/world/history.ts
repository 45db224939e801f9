import type { WorldState } from './models.ts';

/** Past states of the world, for reads that lag behind. Nothing is copied until `keep` asks for it. */
export class History {
  #keepMs = 0;
  #past: { readonly untilMs: number; readonly state: WorldState }[] = [];

  /** From now on keeps the states of at least the last `ms`. */
  keep(ms: number): void {
    this.#keepMs = Math.max(this.#keepMs, ms);
  }

  /** Keeps a state that was valid until a time, in ms since the epoch. Later changes at the same time keep nothing. */
  before(state: WorldState, untilMs: number): void {
    if (this.#keepMs === 0 || this.#past.at(-1)?.untilMs === untilMs) return;
    this.#past = this.#past.filter((each) => each.untilMs > untilMs - this.#keepMs);
    this.#past.push({ untilMs, state: structuredClone(state) });
  }

  /** The state at a time; undefined if it has not changed since then. */
  at(ms: number): WorldState | undefined {
    return this.#past.find(({ untilMs }) => untilMs > ms)?.state;
  }
}
