import { CancelledError } from '../../src/core/model/failure.ts';

interface Timer {
  readonly atMs: number;
  readonly wake: () => void;
}

/**
 * A clock for many sleepers: it jumps from one wake-up to the next as soon as nobody has
 * anything to do. Only for code without real I/O.
 */
export class SharedTime {
  #nowMs = 0;
  readonly #timers = new Set<Timer>();

  /** Milliseconds since the start. */
  readonly nowMs = (): number => this.#nowMs;

  /** How many sleep now. */
  get sleepers(): number {
    return this.#timers.size;
  }

  /** Resolves after `ms`; throws `CancelledError` as soon as the signal aborts. */
  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const cancel = () => {
        this.#timers.delete(timer);
        reject(new CancelledError());
      };
      const wake = () => {
        signal.removeEventListener('abort', cancel);
        resolve();
      };
      const timer = { atMs: this.#nowMs + ms, wake };
      if (signal.aborted) {
        cancel();
        return;
      }
      this.#timers.add(timer);
      signal.addEventListener('abort', cancel, { once: true });
    });

  /** Lets time pass until `work` has settled; throws where it waits for something that no time brings. */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    work.then(done, done);
    for (;;) {
      await idle();
      if (settled) return work;
      const next = [...this.#timers].sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) throw new Error('it waits for nothing');
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
    }
  }
}

/** Resolves when all promises that can settle by themselves have settled. */
export function idle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
