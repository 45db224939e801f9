import type { Barrier } from '../../core/model/failure.ts';

/**
 * How far a request came whose answer is missing.
 *
 * - `unreached`: no connection came about, so the service saw nothing
 * - `unsent`: nothing was sent, and trying again cannot help: a refused certificate, or a request that Node refuses
 * - `lost`: the connection stood, so the service may have done what was asked
 */
export type Reach = 'unreached' | 'unsent' | 'lost';

/** No answer came. The message names the host and the system's error code, and holds no secret. */
export class TransportError extends Error {
  readonly reach: Reach;
  /** The system's word for it, such as `ECONNRESET`, for a short line in a log. */
  readonly code: string;
  /** What was in the way, as far as that is known. */
  readonly barrier: Barrier | undefined;

  constructor(
    reach: Reach,
    code: string,
    message: string,
    options?: ErrorOptions & { readonly barrier?: Barrier | undefined }
  ) {
    super(message, options);
    this.name = 'TransportError';
    this.reach = reach;
    this.code = code;
    this.barrier = options?.barrier;
  }
}

/** Our own end of an attempt: its time was over, or the caller gave up. */
export class AttemptEndedError extends Error {
  readonly code: 'ETIMEDOUT' | 'ABORTED';

  constructor(code: 'ETIMEDOUT' | 'ABORTED', message: string) {
    super(message);
    this.name = 'AttemptEndedError';
    this.code = code;
  }
}

/** Where an attempt was when it failed. */
export type ExchangePhase = 'connecting' | 'waiting' | 'reading';

/**
 * Names what went wrong with a request to `host`. The phase decides how far the request came; the error's code
 * cannot, for a proxy's refusal and a reset during a request are both called `ECONNRESET`.
 */
export function transportError(error: unknown, host: string, phase: ExchangePhase): TransportError {
  const code = codeOf(error);
  if (error instanceof AttemptEndedError) {
    const reach = phase === 'connecting' ? 'unreached' : 'lost';
    const message = `${error.message} (${states[phase]} ${host})`;
    return new TransportError(reach, code, message, { cause: error });
  }
  if (phase !== 'connecting') {
    const what = phase === 'waiting' ? 'broke before an answer came' : 'broke in the midst of the answer';
    return new TransportError('lost', code, `the connection to ${host} ${what} (${code})`, { cause: error });
  }
  if (certificateCodes.test(code)) {
    const remedy = 'if an authority of your own signed it, name its file in NODE_EXTRA_CA_CERTS';
    const message = `the certificate of ${host} is not trusted (${code}), so nothing was sent; ${remedy}`;
    return new TransportError('unsent', code, message, { cause: error });
  }
  if (code.startsWith('ERR_INVALID') || code === 'ERR_UNESCAPED_CHARACTERS') {
    const hint = code === 'ERR_INVALID_URL' ? 'the proxy that the environment names is no URL' : code;
    return new TransportError('unsent', code, `the request to ${host} cannot be made (${hint})`, {
      cause: error
    });
  }
  // Only the text of the error tells a proxy's refusal from a reset.
  const isProxy = textOf(error).startsWith('tunneling socket');
  const detail = isProxy ? `at the proxy: ${textOf(error)}` : code;
  const barrier = isProxy ? 'proxy' : lookupCodes.has(code) ? 'hostName' : undefined;
  return new TransportError('unreached', code, `no connection to ${host} (${detail})`, {
    cause: error,
    barrier
  });
}

/** The codes of `getaddrinfo` for a name without an address. */
const lookupCodes: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENODATA']);

const states: Readonly<Record<ExchangePhase, string>> = {
  connecting: 'while connecting to',
  waiting: 'while waiting for an answer of',
  reading: 'while reading the answer of'
};

/** The codes by which Node reports that a certificate failed its check (Node's manual, "X509 certificate error codes"). */
const certificateCodes =
  /CERT|UNABLE_TO_VERIFY|UNABLE_TO_DECODE|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH/;

function codeOf(error: unknown): string {
  return propertyOf(error, 'code') || 'unknown error';
}

function textOf(error: unknown): string {
  return propertyOf(error, 'message');
}

/** Read without `instanceof`, for an error of Node's own modules may stem from another realm than this code. */
function propertyOf(error: unknown, name: string): string {
  const value: unknown = Object(error)[name];
  return typeof value === 'string' ? value : '';
}
