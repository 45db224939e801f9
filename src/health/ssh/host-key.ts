/** Host keys: which types there are, and whether a signature is theirs (RFC 4253, 5656, 8332, 8709). */
import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import type { HostKey } from '../../core/health/unhealthy.ts';
import { protocolFailure } from '../probe-failure.ts';
import { WireReader } from './wire.ts';

/** The types of host keys that are understood, the wanted ones first; the order is OpenSSH's. */
export const keyTypes: readonly string[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa'
];

/** A curve by its JWK name, the length of its coordinates in bytes, and the hash that goes with it. */
interface Curve {
  readonly crv: string;
  readonly bytes: number;
  readonly hash: string;
}

const curves: ReadonlyMap<string, Curve> = new Map([
  ['ecdsa-sha2-nistp256', { crv: 'P-256', bytes: 32, hash: 'sha256' }],
  ['ecdsa-sha2-nistp384', { crv: 'P-384', bytes: 48, hash: 'sha384' }],
  ['ecdsa-sha2-nistp521', { crv: 'P-521', bytes: 66, hash: 'sha512' }]
]);

/** The hashes of RSA signatures. `ssh-rsa`, the one with SHA-1, is left out: it proves too little. */
const rsaHashes: ReadonlyMap<string, string> = new Map([
  ['rsa-sha2-512', 'sha512'],
  ['rsa-sha2-256', 'sha256']
]);

/** The signature algorithms for a type of key, the wanted ones first. */
export function signaturesOf(type: string): readonly string[] {
  return type === 'ssh-rsa' ? [...rsaHashes.keys()] : [type];
}

/**
 * The host key in `blob`, if the signature over `data` is its own.
 *
 * @param type the type of key that was asked for
 * @param algorithm the signature algorithm that was agreed on
 * @throws ProbeFailure when the key or the signature is another than agreed, or the signature is wrong
 */
export function provenKey(
  type: string,
  algorithm: string,
  blob: Buffer,
  signature: Buffer,
  data: Buffer
): HostKey {
  const signed = new WireReader(signature);
  if (signed.text() !== algorithm) throw protocolFailure('the SSH server signed in another way than agreed');
  const bytes = signed.string();
  let isProven: boolean;
  try {
    isProven = isSignedBy(type, algorithm, blob, bytes, data);
  } catch (cause) {
    throw protocolFailure('the SSH server sent a host key or a signature that is malformed', { cause });
  }
  if (!isProven) throw protocolFailure('the SSH server did not prove that the host key is its own');
  return { algorithm: type, key: blob.toString('base64') };
}

/** As `ssh-keygen -l` prints it: SHA-256, base64 without padding. */
export function fingerprint(key: HostKey): string {
  const digest = createHash('sha256').update(Buffer.from(key.key, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

function isSignedBy(type: string, algorithm: string, blob: Buffer, signature: Buffer, data: Buffer): boolean {
  const reader = new WireReader(blob);
  const curve = curves.get(type);
  const isType = reader.text() === type;
  const jwk =
    curve !== undefined ? ecdsaKey(reader, curve) : type === 'ssh-rsa' ? rsaKey(reader) : ed25519Key(reader);
  if (!isType || !reader.isAtEnd) throw protocolFailure('the host key is not of the agreed form');
  const key = createPublicKey({ format: 'jwk', key: jwk });
  // Ed25519 has its hash inside, which `verify` wants to be told as none.
  if (curve === undefined) return verify(rsaHashes.get(algorithm) ?? null, data, key, signature);
  const pair = new WireReader(signature);
  const raw = Buffer.concat([pad(pair.unsigned(), curve.bytes), pad(pair.unsigned(), curve.bytes)]);
  return verify(curve.hash, data, { key, dsaEncoding: 'ieee-p1363' }, raw);
}

function ed25519Key(reader: WireReader): JsonWebKey {
  return { kty: 'OKP', crv: 'Ed25519', x: reader.string().toString('base64url') };
}

function ecdsaKey(reader: WireReader, { crv, bytes }: Curve): JsonWebKey {
  const name = reader.text();
  const point = reader.string();
  const isPlain = point.length === 1 + 2 * bytes && point[0] === 4;
  if (!isPlain || name !== crv.replace('P-', 'nistp')) throw protocolFailure('an unusual form of a point');
  const x = point.subarray(1, 1 + bytes).toString('base64url');
  const y = point.subarray(1 + bytes).toString('base64url');
  return { kty: 'EC', crv, x, y };
}

function rsaKey(reader: WireReader): JsonWebKey {
  const e = reader.unsigned().toString('base64url');
  const n = reader.unsigned().toString('base64url');
  return { kty: 'RSA', n, e };
}

function pad(bytes: Buffer, length: number): Buffer {
  if (bytes.length > length) throw protocolFailure('a part of a signature is too long');
  return Buffer.concat([Buffer.alloc(length - bytes.length), bytes]);
}
