/** The proxies that the environment names, in the forms that people write them. */
import { type Parsed, parsed, refused } from './parsers/parser.ts';

/** What the environment says about proxies. */
export interface Proxies {
  /** The variables with their values in the form that the HTTP client reads: `http://user:password@host:port`. */
  readonly values: Readonly<Record<string, string>>;
  /** Passwords, and each with its user as the proxy gets them. */
  readonly secrets: readonly string[];
  /** One sentence for each variable that cannot be read and would be used. */
  readonly problems: readonly string[];
}

/** The variables by protocol, each pair in the order in which `@actions/http-client` looks (its proxy.ts). */
const variables = {
  'https:': ['https_proxy', 'HTTPS_PROXY'],
  'http:': ['http_proxy', 'HTTP_PROXY']
} as const;

/**
 * Reads the proxy of each protocol that is spoken. A proxy that the client cannot read would be ignored silently,
 * so every one that is in effect is read or refused.
 */
export function readProxies(
  environment: Readonly<Record<string, string | undefined>>,
  protocols: ReadonlySet<string>
): Proxies {
  const values: Record<string, string> = {};
  const secrets: string[] = [];
  const problems: string[] = [];
  for (const [protocol, names] of Object.entries(variables)) {
    if (!protocols.has(protocol)) continue;
    const name = names.find((each) => (environment[each] ?? '').trim() !== '');
    // The client takes white space for a proxy.
    for (const each of names) if (environment[each]?.trim() === '') values[each] = '';
    if (name === undefined) continue;
    const proxy = readProxy(environment[name] ?? '');
    if (!proxy.ok) {
      problems.push(...proxy.faults.map((fault) => `${name} ${fault}`));
      continue;
    }
    const { url, password } = proxy.value;
    values[name] = url;
    if (password !== '') secrets.push(password, loginOf(url));
  }
  return { values, secrets, problems };
}

/** Reads one proxy. Without a scheme it is `http://`; user and password may hold any character. No fault shows a value. */
export function readProxy(text: string): Parsed<{ readonly url: string; readonly password: string }> {
  const [, scheme = 'http', rest = ''] = /^(?:([a-z][a-z\d+.-]*):\/\/)?(.*)$/is.exec(text.trim()) ?? [];
  if (/^socks/i.test(scheme)) {
    return refused('names a SOCKS proxy, which cannot be used; name an HTTP proxy such as http://host:port');
  }
  if (!/^https?$/i.test(scheme)) return refused('has a scheme other than http:// and https://');
  const at = rest.lastIndexOf('@');
  const host = rest.slice(at + 1).replace(/\/$/, '');
  const base = `${scheme.toLowerCase()}://`;
  const isHost = /^(?:\[[\da-f:.]+\]|[^\s:/?#@%[\]\\]+)(?::\d{1,5})?$/i.test(host);
  if (!isHost || !URL.canParse(base + host)) {
    return refused('cannot be read; write it as http://host:port or http://user:password@host:port');
  }
  if (at < 0) return parsed({ url: base + host, password: '' });
  const login = rest.slice(0, at);
  const colon = login.indexOf(':');
  const user = decoded(colon < 0 ? login : login.slice(0, colon));
  const password = decoded(colon < 0 ? '' : login.slice(colon + 1));
  const encodedLogin = [user, ...(colon < 0 ? [] : [password])].map(encodeURIComponent).join(':');
  return parsed({ url: `${base}${encodedLogin}@${host}`, password });
}

/** What a percent-encoded text stands for; any other text stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, '%25'));
  } catch {
    return text;
  }
}

function loginOf(url: string): string {
  const { username, password } = new URL(url);
  return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
}
