/** The wish to stop, in two steps. */
export interface Cancel {
  /** Aborts at once: nothing new is started, sleeps and reads end. */
  readonly signal: AbortSignal;
  /** Aborts a moment later: a write under way has had its time to answer. */
  readonly writes: AbortSignal;
}
