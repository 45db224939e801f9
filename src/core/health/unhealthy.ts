import { listed } from '../listed.ts';
import { formatDuration } from '../time.ts';
import type { StatusRange } from './check.ts';
import { describeGuestFailure, type GuestFailure } from './guest/guest-failure.ts';

/** A public host key of an SSH server. */
export interface HostKey {
  /** The type of the key as files of known hosts name it, such as `ssh-ed25519`; for RSA it is `ssh-rsa`. */
  readonly algorithm: string;
  /** The key in the wire format of RFC 4253 (6.6), base64. */
  readonly key: string;
}

/** What a probe was waiting for. */
export type Stage = 'connect' | 'tls' | 'answer' | 'body' | 'banner' | 'hostKey';

/**
 * Why one check does not pass.
 *
 * - `refused`, `unreachable`, `reset`, `dns`, `timedOut`: the way there; `code` is the system's
 * - `status`, `body`: an HTTP answer that is not the expected one
 * - `certificate`: TLS stood, and the certificate was not accepted
 * - `noBanner`: the connection ended without an SSH identification; `said` is what came instead
 * - `noCommonKex`, `noHostKey`: the SSH server offers nothing that this probe understands
 * - `sameHostKey`: the key of the system that was to be replaced
 * - `protocol`: anything else that was not understood
 */
export type Unhealthy =
  | { readonly kind: 'refused' }
  | { readonly kind: 'unreachable' | 'dns'; readonly code: string }
  | { readonly kind: 'reset'; readonly stage: Stage }
  | { readonly kind: 'timedOut'; readonly stage: Stage; readonly timeoutMs: number }
  | { readonly kind: 'status'; readonly status: number; readonly wanted: readonly StatusRange[] }
  | { readonly kind: 'body'; readonly wanted: string }
  | { readonly kind: 'certificate' | 'protocol'; readonly message: string }
  | { readonly kind: 'noBanner'; readonly said: string }
  | { readonly kind: 'noCommonKex' | 'noHostKey'; readonly offered: readonly string[] }
  | { readonly kind: 'sameHostKey'; readonly algorithm: string; readonly fingerprint: string }
  | GuestFailure;

/** What one probe of one check found. */
export type ProbeResult =
  | { readonly healthy: true; readonly hostKey?: HostKey; readonly bootId?: string }
  | { readonly healthy: false; readonly reason: Unhealthy };

/** A check by its name, as `describeCheck` gives it, and what its probe found. */
export interface CheckResult {
  readonly check: string;
  readonly result: ProbeResult;
}

/** A check that does not pass. */
export interface FailedCheck {
  readonly check: string;
  readonly reason: Unhealthy;
}

/**
 * Why an instance does not count as healthy.
 *
 * - `failing`: at least one check does not pass
 * - `tooShort`: all passed when the deadline came, but not yet for long enough
 */
export type NotHealthy =
  | { readonly kind: 'failing'; readonly failed: readonly FailedCheck[] }
  | {
      readonly kind: 'tooShort';
      readonly checks: readonly string[];
      readonly healthyForMs: number;
      readonly wantedMs: number;
    };

const stages: Readonly<Record<Stage, string>> = {
  connect: 'a connection',
  tls: 'the TLS handshake',
  answer: 'an answer',
  body: 'the rest of the answer',
  banner: 'the SSH identification',
  hostKey: 'the host key'
};

/** A reason in words, without a full stop. What came from the network is already made printable. */
export function describeUnhealthy(reason: Unhealthy): string {
  switch (reason.kind) {
    case 'refused':
      return 'connection refused: nothing listens on the port yet';
    case 'unreachable':
      return `no way to the host (${reason.code}); the network or a firewall is in between`;
    case 'reset':
      return `the connection was lost while waiting for ${stages[reason.stage]}`;
    case 'dns':
      return `the host name cannot be resolved (${reason.code})`;
    case 'timedOut':
      return `timed out: waited ${formatDuration(reason.timeoutMs)}, at last for ${stages[reason.stage]}`;
    case 'status':
      return `status ${reason.status}, expected ${reason.wanted.map(describeRange).join(', ')}`;
    case 'body':
      return `wrong body: it does not contain ${JSON.stringify(reason.wanted)}`;
    case 'certificate':
      return `certificate not accepted: ${reason.message}`;
    case 'noBanner':
      return reason.said === ''
        ? 'the connection ended before the server said that it speaks SSH'
        : `no SSH server: it said ${JSON.stringify(reason.said)}`;
    case 'noCommonKex':
      return `the SSH server does not offer the key exchange curve25519-sha256, only ${listed(reason.offered) || 'nothing'}`;
    case 'noHostKey':
      return `the SSH server has no host key of a known type, only ${listed(reason.offered) || 'nothing'}`;
    case 'sameHostKey':
      return `the old host key is still there (${reason.algorithm} ${reason.fingerprint}): the old system, or an image that has the key inside`;
    case 'protocol':
      return `not understood: ${reason.message}`;
    default:
      return describeGuestFailure(reason);
  }
}

/** The checks that do not pass, each with its name and its reason; `passes` where there is none. */
export function describeFailed(failed: readonly FailedCheck[]): string {
  if (failed.length === 0) return 'passes';
  return failed.map(({ check, reason }) => `${check}: ${describeUnhealthy(reason)}`).join('; ');
}

/** Why an instance does not count as healthy, in words, without a full stop. */
export function describeNotHealthy(reason: NotHealthy): string {
  if (reason.kind === 'failing') return describeFailed(reason.failed);
  const [healthyFor, wanted] = [formatDuration(reason.healthyForMs), formatDuration(reason.wantedMs)];
  return `${reason.checks.join(', ')}: healthy for ${healthyFor} when the deadline came, and minHealthyTime asks for ${wanted}`;
}

/** Text from the network for logs and reports: printable ASCII, cut at `most` characters. */
export function printable(text: string, most = 120): string {
  const plain = text.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return plain.length > most ? `${plain.slice(0, most)}…` : plain;
}

function describeRange({ from, to }: StatusRange): string {
  return from === to ? `${from}` : `${from}-${to}`;
}
