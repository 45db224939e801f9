import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/server.ts';
import { type BccClient, type BccClientOptions, createBccClient } from '../../src/bce/client.ts';
import { CallError } from '../../src/core/model/failure.ts';

/** A client and the emulator that it talks to, over real HTTP and without waiting. */
export interface Emulated {
  readonly bcc: BccClient;
  readonly emulator: Emulator;
  /** The lines for the log. */
  readonly lines: readonly string[];
  readonly masked: readonly string[];
  /** Moves the one clock of both. */
  advance(ms: number): void;
}

/** A signal that never aborts. */
export const never = new AbortController().signal;

/** Runs a test against a strict emulator, and always closes both. */
export async function withEmulator(
  options: EmulatorOptions,
  test: (emulated: Emulated) => Promise<void>,
  more: Partial<BccClientOptions> = {}
): Promise<void> {
  let nowMs = Date.parse('2026-03-01T00:00:00Z');
  const now = () => nowMs;
  const emulator = await startEmulator({ clock: { now }, strict: true, ...options });
  const lines: string[] = [];
  const masked: string[] = [];
  const advance = (ms: number) => {
    nowMs += ms;
  };
  const bcc = createBccClient({
    endpoint: new URL(emulator.endpoint),
    credentials: emulator.credentials,
    userAgent: 'test',
    nowMs: now,
    wallMs: now,
    sleep: async (ms) => advance(ms),
    random: () => 1,
    mask: (secret) => void masked.push(secret),
    debug: (line) => void lines.push(line),
    ...more
  });
  try {
    await test({ bcc, emulator, lines, masked, advance });
  } finally {
    bcc.dispose();
    await emulator.close();
  }
}

/** The `CallError` that a call ends in; throws for anything else. */
export async function errorOf(call: Promise<unknown>): Promise<CallError> {
  const error = await call.then(
    (value) => new Error(`no failure, but ${JSON.stringify(value)}`),
    (reason: unknown) => reason
  );
  if (!(error instanceof CallError)) {
    throw error;
  }
  return error;
}

/** Everything of an error that could get into a log, its causes included. */
export function everythingOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const { cause, ...own } = Object.assign({ cause: error.cause }, error);
  return [String(error), error.stack, JSON.stringify(own), everythingOf(cause)].join('\n');
}
