import { CancelledError } from '../core/model/failure.ts';
import type { Cancel } from '../ports/cancel.ts';

/**
 * How long a write under way may still answer after a cancel, in milliseconds. Its answer tells whether a
 * disk is being erased, and the runner grants 7.5 s before it asks again.
 */
const writeGraceMs = 700;

/** When the process ends, whatever still keeps it open, in milliseconds after the signal. */
const lastResortMs = 1_700;

/**
 * The same where weights are still to be restored: on a runner's shutdown nobody else comes after this process. The
 * runner sends SIGTERM 7.5 s after SIGINT, and kills 2.5 s after that.
 */
const restoringMs = 7_000;

/** A cancel that follows the signals of the process. */
export interface SignalCancel extends Cancel {
  /** Cancels as a signal does. */
  cancel(reason: string): void;
  /**
   * Grants the process a little more time after a cancel.
   *
   * @returns aborts when that time is over
   */
  grantRestoring(): AbortSignal;
  /** Stops listening; a timer that is still running is dropped. */
  dispose(): void;
}

/**
 * The signals that mean a cancel. A runner on Windows sends Ctrl+C and 7.5 s later Ctrl+Break, which Node calls SIGINT
 * and SIGBREAK. Nothing can send SIGTERM there. SIGHUP is the console of a self-hosted runner that closes; on Windows
 * it leaves 10 s.
 */
export function cancelSignals(platform: NodeJS.Platform): readonly NodeJS.Signals[] {
  return platform === 'win32' ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
}

/**
 * Turns the runner's signals into a cancel. It sends SIGINT first and a second one 7.5 s later; only the first signal
 * counts. A log that nobody reads any more is a cancel as well: the runner is gone, and no post step will come.
 */
export function listenForCancel(platform: NodeJS.Platform = process.platform): SignalCancel {
  const now = new AbortController();
  const writes = new AbortController();
  let grace: NodeJS.Timeout | undefined;
  let lastResort: NodeJS.Timeout | undefined;
  let cancelledMs = 0;
  const endIn = (ms: number): void => {
    clearTimeout(lastResort);
    lastResort = setTimeout(() => process.exit(1), ms).unref();
  };
  const cancel = (reason: string): void => {
    if (now.signal.aborted) return;
    cancelledMs = performance.now();
    now.abort(new CancelledError(reason));
    grace = setTimeout(() => writes.abort(new CancelledError(reason)), writeGraceMs);
    endIn(lastResortMs);
  };
  const onSignal = (name: NodeJS.Signals): void => cancel(`cancelled by ${name}`);
  const names = cancelSignals(platform);
  for (const name of names) process.on(name, onSignal);
  const onLogLost = (): void => cancel('cancelled, because nobody reads the log any more');
  // It stays after the end as well: the error of the last line comes later than the line.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', onLogLost);
  return {
    signal: now.signal,
    writes: writes.signal,
    cancel,
    grantRestoring() {
      // Timers take whole milliseconds only.
      const leftMs = Math.max(0, Math.floor(cancelledMs + restoringMs - performance.now()));
      endIn(leftMs);
      // What is to be told at the end takes its time too.
      return AbortSignal.timeout(Math.max(0, leftMs - 1_000));
    },
    dispose() {
      clearTimeout(grace);
      for (const name of names) process.off(name, onSignal);
    }
  };
}
