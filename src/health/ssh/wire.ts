/** The data types and the packets of SSH (RFC 4251, 5; RFC 4253, 6), as far as a host key needs them. */
import { protocolFailure } from '../probe-failure.ts';

/** The numbers of messages (RFC 4250, 4.1.2; RFC 5656, 7.1). */
export const message = {
  disconnect: 1,
  ignore: 2,
  debug: 4,
  kexInit: 20,
  kexEcdhInit: 30,
  kexEcdhReply: 31
} as const;

/** The longest packet that every implementation must take (RFC 4253, 6.1), in bytes. */
export const maxPacketBytes = 35_000;

const blockBytes = 8;
const minPaddingBytes = 4;

/** Reads the fields of one payload in turn. Every reader throws ProbeFailure where the payload ends too soon. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The next `count` bytes. */
  take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw protocolFailure('an SSH message is shorter than it says');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  byte(): number {
    return this.take(1).readUInt8();
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  string(): Buffer {
    return this.take(this.uint32());
  }

  text(): string {
    return this.string().toString('latin1');
  }

  nameList(): readonly string[] {
    const text = this.text();
    return text === '' ? [] : text.split(',');
  }

  /** Whether nothing is left. */
  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** A multiple precision integer that must not be negative, without leading zeros. */
  unsigned(): Buffer {
    const bytes = this.string();
    if (((bytes[0] ?? 0) & 0x80) !== 0) throw protocolFailure('an SSH number is negative');
    return withoutZeros(bytes);
  }
}

/** A `uint32`. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A `string`: the length, then the bytes. */
export function string(value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** A `name-list`. */
export function nameList(names: readonly string[]): Buffer {
  return string(names.join(','));
}

/** An `mpint` from the bytes of a number that is not negative: no zeros in front, but one before a set top bit. */
export function mpint(value: Buffer): Buffer {
  const bytes = withoutZeros(value);
  const isHigh = ((bytes[0] ?? 0) & 0x80) !== 0;
  return string(isHigh ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

/** A packet before any encryption: length, padding length, payload, padding. */
export function packet(payload: Buffer): Buffer {
  const used = 5 + payload.length;
  const toBlock = blockBytes - (used % blockBytes);
  const padding = toBlock < minPaddingBytes ? toBlock + blockBytes : toBlock;
  const length = 1 + payload.length + padding;
  return Buffer.concat([uint32(length), Buffer.of(padding), payload, Buffer.alloc(padding)]);
}

/** The payload in the body of a packet, which is what follows its length. */
export function payloadOf(body: Buffer): Buffer {
  const padding = body.readUInt8();
  const end = body.length - padding;
  if (padding < minPaddingBytes || end <= 1) throw protocolFailure('an SSH packet has a wrong padding');
  return body.subarray(1, end);
}

function withoutZeros(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
}
