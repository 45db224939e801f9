/** What a health check is, before and after its placeholders are filled. */
import type { GuestSystem } from './guest/guest-system.ts';

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

/** A check from outside. Patterns may hold placeholders; an IPv6 host stands without its brackets. */
export type AddressCheck =
  | { readonly kind: 'tcp' | 'ssh'; readonly hostPattern: string; readonly port: number }
  | ({
      readonly kind: 'http' | 'https';
      readonly hostPattern: string;
      readonly port: number;
      /** Path and query, from the first slash on. */
      readonly pathPattern: string;
    } & Expectations);

/**
 * A check from inside, by Cloud Assistant: that the new system is up, or that a script in it ends with exit code 0. The
 * script itself is no part of it, for it may hold secrets.
 */
export type AssistantCheck =
  | { readonly kind: 'assistant' }
  | { readonly kind: 'guestScript'; readonly user: string };

/** A check as the inputs gave it. */
export type HealthCheck = AddressCheck | AssistantCheck;

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

/** A check from outside of one instance: all of the address is known. */
export type NetworkCheck = SocketCheck | HttpCheck;

/** A check from inside of one instance. */
export type GuestCheck = AssistantCheck & { readonly instanceId: string; readonly system: GuestSystem };

/** A check of one instance. */
export type ResolvedCheck = NetworkCheck | GuestCheck;

/** The ports that an address may leave out; for `tcp` there is none. */
export const defaultPorts: ReadonlyMap<string, number> = new Map([
  ['ssh', 22],
  ['http', 80],
  ['https', 443]
]);

/** Whether the check is made from inside. */
export function isGuestCheck(check: ResolvedCheck): check is GuestCheck {
  return check.kind === 'assistant' || check.kind === 'guestScript';
}

/** The check for a person to read. The query is left out: people put tokens there. */
export function describeCheck(check: ResolvedCheck): string {
  if (check.kind === 'assistant') return 'assistant://';
  if (check.kind === 'guestScript') return 'guestScript';
  const host = check.host.includes(':') ? `[${check.host}]` : check.host;
  const port = defaultPorts.get(check.kind) === check.port ? '' : `:${check.port}`;
  const path = 'path' in check ? check.path.replace(/\?.*$/s, '?…') : '';
  return `${check.kind}://${host}${port}${path}`;
}
