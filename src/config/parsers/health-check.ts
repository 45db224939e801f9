import { type AddressCheck, defaultPorts, type HealthCheck, placeholders } from '../../core/health/check.ts';
import { isHost, isIpv6 } from '../../core/health/host.ts';
import { hasDotSegment } from '../../core/health/resolve-checks.ts';
import { quoteAscii, shownAddress } from '../../core/quote.ts';
import { parseExpectations } from './expectations.ts';
import { type Parsed, parsed, refused } from './parser.ts';

type Kind = AddressCheck['kind'];

/** Scheme, host with port, path with query, fragment. */
const address = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^#]*)(#.*)?$/i;

/** What may stand in a path or a query (RFC 3986), a percent sign only before two hexadecimal digits. */
const pathText = /^(?:[a-z0-9._~:/?[\]@!$&'()*+,;=-]|%[0-9a-f]{2})*$/i;

/**
 * Reads a health check: an address and, for HTTP, what to expect of the answer.
 *
 * `tcp://{internalIp}:22`, `ssh://{publicIp}`, `https://{publicIp}:8443/healthz status=200 body="all is well"`.
 * The placeholders `{publicIp}`, `{internalIp}`, `{id}` and `{name}` may stand in host, path and query; in a
 * body text braces are braces. Ports left out are 22 for ssh, 80 for http and 443 for https.
 *
 * Pure, and never throws. No problem shows a query or what stands before an `@`, because a token or a password
 * may be a part of it.
 */
export function parseHealthCheck(text: string): Parsed<HealthCheck> {
  const url = text.trim().replace(/\s.*$/s, '');
  const rest = text.trim().slice(url.length);
  const [foreign] = /[^\x20-\x7e]/u.exec(url) ?? [];
  if (foreign !== undefined) {
    return refused(
      `has ${quoteAscii(foreign)} in its address, which is not ASCII; type it again, or percent-encode it`
    );
  }
  const [, written, authority, path, fragment] = address.exec(url) ?? [];
  if (written === undefined || authority === undefined || path === undefined) {
    return refused(
      `${url === '' ? '' : `is ${shownAddress(url)}, which `}is no address; write one such as ssh://{publicIp} or https://{publicIp}/healthz`
    );
  }
  const scheme = written.toLowerCase();
  if (scheme === 'assistant') {
    return `${authority}${path}${fragment ?? ''}${rest}` === ''
      ? parsed({ kind: 'assistant' })
      : refused('goes on after assistant://, which stands alone; a script goes into guestScript');
  }
  if (!isKind(scheme)) {
    return refused(
      `begins with ${quoteAscii(`${scheme}://`)}; tcp, ssh, http, https and assistant can be checked`
    );
  }
  if (authority.includes('@')) {
    return refused('holds a user name or a password, which no check sends; leave them out');
  }
  const problem = problemOfBraces(authority + path);
  if (problem !== undefined) return refused(problem);
  const place = parsePlace(scheme, authority);
  if (typeof place === 'string') return refused(place);
  if (fragment !== undefined) return refused('holds a fragment (#…), which is never sent; leave it out');
  if (scheme === 'tcp' || scheme === 'ssh') {
    if (path !== '' || rest !== '') {
      return refused(`goes on after the host and the port, which ${scheme} has no use for`);
    }
    return parsed({ kind: scheme, ...place });
  }
  if (!pathText.test(blank(path))) return refused('has a path with characters that must be percent-encoded');
  if (hasDotSegment(path)) return refused('has a path with . or .. in it; write it out');
  const expectations = parseExpectations(rest);
  if (!expectations.ok) return expectations;
  const pathPattern = path.startsWith('/') ? path : `/${path}`;
  return parsed({ kind: scheme, ...place, pathPattern, ...expectations.value });
}

function parsePlace(kind: Kind, authority: string): { hostPattern: string; port: number } | string {
  const [, written, digits] = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/.exec(authority) ?? [];
  const host = written?.startsWith('[') ? written.slice(1, -1) : written;
  if (host === undefined || !(host === written ? isHost(blank(host)) : isIpv6(host))) {
    return `has no proper host in ${quoteAscii(authority)}; write a placeholder such as {publicIp}, a name or an IP address (IPv6 in brackets)`;
  }
  const port = digits === undefined ? defaultPorts.get(kind) : portOf(digits);
  if (port !== undefined) return { hostPattern: host, port };
  return digits === undefined
    ? `has no port, and ${kind} has no usual one; write it after the host, such as ${kind}://{publicIp}:22`
    : `has the port ${quoteAscii(digits)}; ports are whole numbers from 1 to 65535`;
}

function portOf(digits: string): number | undefined {
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

function problemOfBraces(text: string): string | undefined {
  const known = placeholders.map((name) => `{${name}}`).join(', ');
  for (const [written] of text.matchAll(/\{[^{}]*\}/g)) {
    if (placeholders.every((name) => `{${name}}` !== written)) {
      return `holds the placeholder ${quoteAscii(written)}; there are ${known}`;
    }
  }
  return /[{}]/.test(text.replace(/\{[^{}]*\}/g, ''))
    ? `holds a single brace; placeholders are ${known}`
    : undefined;
}

/** The text with a letter for every placeholder: whether the rest is valid does not depend on their values. */
function blank(text: string): string {
  return text.replace(/\{[^{}]*\}/g, 'x');
}

function isKind(scheme: string): scheme is Kind {
  return scheme === 'tcp' || defaultPorts.has(scheme);
}
