import { throttled } from '../faults/wire-fault.ts';
import type { Behaviour } from '../world/behaviour.ts';

/** A limit of calls in any second. Refused calls do not count, so a caller that slows down succeeds. */
export class CallLimit {
  /** When the last accepted calls came in, in ms since the epoch, oldest first. */
  #letThrough: number[] = [];

  /** Counts a call, or throws the refusal that the `throttle` switch describes. */
  check(nowMs: number, behaviour: Pick<Behaviour, 'callsPerSecond' | 'throttle'>): void {
    const { callsPerSecond } = behaviour;
    if (callsPerSecond === 0) return;
    this.#letThrough = this.#letThrough.filter((atMs) => atMs > nowMs - 1000);
    if (this.#letThrough.length >= callsPerSecond) throw throttled(behaviour.throttle);
    this.#letThrough.push(nowMs);
  }
}
