/** What a health check is, before and after its placeholders are filled. */

/** The fields of an instance that a check's address may hold, in braces. */
export const placeholders = ['publicIp', 'internalIp', 'id', 'name'] as const;

/** One of them, without the braces. */
export type Placeholder = (typeof placeholders)[number];

/** HTTP status codes from `from` to `to`, both included. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** What an HTTP answer must be like. */
export interface Expectations {
  /** The status must lie in one of these. */
  readonly statuses: readonly StatusRange[];
  /** The body must contain this, byte for byte in UTF-8. */
  readonly body?: string;
}

/** A check as the input gave it. Patterns may hold placeholders; an IPv6 host stands without its brackets. */
export type HealthCheck =
  | { readonly kind: 'tcp' | 'ssh'; readonly hostPattern: string; readonly port: number }
  | ({
      readonly kind: 'http' | 'https';
      readonly hostPattern: string;
      readonly port: number;
      /** Path and query, from the first slash on. */
      readonly pathPattern: string;
    } & Expectations);

/** A check that is a matter of TCP alone, or of SSH. */
export interface SocketCheck {
  readonly kind: 'tcp' | 'ssh';
  readonly host: string;
  readonly port: number;
}

/** A check by an HTTP request. */
export interface HttpCheck extends Expectations {
  readonly kind: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** Path and query as they are sent. */
  readonly path: string;
}

/** A check of one instance: all of the address is known. */
export type ResolvedCheck = SocketCheck | HttpCheck;

/** The ports that an address may leave out; for `tcp` there is none. */
export const defaultPorts: ReadonlyMap<string, number> = new Map([
  ['ssh', 22],
  ['http', 80],
  ['https', 443]
]);

/** The check for a person to read. The query is left out: people put tokens there. */
export function describeCheck(check: ResolvedCheck): string {
  const host = check.host.includes(':') ? `[${check.host}]` : check.host;
  const port = defaultPorts.get(check.kind) === check.port ? '' : `:${check.port}`;
  const path = 'path' in check ? check.path.replace(/\?.*$/s, '?…') : '';
  return `${check.kind}://${host}${port}${path}`;
}
