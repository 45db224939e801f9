/** The clock of the process of a run, which may be suspended: time passes, and nothing of the process runs. */
import type { Clock } from '../../../src/ports/clock.ts';
import type { WatchedClock } from './clock.ts';
import type { Interruption, Interruptions } from './conditions.ts';

const never = new AbortController().signal;

/** Time goes on as everywhere; a sleep that would end while the process is suspended ends when it goes on. */
export class ProcessClock implements Clock {
  readonly #clock: WatchedClock;
  readonly #suspensions: Interruptions<Interruption>;

  constructor(clock: WatchedClock, suspensions: Interruptions<Interruption>) {
    this.#clock = clock;
    this.#suspensions = suspensions;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(ms, signal);
    if (this.isSuspended) await this.resumed(signal);
  }

  get isSuspended(): boolean {
    return this.#suspensions.at(this.nowMs()) !== undefined;
  }

  /** Waits until the process runs; throws CancelledError on abort. */
  async resumed(signal = never): Promise<void> {
    for (
      let now = this.#suspensions.at(this.nowMs());
      now !== undefined;
      now = this.#suspensions.at(this.nowMs())
    ) {
      await this.#clock.sleep(now.toMs - this.nowMs(), signal);
    }
  }
}
