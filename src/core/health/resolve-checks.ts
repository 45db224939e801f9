import { quote } from '../quote.ts';
import { type HealthCheck, type Placeholder, placeholders, type ResolvedCheck } from './check.ts';
import { guestSystem } from './guest/guest-system.ts';
import { isHost, isIp, isLabel } from './host.ts';

/** The checks of one instance, or why there are none, as a clause that reads on after the input's name. */
export type Resolved =
  | { readonly ok: true; readonly checks: readonly ResolvedCheck[] }
  | { readonly ok: false; readonly problem: string };

/** What a check may need to know of an instance; an empty text is a value that the instance does not have. */
export type Addressed = Readonly<Record<Placeholder | 'osName', string>>;

const fieldNames: Readonly<Record<Placeholder, string>> = {
  publicIp: 'public IP',
  internalIp: 'internal IP',
  id: 'ID',
  name: 'name'
};

/**
 * Fills the placeholders of all checks; the first problem stands for all.
 *
 * The values come from the API, and an instance's name is free text, so none may lead the probe elsewhere: in
 * the host, an address must be an IP address, and ID and name must be single labels (a dot in a name would put
 * the host under another domain); in path and query, values are percent-encoded.
 *
 * Pure, and never throws. It can be asked before the wipe, when an instance without a public IP is still whole.
 */
export function resolveChecks(checks: readonly HealthCheck[], instance: Addressed): Resolved {
  const resolved: ResolvedCheck[] = [];
  for (const check of checks) {
    const one = resolveCheck(check, instance);
    if (typeof one === 'string') return { ok: false, problem: one };
    resolved.push(one);
  }
  return { ok: true, checks: resolved };
}

/** Whether a segment of the path, as a lenient server would read it, is `.` or `..`. The query does not count. */
export function hasDotSegment(path: string): boolean {
  const plain = path.replace(/\?.*$/s, '');
  const read = plain.replace(/%2e/gi, '.').replace(/%2f|%5c|\\/gi, '/');
  return read.split('/').some((segment) => segment === '.' || segment === '..');
}

/** The check, or the problem. */
function resolveCheck(check: HealthCheck, instance: Addressed): ResolvedCheck | string {
  if (check.kind === 'assistant' || check.kind === 'guestScript') {
    return { ...check, instanceId: instance.id, system: guestSystem(instance) };
  }
  const pattern = `${check.hostPattern} ${'pathPattern' in check ? check.pathPattern : ''}`;
  for (const name of placeholders) {
    if (!pattern.includes(`{${name}}`)) continue;
    if (instance[name] === '') return `needs {${name}}, and the instance has no ${fieldNames[name]}`;
    const inHost = check.hostPattern.includes(`{${name}}`);
    if (inHost && !isHostPart(name, instance[name])) {
      return `puts {${name}} into the host, and ${quote(instance[name])} cannot be a part of one`;
    }
  }
  const host = fill(check.hostPattern, (name) => instance[name]);
  if (!isHost(host)) return `leads to the host ${quote(host)}, which is none`;
  if (!('pathPattern' in check)) return { kind: check.kind, host, port: check.port };
  const path = fill(check.pathPattern, (name) => encoded(instance[name]));
  if (hasDotSegment(path)) return 'leads to a path with . or .. in it, by a value of the instance';
  const { kind, port, statuses, body } = check;
  return { kind, host, port, path, statuses, ...(body === undefined ? {} : { body }) };
}

function isHostPart(name: Placeholder, value: string): boolean {
  return name === 'publicIp' || name === 'internalIp' ? isIp(value) : isLabel(value);
}

/** Only one pass, so that a value that looks like a placeholder stays what it is. */
function fill(pattern: string, value: (name: Placeholder) => string): string {
  return pattern.replace(/\{(\w+)\}/g, (_, name: Placeholder) => value(name));
}

/** Half a surrogate pair, which cannot be encoded, becomes U+FFFD, as in every UTF-8 encoder. */
function encoded(value: string): string {
  return encodeURIComponent(value.replace(/\p{Cs}/gu, '\ufffd'));
}
