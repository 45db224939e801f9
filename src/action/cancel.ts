import { CancelledError } from '../core/model/failure.ts';
import type { Cancel } from '../ports/cancel.ts';

/**
 * How long a write that is out may still answer after a cancel, in milliseconds. Its answer tells whether a
 * disk is being erased, and the runner grants 7.5 s before it asks again.
 */
const writeGraceMs = 700;

/** When the process ends whatever still holds it, in milliseconds after the signal. */
const lastResortMs = 1_700;

/** A cancel that follows the signals of the process. */
export interface SignalCancel extends Cancel {
  /** Stops listening; a timer that is still running is dropped. */
  dispose(): void;
}

/**
 * Turns SIGINT and SIGTERM into a cancel. The runner sends SIGINT first and SIGTERM 7.5 s later; only the first
 * signal counts.
 */
export function listenForCancel(): SignalCancel {
  const now = new AbortController();
  const writes = new AbortController();
  let grace: NodeJS.Timeout | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (now.signal.aborted) return;
    now.abort(new CancelledError(`cancelled by ${name}`));
    grace = setTimeout(() => writes.abort(new CancelledError(`cancelled by ${name}`)), writeGraceMs);
    setTimeout(() => process.exit(1), lastResortMs).unref();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: now.signal,
    writes: writes.signal,
    dispose() {
      clearTimeout(grace);
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    }
  };
}
