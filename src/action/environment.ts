import type { Config } from '../config/config.ts';
import { readProxies } from '../config/proxy.ts';
import { mask } from './read-inputs.ts';

const switchName = 'NODE_TLS_REJECT_UNAUTHORIZED';

/**
 * Certificates are always verified. Node reads this variable of a job's environment at every connection of the
 * process, so it is removed before the first one.
 *
 * @returns what to tell a person; `undefined` where the variable is not set
 */
export function alwaysVerifyCertificates(): string | undefined {
  if (process.env[switchName] === undefined) return undefined;
  delete process.env[switchName];
  return `${switchName} is ignored: certificates are always verified. If an authority of your own signed one, name its file in NODE_EXTRA_CA_CERTS.`;
}

/** Shorter passwords are not masked: a mask of one letter would leave nothing of the log. */
const shortestMasked = 4;

/**
 * Writes the proxies back to the environment in the form that the HTTP client reads, before the first client is made.
 *
 * @returns what is wrong with a proxy that would be used; nothing may be sent then: it would bypass the proxy
 */
export function settleProxies({ endpoint, record }: Config): readonly string[] {
  const protocols = new Set<string>();
  // Plain HTTP is for the loopback interface alone, where the client uses no proxy.
  if (endpoint.protocol === 'https:') protocols.add('https:');
  if (record !== undefined) protocols.add('https:');
  const { values, secrets, problems } = readProxies(process.env, protocols);
  for (const secret of secrets) if (secret.length >= shortestMasked) mask(secret);
  Object.assign(process.env, values);
  return problems;
}
