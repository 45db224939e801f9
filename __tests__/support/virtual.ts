/**
 * A run of the action against the emulator on a virtual clock: real HTTP, no waiting. The clock stands still
 * but while the action sleeps, so that an hour passes as fast as its calls are answered.
 */

import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/server.ts';
import { createBccClient } from '../../src/bce/client.ts';
import { CancelledError } from '../../src/core/model/failure.ts';
import type { RunReport } from '../../src/core/report/report.ts';
import type { Probe } from '../../src/deploy/heal.ts';
import type { Bcc, Cancel, Clock, Log } from '../../src/deploy/ports.ts';
import type { RunRequest } from '../../src/deploy/request.ts';
import { type RunHooks, run } from '../../src/deploy/run.ts';
import { createProbe } from '../../src/health/probe.ts';

/** A clock that moves only while somebody sleeps on it. */
export class VirtualClock implements Clock {
  readonly #startMs: number;
  #nowMs = 0;
  /** Called before each sleep with the moment that it would end at. */
  onSleep: (untilMs: number) => void = () => undefined;

  constructor(startMs = Date.parse('2026-03-01T00:00:00Z')) {
    this.#startMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#startMs + this.#nowMs;
  }

  /** For the emulator, which keeps one clock. */
  now(): number {
    return this.wallMs();
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.onSleep(this.#nowMs + ms);
    if (signal.aborted) throw new CancelledError();
    this.#nowMs += Math.max(0, ms);
    await Promise.resolve();
  }
}

/** What a test may set; the rest is a plain rebuild of `i-demo0001` onto `m-web-2`. */
export interface VirtualOptions {
  readonly emulator?: Omit<EmulatorOptions, 'clock'>;
  readonly request?: Partial<RunRequest>;
  readonly random?: () => number;
  readonly probe?: Probe;
}

/** One or more runs against one emulator. */
export interface VirtualWorld {
  readonly emulator: Emulator;
  readonly clock: VirtualClock;
  readonly bcc: Bcc;
  /** The lines of all logs so far. */
  readonly lines: string[];
  /** Everything that was masked. */
  readonly masked: string[];
  /** Carries a request out; `cancel` may end it early. */
  run(request?: Partial<RunRequest>, cancel?: Cancel, hooks?: Partial<RunHooks>): Promise<RunReport>;
}

export const defaultRequest: RunRequest = {
  instanceIds: ['i-demo0001'],
  image: { kind: 'id', id: 'm-web-2' },
  order: { login: { kind: 'adminPass', adminPass: 'Abcdef1!xyz' } },
  dryRun: false,
  force: false,
  allowProtected: false,
  wait: true,
  rollback: false,
  timeoutMs: 1_200_000,
  pollIntervalMs: 5_000
};

const never = new AbortController().signal;

/** No cancel at all. */
export const noCancel: Cancel = { signal: never, writes: never };

/** Starts an emulator, hands it to the test, and closes everything whatever comes. */
export async function withVirtualWorld<T>(
  options: VirtualOptions,
  test: (world: VirtualWorld) => Promise<T>
): Promise<T> {
  const clock = new VirtualClock();
  const emulator = await startEmulator({ ...options.emulator, clock });
  const lines: string[] = [];
  const masked: string[] = [];
  const random = options.random ?? (() => 0.5);
  const client = createBccClient({
    endpoint: new URL(emulator.endpoint),
    credentials: emulator.credentials,
    userAgent: 'test',
    wallMs: () => clock.wallMs(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    random,
    mask: (secret) => masked.push(secret),
    debug: () => undefined
  });
  const log: Log = {
    info: (line) => lines.push(line),
    warning: (line) => lines.push(`warning: ${line}`),
    debug: () => undefined,
    group: (_title, work) => work()
  };
  const hooks: RunHooks = { planned: async () => undefined, progressed: () => undefined };
  try {
    return await test({
      emulator,
      clock,
      bcc: client,
      lines,
      masked,
      run: (request, cancel = noCancel, more = {}) =>
        run(
          { ...defaultRequest, ...options.request, ...request },
          { bcc: client, clock, random, cancel, log, probe: options.probe ?? createProbe(), runId: '4711' },
          { ...hooks, ...more }
        )
    });
  } finally {
    client.dispose();
    await emulator.close();
  }
}
