/** A virtual clock under watch: nothing may sleep on after a run, sleep forever, or wait for nothing. */
import type { Clock } from '../../../src/ports/clock.ts';
import { VirtualClock } from '../virtual.ts';

/** No run takes longer than this, in milliseconds: something would be waiting for what never comes. */
const longestMs = 48 * 3_600_000;

/** So many turns of the event loop without a sleeper mean that nobody will ever wake anybody. */
const idleTurns = 20;

/** The clock of one case. */
export class WatchedClock implements Clock {
  readonly #inner = new VirtualClock();
  #sleeping = 0;
  /** How often somebody has woken. */
  turns = 0;
  #limitMs = longestMs;
  #onIdle: (() => void) | undefined;

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleeping;
  }

  nowMs(): number {
    return this.#inner.nowMs();
  }

  wallMs(): number {
    return this.#inner.wallMs();
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (this.nowMs() + ms > this.#limitMs) throw new Error(`sleeps beyond ${this.#limitMs} ms`);
    this.#sleeping += 1;
    try {
      await this.#inner.sleep(ms, signal);
    } finally {
      this.#sleeping -= 1;
      this.turns += 1;
      if (this.#sleeping === 0) this.#watchIdle();
    }
  }

  /**
   * Waits for work that must end by itself, within the longest time.
   *
   * @throws what the work throws; Error when nobody sleeps any more and it has not ended
   */
  async see<T>(work: () => Promise<T>): Promise<T> {
    this.#limitMs = this.nowMs() + longestMs;
    const hangs = new Promise<never>((_, reject) => {
      this.#onIdle = () => reject(new Error('hangs: nobody sleeps, and the run does not end'));
    });
    try {
      return await Promise.race([work(), hangs]);
    } finally {
      this.#onIdle = undefined;
    }
  }

  #watchIdle(turns = 0): void {
    if (this.#onIdle === undefined) return;
    setImmediate(() => {
      if (this.#sleeping > 0) return;
      if (turns < idleTurns) this.#watchIdle(turns + 1);
      else this.#onIdle?.();
    });
  }
}
