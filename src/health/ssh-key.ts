/** Host keys: which types there are, and whether a signature is theirs (RFC 4253, 5656, 8332, 8709). */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { HostKey } from '../core/health-reason.ts';
import { protocolFailure } from './failure.ts';
import { WireReader } from './ssh-wire.ts';

/** The types of host keys that are understood, the wanted ones first; the order is OpenSSH's. */
export const keyTypes: readonly string[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa'
];

const curves: ReadonlyMap<string, { readonly crv: string; readonly bytes: number; readonly hash: string }> =
  new Map([
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
  if (reader.text() !== type) throw protocolFailure('the host key is of another type than agreed');
  const curve = curves.get(type);
  if (curve !== undefined) {
    const pair = new WireReader(signature);
    const raw = Buffer.concat([pad(pair.unsigned(), curve.bytes), pad(pair.unsigned(), curve.bytes)]);
    const key = ecdsaKey(reader, curve);
    return verify(curve.hash, data, { key, dsaEncoding: 'ieee-p1363' }, raw);
  }
  if (type === 'ssh-ed25519') return verify(null, data, ed25519Key(reader), signature);
  const hash = rsaHashes.get(algorithm);
  return hash !== undefined && verify(hash, data, rsaKey(reader), signature);
}

function ed25519Key(reader: WireReader): KeyObject {
  const x = reader.string().toString('base64url');
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } });
}

function ecdsaKey(
  reader: WireReader,
  { crv, bytes }: { readonly crv: string; readonly bytes: number }
): KeyObject {
  reader.string();
  const point = reader.string();
  if (point.length !== 1 + 2 * bytes || point[0] !== 4) throw protocolFailure('an unusual form of a point');
  const x = point.subarray(1, 1 + bytes).toString('base64url');
  const y = point.subarray(1 + bytes).toString('base64url');
  return createPublicKey({ format: 'jwk', key: { kty: 'EC', crv, x, y } });
}

function rsaKey(reader: WireReader): KeyObject {
  const e = reader.unsigned().toString('base64url');
  const n = reader.unsigned().toString('base64url');
  return createPublicKey({ format: 'jwk', key: { kty: 'RSA', n, e } });
}

function pad(bytes: Buffer, length: number): Buffer {
  if (bytes.length > length) throw protocolFailure('a part of a signature is too long');
  return Buffer.concat([Buffer.alloc(length - bytes.length), bytes]);
}
