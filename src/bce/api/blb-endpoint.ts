/**
 * The endpoint of the load balancers that belongs to one of BCC: `blb.` instead of `bcc.` in front of the same region
 * (BLB page cjwvxnzix, BCC page 0jwvyo603). A host with any other beginning serves both: the emulator, or a gateway of
 * one's own.
 */
export function blbEndpointOf(endpoint: URL): URL {
  const url = new URL(endpoint);
  url.hostname = url.hostname.replace(/^bcc\./, 'blb.');
  return url;
}
