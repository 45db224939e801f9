/** Time. Waiting goes by `nowMs`, which never jumps; `wallMs` is only for signing and for reports. */
export interface Clock {
  /** Milliseconds on a monotonic scale. */
  nowMs(): number;
  /** Milliseconds since 1970, UTC. */
  wallMs(): number;
  /** Resolves after `ms`; throws `CancelledError` as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** A number in [0, 1), as `Math.random` gives it. */
export type Random = () => number;
