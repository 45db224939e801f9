/**
 * A wall clock for an emulator beside a process: it runs as the real one does, but leaves out the time for which this
 * process was kept waiting. On a busy machine the process that is tested waits as well, and would otherwise find a
 * rebuild over that it was to watch.
 */
export class PatientClock {
  static readonly #tickMs = 20;
  readonly #timer: NodeJS.Timeout;
  #nowMs = Date.now();
  #lastMs = performance.now();

  constructor() {
    this.#timer = setInterval(() => this.#advance(), PatientClock.#tickMs).unref();
  }

  /** Milliseconds since the epoch, at most as many since the construction as have passed. */
  now(): number {
    this.#advance();
    return this.#nowMs;
  }

  /** Stops it; to be called when the emulator is closed. */
  close(): void {
    clearInterval(this.#timer);
  }

  #advance(): void {
    const atMs = performance.now();
    // Two ticks pass on a machine that is merely at work.
    this.#nowMs += Math.min(atMs - this.#lastMs, 3 * PatientClock.#tickMs);
    this.#lastMs = atMs;
  }
}
