import type { Probe } from '../ports/probe.ts';
import { attemptProbe } from './probe-attempt.ts';
import { probeHttp, type TrustOptions } from './probe-http.ts';
import { withConnection } from './socket.ts';
import { probeSsh, readHostKeys } from './ssh/probe-ssh.ts';

/** The probes over the real network, straight from this machine. */
export function createProbe(trust: TrustOptions = {}): Probe {
  return {
    probe: async (check, options) =>
      attemptProbe(options, async (current) => {
        if ('path' in check) return await probeHttp(check, current, trust);
        if (check.kind === 'ssh') return await probeSsh(check, options.baselineKeys ?? [], current);
        // A connection is all that a `tcp` check asks for.
        return await withConnection(check.host, check.port, current, async () => undefined);
      }),
    hostKeys: async (check, options) =>
      'path' in check || check.kind !== 'ssh' ? [] : await readHostKeys(check, options)
  };
}
