/**
 * A run of the action against the emulator on a virtual clock: real HTTP, no waiting. The clock stands still
 * but while the action sleeps, so that an hour passes as fast as its calls are answered.
 */

import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/server.ts';
import { createAssistant } from '../../src/bce/assistant-client.ts';
import { type BccClient, createBccClient } from '../../src/bce/client.ts';
import { createTransport } from '../../src/bce/http/transport.ts';
import { healthInterval } from '../../src/core/health/health.ts';
import { CancelledError } from '../../src/core/model/failure.ts';
import { RebuildSecrets } from '../../src/core/model/rebuild-secrets.ts';
import { type RebuildOptions, withoutSecrets } from '../../src/core/model/rebuild-spec.ts';
import type { RunReport } from '../../src/core/report/report.ts';
import { run } from '../../src/deploy/run/run.ts';
import { createGuestProbe } from '../../src/health/assistant/guest-probe.ts';
import { createProbe } from '../../src/health/network-probe.ts';
import type { GuestProbe } from '../../src/ports/assistant.ts';
import type { Balancers } from '../../src/ports/balancers.ts';
import type { Bcc } from '../../src/ports/bcc.ts';
import type { Cancel } from '../../src/ports/cancel.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Probe } from '../../src/ports/probe.ts';
import type { RunRequest } from '../../src/ports/request.ts';
import { defaultOptions, defaultRequest } from './default-request.ts';
import { quickRebuildMs } from './quick-service.ts';
import { hooksOf, type ReportHooks, reported } from './reported.ts';

/** Made once: an error of its own for each sleep that is cut off would cost more than the sleep. */
const cancelled = new CancelledError();

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

/**
 * A clock that moves only when no code runs any more: then it goes to the end of the sleep that ends first, and ends
 * that one alone. Work that it cannot see, such as a call that waits for its reply, is told to it by `busy`.
 */
export class VirtualClock implements Clock {
  readonly #startMs: number;
  readonly #sleepers: Sleeper[] = [];
  #nowMs = 0;
  #busy = 0;
  readonly #suspensions: { readonly fromMs: number; readonly toMs: number }[] = [];
  /** The move that is to come, if one is. */
  #next: NodeJS.Immediate | undefined;
  /** Called when the clock has moved, before any sleep ends; for an emulator in another process. */
  onMove: (() => Promise<void>) | undefined;
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

  /** As if the process were suspended for so long: a sleep that would end meanwhile ends when it goes on. */
  suspend(fromMs: number, forMs: number): void {
    this.#suspensions.push({ fromMs, toMs: fromMs + forMs });
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    // Whole milliseconds, as timers count them, and never a little before the moment that was asked for.
    const untilMs = Math.ceil(this.#nowMs + Math.max(0, ms) - 1e-6);
    this.onSleep(untilMs);
    return new Promise<void>((resolve, reject) => {
      if (signal.aborted) throw cancelled;
      const onAbort = (): void => {
        const at = this.#sleepers.indexOf(sleeper);
        if (at >= 0) this.#sleepers.splice(at, 1);
        reject(cancelled);
      };
      const wake = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const sleeper: Sleeper = { untilMs, wake };
      this.#insert(sleeper);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#move();
    });
  }

  /** Time stands still while `work` goes on. */
  async busy<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
      this.#move();
    }
  }

  #resumedMs(atMs: number): number {
    const over = this.#suspensions.filter(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
    return Math.max(atMs, ...over.map(({ toMs }) => toMs));
  }

  #insert(sleeper: Sleeper): void {
    const at = this.#sleepers.findLastIndex(({ untilMs }) => untilMs <= sleeper.untilMs);
    this.#sleepers.splice(at + 1, 0, sleeper);
  }

  #move(): void {
    // All that has just been settled is carried on first.
    this.#next ??= setImmediate(() => {
      this.#next = undefined;
      if (this.#busy > 0) return;
      const next = this.#sleepers.shift();
      if (next === undefined) return;
      const toMs = this.#resumedMs(Math.max(this.#nowMs, next.untilMs));
      const hasMoved = toMs > this.#nowMs;
      this.#nowMs = toMs;
      if (hasMoved && this.onMove !== undefined) {
        void this.busy(this.onMove).then(next.wake);
        return;
      }
      next.wake();
      if (this.#sleepers.length > 0) this.#move();
    });
  }
}

/** What a test may set; the rest is a plain rebuild of `i-demo0001` onto `m-web-2`. */
export interface VirtualOptions {
  readonly emulator?: Omit<EmulatorOptions, 'clock'>;
  readonly request?: TestRequest;
  readonly random?: () => number;
  readonly probe?: Probe;
  /** What stands between the run and the client. */
  readonly wrap?: (bcc: Bcc) => Bcc;
  readonly wrapBalancers?: (balancers: Balancers) => Balancers;
  /** No limit unless set. */
  readonly requestsPerSecond?: number;
  /** What no output of a script may show. */
  readonly redacted?: readonly string[];
}

/** One or more runs against one emulator. */
export interface VirtualWorld {
  readonly emulator: Emulator;
  readonly clock: VirtualClock;
  readonly bcc: Bcc;
  /** The lines of all logs so far. */
  readonly lines: string[];
  /** The lines on debug level, of the log and of the client. */
  readonly debugged: string[];
  /** Everything that was masked. */
  readonly masked: string[];
  /** Carries a request out; `cancel` may end it early. */
  run(request?: TestRequest, cancel?: Cancel, hooks?: ReportHooks): Promise<RunReport>;
}

/** A part of a request, with the secrets that its options stand for: `rebuildOptions` decides over `options`. */
export type TestRequest = Partial<RunRequest> & { readonly rebuildOptions?: RebuildOptions };

const never = new AbortController().signal;

/** No cancel at all. */
export const noCancel: Cancel = { signal: never, writes: never };

/** The same thing, on whose calls the clock waits. */
export function busily<T extends object>(thing: T, clock: VirtualClock): T {
  return new Proxy(thing, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...given: readonly unknown[]) => clock.busy(async () => Reflect.apply(value, target, given));
    }
  });
}

/** A client on the virtual clock, which stands still only while a request is out. */
export function virtualClient(
  { endpoint, credentials }: Pick<Emulator, 'endpoint' | 'credentials'>,
  clock: VirtualClock,
  more: {
    readonly random: () => number;
    readonly mask?: (secret: string) => void;
    readonly debug?: (line: string) => void;
    readonly requestsPerSecond?: number;
    readonly readLimitMs?: number;
  }
): BccClient {
  return createBccClient({
    endpoint: new URL(endpoint),
    credentials,
    userAgent: 'test',
    transport: busily(createTransport('test'), clock),
    nowMs: () => clock.nowMs(),
    wallMs: () => clock.wallMs(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    mask: () => undefined,
    debug: () => undefined,
    ...more
  });
}

/** Starts an emulator, hands it to the test, and closes everything whatever comes. */
export async function withVirtualWorld<T>(
  options: VirtualOptions,
  test: (world: VirtualWorld) => Promise<T>
): Promise<T> {
  const clock = new VirtualClock();
  const behaviour = { rebuildMs: quickRebuildMs, ...options.emulator?.behaviour };
  const emulator = await startEmulator({ ...options.emulator, behaviour, clock });
  const lines: string[] = [];
  const masked: string[] = [];
  const debugged: string[] = [];
  const random = options.random ?? (() => 0.5);
  const client = virtualClient(emulator, clock, {
    random,
    mask: (secret) => masked.push(secret),
    debug: (line) => debugged.push(line),
    readLimitMs: options.request?.timeoutMs ?? defaultRequest.timeoutMs,
    ...(options.requestsPerSecond === undefined ? {} : { requestsPerSecond: options.requestsPerSecond })
  });
  const log: Log = {
    info: (line) => lines.push(line),
    warning: (line) => lines.push(`warning: ${line}`),
    debug: (line) => debugged.push(line),
    group: (_title, work) => work()
  };
  try {
    return await test({
      emulator,
      clock,
      bcc: client,
      lines,
      masked,
      debugged,
      run: async (request, cancel = noCancel, hooks = {}) => {
        const { rebuildOptions = defaultOptions, ...asked } = { ...options.request, ...request };
        const whole = { ...defaultRequest, ...asked, options: withoutSecrets(rebuildOptions) };
        const secrets = new RebuildSecrets(rebuildOptions);
        const state = await run(
          whole,
          {
            secrets,
            bcc: options.wrap?.(client) ?? client,
            balancers: options.wrapBalancers?.(client) ?? client,
            clock,
            random,
            cancel,
            log,
            probe: busily(options.probe ?? createProbe(), clock),
            guests: guestsOf(whole, client, clock, secrets, options.redacted),
            runId: '4711'
          },
          hooksOf(hooks)
        );
        return reported(state);
      }
    });
  } finally {
    client.dispose();
    await emulator.close();
  }
}

/** The checks from inside of one run, if it has any. */
export function guestsOf(
  { health, pollIntervalMs }: RunRequest,
  client: BccClient,
  clock: VirtualClock,
  secrets: RebuildSecrets,
  redacted: readonly string[] = ['hunter2']
): GuestProbe | undefined {
  if (!health?.checks.some(({ kind }) => kind === 'assistant')) return undefined;
  const assistant = createAssistant(client, redacted, (id) => secrets.previousScript(id));
  return createGuestProbe(health, healthInterval(pollIntervalMs), assistant, clock);
}
