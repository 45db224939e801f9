import type { WorldState } from './models.ts';

/** What the world was, for reads that lag behind. Copies are made only where somebody may come to see them. */
export class History {
  #keepMs = 0;
  #past: { readonly untilMs: number; readonly state: WorldState }[] = [];

  /** From now on keeps what was at least so long ago. */
  keep(ms: number): void {
    this.#keepMs = Math.max(this.#keepMs, ms);
  }

  /** Keeps a state that ends at a time, in ms since the epoch; of several changes of one instant only the first. */
  before(state: WorldState, untilMs: number): void {
    if (this.#keepMs === 0 || this.#past.at(-1)?.untilMs === untilMs) return;
    this.#past = this.#past.filter((each) => each.untilMs > untilMs - this.#keepMs);
    this.#past.push({ untilMs, state: structuredClone(state) });
  }

  /** The state as it was at a time, or undefined where it has not changed since or is no longer known. */
  at(ms: number): WorldState | undefined {
    return this.#past.find(({ untilMs }) => untilMs > ms)?.state;
  }
}
