import { printable, type Stage, type Unhealthy } from '../core/health/unhealthy.ts';

/** A probe has found out why the instance is not healthy. */
export class ProbeFailure extends Error {
  readonly reason: Unhealthy;

  constructor(reason: Unhealthy, options?: ErrorOptions) {
    super(reason.kind, options);
    this.name = 'ProbeFailure';
    this.reason = reason;
  }
}

/** A failure because the peer broke the rules of a protocol. */
export function protocolFailure(message: string, options?: ErrorOptions): ProbeFailure {
  return new ProbeFailure({ kind: 'protocol', message: printable(message) }, options);
}

/** What the system's error codes mean for a check (libuv, and getaddrinfo for the names). */
const kinds: ReadonlyMap<string, 'refused' | 'unreachable' | 'reset' | 'dns'> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'unreachable'],
  ['EHOSTDOWN', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ENETDOWN', 'unreachable'],
  ['EADDRNOTAVAIL', 'unreachable'],
  ['EACCES', 'unreachable'],
  ['EPERM', 'unreachable'],
  // The system's own timeout came before ours.
  ['ETIMEDOUT', 'unreachable'],
  ['ECONNRESET', 'reset'],
  ['ECONNABORTED', 'reset'],
  ['EPIPE', 'reset'],
  ['ERR_STREAM_PREMATURE_CLOSE', 'reset'],
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['EAI_FAIL', 'dns'],
  ['EAI_NODATA', 'dns']
]);

/** The reason in an error that a probe ended with; `stage` is what it was waiting for. */
export function reasonOf(error: unknown, stage: Stage): Unhealthy {
  if (error instanceof ProbeFailure) return error.reason;
  const code = codeOf(error);
  switch (kinds.get(code)) {
    case 'refused':
      return { kind: 'refused' };
    case 'unreachable':
      return { kind: 'unreachable', code };
    case 'reset':
      return { kind: 'reset', stage };
    case 'dns':
      return { kind: 'dns', code };
    default:
      return { kind: 'protocol', message: printable(textOf(error, 'message') || String(error)) };
  }
}

/** A name with several addresses fails with all their errors at once; the first stands for them. */
function codeOf(error: unknown): string {
  const errors: unknown = Object(error).errors;
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : textOf(error, 'code');
}

/** By shape and not by class: what another realm throws is no instance of our `Error`. */
function textOf(error: unknown, name: string): string {
  const value: unknown = Object(error)[name];
  return typeof value === 'string' ? value : '';
}
