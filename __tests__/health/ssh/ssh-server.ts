/**
 * The server's side of the beginning of SSH, for tests; written from RFC 4253, 5656 and 8731, and with nothing
 * of the code that it tests.
 */
import {
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  sign
} from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A host key pair: `blob` is the public one in the wire format. */
export interface TestKey {
  readonly blob: Buffer;
  readonly privateKey: KeyObject;
}

/** What the server does wrong. */
export interface Manners {
  readonly greeting?: string;
  readonly kex?: string;
  readonly hostKeyAlgorithms?: string;
  /** Announces that a guessed message follows the offer, and sends one. */
  readonly guesses?: boolean;
  readonly chatters?: boolean;
  readonly forges?: boolean;
  readonly hangsUp?: string;
  readonly keyOfPeer?: Buffer;
  /** Sent in the place of the offer, as it is. */
  readonly instead?: Buffer;
}

/** An ed25519 host key that is new. */
export function newKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { blob: Buffer.concat([str('ssh-ed25519'), str(rawOf(publicKey))]), privateKey };
}

/** How a server treats one connection. */
export type Talk = (socket: Socket) => void;

/** A TCP server on the loopback interface. `open` has the connections that are open now. */
export async function listen(talk: Talk) {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      for (const socket of open) socket.destroy();
      server.close(() => resolve());
    });
  return { port, open, close };
}

/** Talks SSH with the key that `keyNow` gives for each connection. `farewells` gets the codes of good-byes. */
export function talkSsh(keyNow: () => TestKey, manners: Manners = {}, farewells: number[] = []): Talk {
  const greeting = manners.greeting ?? 'SSH-2.0-test_1.0 of the tests\r\n';
  const ours = /SSH-[^\r\n]*/.exec(greeting)?.[0] ?? '';
  return (socket) => {
    const offer = offerOf(manners);
    let bytes: Buffer = Buffer.alloc(0);
    let theirs = '';
    let theirOffer: Buffer = Buffer.alloc(0);
    socket.write(greeting);
    socket.write(manners.instead ?? packet(offer));
    if (manners.hangsUp !== undefined) {
      socket.end(packet(Buffer.concat([Buffer.of(1), u32(2), str(manners.hangsUp), u32(0)])));
    }
    if (manners.guesses) socket.write(packet(Buffer.from([30, 1, 2, 3])));
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (theirs === '') {
        const end = bytes.indexOf('\r\n');
        if (end < 0) return;
        theirs = bytes.subarray(0, end).toString();
        bytes = bytes.subarray(end + 2);
      }
      for (;;) {
        const size = bytes.length < 4 ? Number.POSITIVE_INFINITY : 4 + bytes.readUInt32BE();
        if (bytes.length < size) return;
        const payload = bytes.subarray(5, size - (bytes[4] ?? 0));
        bytes = bytes.subarray(size);
        if (payload[0] === 20) theirOffer = payload;
        if (payload[0] === 1) farewells.push(payload.readUInt32BE(1));
        if (payload[0] === 30) {
          if (manners.chatters) socket.write(packet(Buffer.concat([Buffer.of(2), str('never mind')])));
          const transcript = [Buffer.from(theirs), Buffer.from(ours), theirOffer, offer];
          socket.write(packet(replyTo(payload.subarray(5), keyNow(), transcript, manners)));
          socket.write(packet(Buffer.of(21)));
        }
      }
    });
  };
}

function offerOf({ kex, hostKeyAlgorithms, guesses }: Manners): Buffer {
  const ciphers = str('chacha20-poly1305@openssh.com');
  const macs = str('hmac-sha2-256');
  return Buffer.concat([
    Buffer.of(20),
    Buffer.alloc(16, 7),
    str(kex ?? 'sntrup761x25519-sha512@openssh.com,curve25519-sha256'),
    str(hostKeyAlgorithms ?? 'ssh-ed25519'),
    ...[ciphers, ciphers, macs, macs, str('none'), str('none'), str(''), str('')],
    Buffer.of(guesses ? 1 : 0),
    u32(0)
  ]);
}

function replyTo(point: Buffer, key: TestKey, transcript: readonly Buffer[], manners: Manners): Buffer {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const peer = createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'X25519', x: point.toString('base64url') }
  });
  const secret = diffieHellman({ privateKey, publicKey: peer });
  const ourPoint = manners.keyOfPeer ?? rawOf(publicKey);
  const hash = createHash('sha256');
  for (const part of [...transcript, key.blob, point, ourPoint]) hash.update(str(part));
  const digest = hash.update(str(positive(secret))).digest();
  if (manners.forges) digest.writeUInt8(digest.readUInt8() ^ 1);
  const signature = Buffer.concat([str('ssh-ed25519'), str(sign(null, digest, key.privateKey))]);
  return Buffer.concat([Buffer.of(31), str(key.blob), str(ourPoint), str(signature)]);
}

/** Through BigInt, which drops leading zeros. */
function positive(bytes: Buffer): Buffer {
  const digits = BigInt(`0x${bytes.toString('hex')}`).toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return Buffer.from(Number.parseInt(even.slice(0, 2), 16) >= 0x80 ? `00${even}` : even, 'hex');
}

function rawOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}

function packet(payload: Buffer): Buffer {
  const padding = 8 + ((8 - ((5 + payload.length) % 8)) % 8);
  return Buffer.concat([
    u32(1 + payload.length + padding),
    Buffer.of(padding),
    payload,
    Buffer.alloc(padding, 9)
  ]);
}

function str(value: string | Buffer): Buffer {
  return Buffer.concat([u32(value.length), Buffer.from(value as string)]);
}

function u32(value: number): Buffer {
  return Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]);
}
