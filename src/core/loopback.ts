/**
 * Whether a host is this machine: nobody else can read or change what goes there over plain HTTP.
 *
 * @param hostname as `URL` gives it: lower case, IPv4 in four decimal parts, IPv6 in brackets
 */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
