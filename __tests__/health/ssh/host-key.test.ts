import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ProbeFailure } from '../../../src/health/probe-failure.ts';
import { keyTypes, provenKey, signaturesOf } from '../../../src/health/ssh/host-key.ts';
import { mpint, packet, payloadOf, string, uint32, WireReader } from '../../../src/health/ssh/wire.ts';

const data = Buffer.from('what both sides have said');

interface Proof {
  readonly type: string;
  readonly algorithm: string;
  readonly blob: Buffer;
  readonly signature: Buffer;
}

function ecdsaProof(bits: 256 | 384 | 521): Proof {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: `P-${bits}` });
  const type = `ecdsa-sha2-nistp${bits}`;
  const point = Buffer.concat([Buffer.of(4), part(publicKey, 'x'), part(publicKey, 'y')]);
  const blob = Buffer.concat([string(type), string(`nistp${bits}`), string(point)]);
  const hash = bits === 521 ? 'sha512' : `sha${bits}`;
  const raw = sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const [r, s] = [raw.subarray(0, raw.length / 2), raw.subarray(raw.length / 2)];
  const inner = Buffer.concat([mpint(r), mpint(s)]);
  return { type, algorithm: type, blob, signature: Buffer.concat([string(type), string(inner)]) };
}

/** To make one takes longer than all that is tried with it. */
const newRsaKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsaKeys = [newRsaKey(), newRsaKey()] as const;

function rsaProof(bits: 256 | 512, nth: 0 | 1): Proof {
  const { publicKey, privateKey } = rsaKeys[nth];
  const algorithm = `rsa-sha2-${bits}`;
  const blob = Buffer.concat([string('ssh-rsa'), mpint(part(publicKey, 'e')), mpint(part(publicKey, 'n'))]);
  const signature = Buffer.concat([string(algorithm), string(sign(`sha${bits}`, data, privateKey))]);
  return { type: 'ssh-rsa', algorithm, blob, signature };
}

function ed25519Proof(): Proof {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const type = 'ssh-ed25519';
  const blob = Buffer.concat([string(type), string(part(publicKey, 'x'))]);
  return {
    type,
    algorithm: type,
    blob,
    signature: Buffer.concat([string(type), string(sign(null, data, privateKey))])
  };
}

function part(key: KeyObject, name: 'x' | 'y' | 'e' | 'n'): Buffer {
  return Buffer.from(key.export({ format: 'jwk' })[name] ?? '', 'base64url');
}

/** Each makes a proof with the first or the second key of its own. */
const proofs: readonly (readonly [string, (nth: 0 | 1) => Proof])[] = [
  ['ed25519', ed25519Proof],
  ['P-256', () => ecdsaProof(256)],
  ['P-384', () => ecdsaProof(384)],
  ['P-521', () => ecdsaProof(521)],
  ['RSA with SHA-256', (nth) => rsaProof(256, nth)],
  ['RSA with SHA-512', (nth) => rsaProof(512, nth)]
];

function isRefused(prove: () => unknown): boolean {
  try {
    prove();
    return false;
  } catch (error) {
    if (error instanceof ProbeFailure) return true;
    throw error;
  }
}

describe.each(proofs)('a key of %s', (_, prove) => {
  test('is proven by its signature', () => {
    const { type, algorithm, blob, signature } = prove(0);
    const key = provenKey(type, algorithm, blob, signature, data);
    expect(key).toEqual({ algorithm: type, key: blob.toString('base64') });
    expect(signaturesOf(type)).toContain(algorithm);
  });

  test('is not proven by a signature over something else, or of another key', () => {
    const { type, algorithm, blob, signature } = prove(0);
    expect(() => provenKey(type, algorithm, blob, signature, Buffer.from('else'))).toThrow(ProbeFailure);
    expect(() => provenKey(type, algorithm, prove(1).blob, signature, data)).toThrow(ProbeFailure);
  });

  test('is not proven by a signature that is cut or altered anywhere', () => {
    const { type, algorithm, blob, signature } = prove(0);
    const at = fc.record({ index: fc.nat(), bit: fc.integer({ min: 0, max: 7 }), cuts: fc.boolean() });
    fc.assert(
      fc.property(at, ({ index, bit, cuts }) => {
        const bent = (bytes: Buffer): Buffer => {
          const place = index % bytes.length;
          if (cuts) return bytes.subarray(0, place);
          const copy = Buffer.from(bytes);
          copy.writeUInt8(copy.readUInt8(place) ^ (1 << bit), place);
          return copy;
        };
        return (
          isRefused(() => provenKey(type, algorithm, blob, bent(signature), data)) &&
          isRefused(() => provenKey(type, algorithm, bent(blob), signature, data))
        );
      })
    );
  });

  test('has nothing behind it', () => {
    const { type, algorithm, blob, signature } = prove(0);
    const longer = Buffer.concat([blob, Buffer.of(0)]);
    expect(() => provenKey(type, algorithm, longer, signature, data)).toThrow(ProbeFailure);
  });

  test('is not taken for another type', () => {
    const { type, algorithm, blob, signature } = prove(0);
    for (const other of keyTypes.filter((name) => name !== type)) {
      expect(() => provenKey(other, algorithm, blob, signature, data)).toThrow(ProbeFailure);
    }
  });
});

describe('the wire', () => {
  test.each([
    ['00', '00000000'],
    ['0000', '00000000'],
    ['09a378f9b2e332a7', '0000000809a378f9b2e332a7'],
    ['80', '000000020080'],
    ['000080', '000000020080']
  ])('the number %s (the examples of RFC 4251, 5, and leading zeros)', (number, wire) => {
    expect(mpint(Buffer.from(number, 'hex')).toString('hex')).toBe(wire);
    const read = new WireReader(Buffer.from(wire, 'hex')).unsigned().toString('hex');
    expect(read).toBe(number.replace(/^(?:00)+/, ''));
  });

  test('a negative number is refused', () => {
    expect(() => new WireReader(Buffer.from('0000000180', 'hex')).unsigned()).toThrow(ProbeFailure);
  });

  test('lists of names', () => {
    expect(new WireReader(string('')).nameList()).toEqual([]);
    expect(new WireReader(string('a,b')).nameList()).toEqual(['a', 'b']);
  });

  test('packets are whole blocks with a padding of 4 to 255 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        const payload = Buffer.from(bytes);
        const wire = packet(payload);
        expect(wire.length % 8).toBe(0);
        expect(wire[4]).toBeGreaterThanOrEqual(4);
        expect(wire.subarray(0, 4)).toEqual(uint32(wire.length - 4));
        expect(payloadOf(wire.subarray(4))).toEqual(payload);
      })
    );
  });
});
