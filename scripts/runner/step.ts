/** Starts and stops one process of an action as the runner does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { LineSplitter } from './log.ts';

/** The result of a step. */
export interface StepResult {
  /** `null` if a signal ended the process. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from start to exit. */
  readonly tookMs: number;
}

/** Milliseconds between the signals of a cancel: from SIGINT to SIGTERM, and from there to the kill. */
export interface SignalPauses {
  readonly toSigterm: number;
  readonly toKill: number;
}

/** The pauses of the runner's `ProcessInvoker`. */
export const signalPauses: SignalPauses = { toSigterm: 7500, toKill: 2500 };

/** How to start a process. */
export interface StepOptions {
  readonly node: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly pauses: SignalPauses;
  /** Kills the process after this many milliseconds. */
  readonly limitMs: number;
  /** Called with each complete line of stdout and stderr. */
  readonly onLine: (line: string) => void;
  readonly onStdout: ((chunk: string) => void) | undefined;
}

/** A running process. */
export interface RunningStep {
  readonly process: ChildProcess;
  /** The standard output so far. */
  stdout(): string;
  /**
   * Does what a cancel or an exceeded `timeout-minutes` does: SIGINT at once, SIGTERM after 7.5 s, SIGKILL 2.5 s later.
   * On Windows Node kills the process at once, because it cannot send Ctrl+C.
   */
  cancel(): void;
}

/** Starts a process; `ended` resolves when it has exited and its streams are closed. */
export function startStep(options: StepOptions): RunningStep & { readonly ended: Promise<StepResult> } {
  const startMs = performance.now();
  const child = spawn(options.node, options.args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe']
  });
  const text = { stdout: '', stderr: '' };
  const lines = { stdout: new LineSplitter(), stderr: new LineSplitter() };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      for (const line of lines[name].push(chunk)) options.onLine(line);
      if (name === 'stdout') options.onStdout?.(chunk);
    });
  }
  const timers = [setTimeout(() => child.kill('SIGKILL'), options.limitMs)];
  const ended = new Promise<StepResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      for (const timer of timers) clearTimeout(timer);
      for (const line of [...lines.stdout.end(), ...lines.stderr.end()]) options.onLine(line);
      resolve({ exitCode, ...text, tookMs: performance.now() - startMs });
    });
  });
  const { toSigterm, toKill } = options.pauses;
  return {
    process: child,
    stdout: () => text.stdout,
    cancel() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGINT');
      timers.push(setTimeout(() => child.kill('SIGTERM'), toSigterm));
      timers.push(setTimeout(() => child.kill('SIGKILL'), toSigterm + toKill));
    },
    ended
  };
}
