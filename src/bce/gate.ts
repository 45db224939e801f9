import { CancelledError } from '../core/model/failure.ts';
import { held, longestRetryAfterMs, newPace, type Pace, quickened, slowed, takeTurn } from '../core/pace.ts';
import type { Attempt } from './operation.ts';

/** Where every attempt of every call has to pass before it is signed and sent. */
export interface Gate {
  /** Resolves when it is this call's turn: first come, first served. Throws `CancelledError` on abort. */
  pass(signal: AbortSignal): Promise<void>;
  /** Makes an attempt, and learns from what came of it. */
  watch<T>(attempt: () => Promise<Attempt<T>>): Promise<Attempt<T>>;
}

/** What a gate needs from outside. */
export interface GatePorts {
  /** Milliseconds on a monotonic scale. */
  nowMs(): number;
  /** Resolves after `ms`; throws `CancelledError` as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Takes a line when the rate falls. */
  debug(line: string): void;
}

/** A gate that lets everything pass at once. */
export const openGate: Gate = { pass: async () => undefined, watch: (attempt) => attempt() };

/** A gate for so many calls a second. Throws `RangeError` for a rate that is not a number above 0. */
export function createGate(callsPerSecond: number, ports: GatePorts): Gate {
  let pace = newPace(callsPerSecond, ports.nowMs());
  let line: Promise<unknown> = Promise.resolve();

  /** Only the first in the line asks, so that a change of the rate reaches all who wait. */
  async function takeToken(signal: AbortSignal): Promise<void> {
    for (;;) {
      const turn = takeTurn(pace, ports.nowMs());
      pace = turn.pace;
      if (turn.waitMs === 0) {
        return;
      }
      await ports.sleep(turn.waitMs, signal);
    }
  }

  return {
    async pass(signal) {
      const before = line;
      const { promise: passed, resolve: leave } = withResolver();
      // Who gives up while in the line lets nobody past those in front.
      line = before.then(() => passed);
      try {
        await unlessAborted(before, signal);
        await takeToken(signal);
      } finally {
        leave();
      }
    },
    async watch(attempt) {
      const sentMs = ports.nowMs();
      const outcome = await attempt();
      const before = pace;
      pace = learned(pace, outcome, ports.nowMs(), sentMs);
      if (pace.rate < before.rate) {
        ports.debug(`the service throttles: from now on ${rounded(pace.rate)} calls a second at most`);
      }
      return outcome;
    }
  };
}

function learned(pace: Pace, outcome: Attempt<unknown>, nowMs: number, sentMs: number): Pace {
  if (outcome.ok) {
    return quickened(pace, nowMs, sentMs);
  }
  const { kind, retryAfterMs = 0 } = outcome.failure;
  const after = kind === 'throttled' ? slowed(pace, nowMs) : pace;
  // A wish for longer than any call would wait is none that can be obeyed.
  return retryAfterMs > 0 && retryAfterMs <= longestRetryAfterMs
    ? held(after, nowMs, nowMs + retryAfterMs)
    : after;
}

/** Resolves with `promise`; throws `CancelledError` as soon as the signal aborts. */
function unlessAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new CancelledError('cancelled', { cause: signal.reason }));
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    const done = () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    promise.then(done, done);
  });
}

/** `Promise.withResolvers` would do, but Node 20 does not have it. */
function withResolver(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: () => resolve() };
}

function rounded(rate: number): number {
  return Math.round(rate * 100) / 100;
}
