import type { Service } from './operation.ts';

/**
 * The endpoint of a service that belongs to one of BCC: `blb.` or `ca.` instead of `bcc.` in front of the same region
 * (BLB page cjwvxnzix, BCC pages 0jwvyo603 and flu7ytlin). Any other `endpoint` serves all of them.
 */
export function endpointOf(service: Service, endpoint: URL): URL {
  if (service === 'bcc') return endpoint;
  const url = new URL(endpoint);
  url.hostname = url.hostname.replace(/^bcc\./, `${service}.`);
  return url;
}
