/** A world for the loop on a virtual clock, with a probe that follows a script. */

import type { ResolvedCheck } from '../../../src/core/health/check.ts';
import type { HealthChange, HealthTask } from '../../../src/core/health/health.ts';
import { describeFailed, type HostKey, type ProbeResult } from '../../../src/core/health/unhealthy.ts';
import { CancelledError } from '../../../src/core/model/failure.ts';

import type { Clock } from '../../../src/ports/clock.ts';
import type { Probe } from '../../../src/ports/probe.ts';

/** What a probe that begins at `atMs` finds, and how long it takes. */
export type Script = (
  atMs: number,
  check: ResolvedCheck
) => { readonly tookMs: number; readonly result: ProbeResult };

/** One probe as it was taken. */
export interface Taken {
  readonly startedAtMs: number;
  readonly atMs: number;
  readonly result: ProbeResult;
}

/** Ports on a virtual clock that begins at 0, and what was done with them. */
export function newWorld(script: Script, allKeys: readonly HostKey[] = []) {
  let nowMs = 0;
  const taken: Taken[] = [];
  const controller = new AbortController();
  const clock: Clock = {
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    async sleep(ms, signal) {
      if (signal.aborted) throw new CancelledError();
      nowMs += ms;
    }
  };
  const probe: Probe = {
    async probe(check, { signal, timeoutMs }) {
      if (signal.aborted) throw new CancelledError();
      const startedAtMs = nowMs;
      const { tookMs, result } = script(nowMs, check);
      nowMs += Math.min(tookMs, timeoutMs);
      const seen: ProbeResult =
        tookMs > timeoutMs
          ? { healthy: false, reason: { kind: 'timedOut', stage: 'answer', timeoutMs } }
          : result;
      taken.push({ startedAtMs, atMs: nowMs, result: seen });
      return seen;
    },
    hostKeys: async () => allKeys
  };
  const { signal } = controller;
  const ports = { probe, clock, cancel: { signal, writes: signal } };
  return { ports, taken, cancel: () => controller.abort() };
}

/** The usual task: five minutes, ten seconds, a probe every two. */
export const task: HealthTask = { fromMs: 0, deadlineMs: 300_000, minHealthyMs: 10_000, intervalMs: 2_000 };

/** The history in words, each with its second. */
export function inWords(history: readonly HealthChange[]): readonly string[] {
  return history.map(({ atMs, failed }) => `${Math.round(atMs / 1000)} ${describeFailed(failed)}`);
}
