/**
 * Whether the answer of a probe proves that the *new* system is up. That an agent is online proves nothing: the record
 * is kept by instance ID, and the old system or a stale entry may stand behind it.
 *
 * All of these must hold: the line bears this run's nonce, so it is no old answer; the boot is another one than the
 * baseline's, where one could be taken before the rebuild; and the system was booted after the rebuild was accepted.
 * The last is judged by the uptime against our own monotonic clock, counted back from the moment before the probe was
 * sent, so that neither a wrong clock in the guest nor a slow answer makes an old system look young.
 */
import type { ProbeResult } from '../unhealthy.ts';
import { type GuestAnswer, type GuestChild, hasExitedWithZero } from './guest-run.ts';

/** What is known of the system that was to be replaced. */
export interface GuestBaseline {
  /** Its boot, where its agent could be asked before the rebuild. */
  readonly bootId?: string | undefined;
  /** When the rebuild was accepted, in milliseconds on the monotonic clock; absent where nothing was erased. */
  readonly acceptedMs?: number | undefined;
}

/** For the drift of a guest's clock: a fixed part in milliseconds, and a share of the time since the acceptance. */
const margin = { ms: 2_000, share: 0.001 };

/** The line of `probeCommand` with this nonce; `undefined` where there is none. */
export function readProbeLine(
  output: string,
  nonce: string
): { readonly bootId: string; readonly uptimeMs: number } | undefined {
  for (const line of output.split(/\r\n|\r|\n/)) {
    const [, seen, bootId, up] =
      /^RB1 nonce=(\S+) boot=([0-9a-f-]{8,40}) up=(\d{1,10}(?:\.\d+)?)\s*$/i.exec(line) ?? [];
    if (seen === nonce && bootId !== undefined) return { bootId, uptimeMs: Number(up) * 1_000 };
  }
  return undefined;
}

/** Judges the answer of one probe. Pure. */
export function judgeProof(answer: GuestAnswer, baseline: GuestBaseline): ProbeResult {
  if (answer.kind !== 'finished') return { healthy: false, reason: answer };
  const { child, nonce, runId, sentMs } = answer;
  const facts = hasExitedWithZero(child) ? readProbeLine(child.stdout, nonce) : undefined;
  if (facts === undefined) return runFailed(answer);
  const { bootId, uptimeMs } = facts;
  if (bootId === baseline.bootId) return { healthy: false, reason: { kind: 'sameBoot', bootId, runId } };
  const { acceptedMs } = baseline;
  if (acceptedMs !== undefined) {
    const sinceMs = sentMs - acceptedMs;
    if (uptimeMs + margin.ms + margin.share * sinceMs >= sinceMs) {
      return { healthy: false, reason: { kind: 'olderBoot', uptimeMs, sinceMs, runId } };
    }
  }
  return { healthy: true, bootId };
}

/** Judges one run of the user's script. Pure. */
export function judgeScript(answer: GuestAnswer): ProbeResult {
  if (answer.kind !== 'finished') return { healthy: false, reason: answer };
  const { child, runId } = answer;
  if (hasExitedWithZero(child)) return { healthy: true };
  const { exitCode } = child;
  if (exitCode === undefined || exitCode === 0) return runFailed(answer);
  return { healthy: false, reason: { kind: 'script', exitCode, output: lastLines(child), runId } };
}

/** How many lines of a script's output are kept, and how many characters of each. */
const shownLines = 20;

function lastLines({ stdout, stderr }: GuestChild): readonly string[] {
  return `${stdout}\n${stderr}`
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
    .slice(-shownLines);
}

function runFailed({ child, runId }: Extract<GuestAnswer, { kind: 'finished' }>): ProbeResult {
  const { state, exitCode, errorCode, failReason } = child;
  return {
    healthy: false,
    reason: {
      kind: 'runFailed',
      runId,
      state,
      errorCode,
      failReason,
      ...(exitCode === undefined ? {} : { exitCode })
    }
  };
}
