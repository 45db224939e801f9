/**
 * The endpoint of the load balancers that belongs to one of BCC: `blb.` instead of `bcc.` in front of the same region
 * (BLB page cjwvxnzix, BCC page 0jwvyo603). Any other `endpoint` serves both APIs.
 */
export function blbEndpointOf(endpoint: URL): URL {
  return withPrefix(endpoint, 'blb.');
}

/** The same for Cloud Assistant: `ca.` (BCC page flu7ytlin). */
export function assistantEndpointOf(endpoint: URL): URL {
  return withPrefix(endpoint, 'ca.');
}

function withPrefix(endpoint: URL, prefix: string): URL {
  const url = new URL(endpoint);
  url.hostname = url.hostname.replace(/^bcc\./, prefix);
  return url;
}
