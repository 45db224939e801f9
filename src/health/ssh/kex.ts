/** The beginning of an SSH handshake, up to the point where the server has proven its host key (RFC 8731). */
import { createHash, createPublicKey, diffieHellman, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { HostKey } from '../../core/health/unhealthy.ts';
import { ProbeFailure, protocolFailure } from '../probe-failure.ts';
import { provenKey, signaturesOf } from './host-key.ts';
import type { SshStream } from './stream.ts';
import { message, mpint, nameList, string, uint32, WireReader } from './wire.ts';

/** The host key that the server proved, and the types of all that it says it has. */
export interface ProvenHostKey {
  readonly hostKey: HostKey;
  readonly types: readonly string[];
}

/** Our identification; RFC 4253 (4.2) allows no minus sign in the name. */
const identification = 'SSH-2.0-rebuild_bcc_instance';

/** One method, by its name and by the one from before it had an RFC. */
const methods: readonly string[] = ['curve25519-sha256', 'curve25519-sha256@libssh.org'];

interface Offer {
  readonly kex: readonly string[];
  readonly hostKeys: readonly string[];
  /** Ciphers, MACs and compressions, both ways. */
  readonly others: readonly (readonly string[])[];
  readonly guessed: boolean;
}

/**
 * Greets the server, agrees on a method and has the server prove its host key.
 *
 * @param types the types of keys to ask for, the wanted ones first; of those that the server has, the first is it
 * @param theirs the server's identification, which was read already
 * @throws ProbeFailure, or the error of the connection
 */
export async function receiveHostKey(
  stream: SshStream,
  theirs: string,
  types: readonly string[]
): Promise<ProvenHostKey> {
  stream.write(`${identification}\r\n`);
  const theirInit = await stream.payload();
  const offer = readOffer(theirInit);
  const method = methods.find((name) => offer.kex.includes(name));
  if (method === undefined) throw new ProbeFailure({ kind: 'noCommonKex', offered: offer.kex });
  const algorithmOf = (type: string): string | undefined =>
    signaturesOf(type).find((name) => offer.hostKeys.includes(name));
  const present = types.filter((type) => algorithmOf(type) !== undefined);
  const [type = ''] = present;
  const algorithm = algorithmOf(type);
  if (algorithm === undefined) throw new ProbeFailure({ kind: 'noHostKey', offered: offer.hostKeys });

  const ourInit = initOf(method, algorithm, offer);
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const ourPoint = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  stream.send(ourInit);
  stream.send(Buffer.concat([Buffer.of(message.kexEcdhInit), string(ourPoint)]));
  // A server that guessed the method has sent a first message for it, which does not count if the guess was wrong.
  if (offer.guessed && offer.kex[0] !== method) await stream.payload();
  const reply = new WireReader(await stream.payload());
  if (reply.byte() !== message.kexEcdhReply)
    throw protocolFailure('the SSH server did not show its host key');
  const blob = reply.string();
  const theirPoint = reply.string();
  const signature = reply.string();

  const secret = agree(privateKey, theirPoint);
  const hash = createHash('sha256');
  for (const part of [identification, theirs, ourInit, theirInit, blob, ourPoint, theirPoint]) {
    hash.update(string(part));
  }
  const data = hash.update(mpint(secret)).digest();
  return { hostKey: provenKey(type, algorithm, blob, signature, data), types: present };
}

function readOffer(payload: Buffer): Offer {
  const reader = new WireReader(payload);
  if (reader.byte() !== message.kexInit) throw protocolFailure('the SSH server did not begin with its offer');
  reader.take(16);
  const kex = reader.nameList();
  const hostKeys = reader.nameList();
  const others = Array.from({ length: 6 }, () => reader.nameList());
  reader.nameList();
  reader.nameList();
  return { kex, hostKeys, others, guessed: reader.byte() !== 0 };
}

/**
 * Our side of the offer. Ciphers and the like are the server's own, for both sides must agree on some and the
 * connection ends before any is used.
 */
function initOf(method: string, algorithm: string, offer: Offer): Buffer {
  return Buffer.concat([
    Buffer.of(message.kexInit),
    randomBytes(16),
    nameList([method]),
    nameList([algorithm]),
    ...offer.others.map(nameList),
    nameList([]),
    nameList([]),
    Buffer.of(0),
    uint32(0)
  ]);
}

/** The shared secret. A point of small order is refused, here by OpenSSL, as RFC 8731 (3) wants it. */
function agree(privateKey: Parameters<typeof diffieHellman>[0]['privateKey'], point: Buffer): Buffer {
  try {
    const x = point.toString('base64url');
    const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', x } });
    return diffieHellman({ privateKey, publicKey });
  } catch (cause) {
    throw protocolFailure('the SSH server sent an unusable key for the exchange', { cause });
  }
}
