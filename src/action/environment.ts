const switchName = 'NODE_TLS_REJECT_UNAUTHORIZED';

/**
 * Certificates are always verified. Node reads this variable of a job's environment at every connection, whoever makes
 * it, so it is taken away before the first one.
 *
 * @returns what to tell a person; `undefined` where the variable is not set
 */
export function alwaysVerifyCertificates(): string | undefined {
  if (process.env[switchName] === undefined) return undefined;
  delete process.env[switchName];
  return `${switchName} is ignored: certificates are always verified. If an authority of your own signed one, name its file in NODE_EXTRA_CA_CERTS.`;
}
