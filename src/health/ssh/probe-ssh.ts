import type { SocketCheck } from '../../core/health/check.ts';
import type { HostKey } from '../../core/health/unhealthy.ts';
import type { ProbeOptions } from '../../ports/probe.ts';
import { attemptProbe, type ProbeAttempt } from '../probe-attempt.ts';
import { ProbeFailure, protocolFailure } from '../probe-failure.ts';
import { withConnection } from '../socket.ts';
import { fingerprint, keyTypes } from './host-key.ts';
import { type ProvenHostKey, receiveHostKey } from './kex.ts';
import { SshStream } from './stream.ts';

/**
 * Connects, has the SSH server prove its host key, and says good-bye before any login.
 *
 * Of several types of keys the one that the baseline had is asked for, so that keys of one type are compared. One
 * connection a probe: OpenSSH from 9.8 on counts connections without a login, and refuses clients that make too many
 * (`PerSourcePenalties` of sshd_config).
 *
 * @param baseline the keys of the system that was to be replaced; to meet one of them is a failure
 * @throws ProbeFailure, or the error of the connection
 */
export async function probeSsh(
  check: SocketCheck,
  baseline: readonly HostKey[],
  current: ProbeAttempt
): Promise<HostKey> {
  const types = new Set([...baseline.map((key) => key.algorithm), ...keyTypes]);
  const wanted = [...types].filter((type) => keyTypes.includes(type));
  const { hostKey } = await handshake(check, wanted, current);
  if (baseline.some((old) => old.algorithm === hostKey.algorithm && old.key === hostKey.key)) {
    const { algorithm } = hostKey;
    throw new ProbeFailure({ kind: 'sameHostKey', algorithm, fingerprint: fingerprint(hostKey) });
  }
  return hostKey;
}

/**
 * All host keys of the server, one handshake for each type that it has; those that could be had in time.
 *
 * @throws CancelledError when the signal aborts
 */
export async function readHostKeys(check: SocketCheck, options: ProbeOptions): Promise<readonly HostKey[]> {
  const keys: HostKey[] = [];
  await attemptProbe(options, async (current) => {
    let missing = keyTypes;
    while (missing.length > 0) {
      const { hostKey, types } = await handshake(check, missing, current);
      keys.push(hostKey);
      missing = types.filter((type) => type !== hostKey.algorithm);
    }
    return undefined;
  });
  return keys;
}

function handshake(
  check: SocketCheck,
  types: readonly string[],
  current: ProbeAttempt
): Promise<ProvenHostKey> {
  current.enter('connect');
  return withConnection(check.host, check.port, current, async (socket) => {
    const stream = new SshStream(socket);
    current.enter('banner');
    const theirs = await stream.identification();
    if (!/^SSH-(?:2\.0|1\.99)-/.test(theirs)) throw protocolFailure(`the SSH server speaks ${theirs}`);
    current.enter('hostKey');
    const shown = await receiveHostKey(stream, theirs, types);
    stream.disconnect();
    return shown;
  });
}
