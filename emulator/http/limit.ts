import { throttled } from '../faults/spoil.ts';
import type { Behaviour } from '../world/behaviour.ts';

/** A limit of calls in any second. Calls that it refuses do not count, so whoever slows down gets through. */
export class CallLimit {
  /** When the last calls were let through, in ms since the epoch, the oldest first. */
  #letThrough: number[] = [];

  /** Lets a call through, or throws the refusal in the shape of the `throttle` switch. */
  check(nowMs: number, behaviour: Pick<Behaviour, 'callsPerSecond' | 'throttle'>): void {
    const { callsPerSecond } = behaviour;
    if (callsPerSecond === 0) return;
    this.#letThrough = this.#letThrough.filter((atMs) => atMs > nowMs - 1000);
    if (this.#letThrough.length >= callsPerSecond) throw throttled(behaviour.throttle);
    this.#letThrough.push(nowMs);
  }
}
