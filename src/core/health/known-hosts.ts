import type { HostKey } from './unhealthy.ts';

/** A line of a file of known hosts (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT); other ports than 22 are written out. */
export function knownHostsLine(host: string, port: number, key: HostKey): string {
  const place = port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
  return `${place} ${key.algorithm} ${key.key}`;
}
