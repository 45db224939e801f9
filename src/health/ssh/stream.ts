import type { Socket } from 'node:net';
import { printable } from '../../core/health/unhealthy.ts';
import { ProbeFailure, protocolFailure } from '../probe-failure.ts';
import { maxPacketBytes, message, packet, payloadOf, string, uint32, WireReader } from './wire.ts';

/** How much a server may say before its identification, in bytes; OpenSSH's own client takes about as much. */
const maxGreetingBytes = 32 * 1024;

/** Longer than that is no identification (RFC 4253, 4.2, and OpenSSH's leniency), in bytes. */
const maxLineBytes = 8 * 1024;

/** An SSH connection before any encryption. Its methods throw ProbeFailure, or the error of the connection. */
export class SshStream {
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Buffer>;
  #buffered: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#chunks = socket[Symbol.asyncIterator]();
  }

  /** The server's identification without its line end; other lines may come before it (RFC 4253, 4.2). */
  async identification(): Promise<string> {
    let said = '';
    for (let read = 0; read <= maxGreetingBytes; ) {
      const line = await this.#line();
      if (line === undefined) break;
      if (line.startsWith('SSH-')) return line;
      read += line.length + 1;
      said ||= line;
    }
    throw new ProbeFailure({
      kind: 'noBanner',
      said: printable(said || this.#buffered.toString('latin1'), 60)
    });
  }

  /** The payload of the next packet that is not merely informative. A disconnect message is a failure. */
  async payload(): Promise<Buffer> {
    for (;;) {
      const length = (await this.#take(4)).readUInt32BE();
      if (length < 6 || length > maxPacketBytes) throw protocolFailure(`an SSH packet of ${length} bytes`);
      const payload = payloadOf(await this.#take(length));
      const type = payload[0];
      if (type === message.disconnect) throw farewell(payload);
      if (type !== message.ignore && type !== message.debug) return payload;
    }
  }

  /** Sends bytes as they are. */
  write(bytes: Buffer | string): void {
    this.#socket.write(bytes);
  }

  /** Sends a payload in a packet. */
  send(payload: Buffer): void {
    this.write(packet(payload));
  }

  /** Sends the disconnect message "by application" (RFC 4253, 11.1). */
  disconnect(): void {
    const byApplication = uint32(11);
    const [description, language] = [string('health check'), string('')];
    this.send(Buffer.concat([Buffer.of(message.disconnect), byApplication, description, language]));
  }

  /** A line without its end, or `undefined` where the connection ends, or none is in sight. */
  async #line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffered.indexOf('\n');
      if (end > maxLineBytes || (end < 0 && this.#buffered.length > maxLineBytes)) return undefined;
      if (end >= 0) {
        const line = this.#buffered.subarray(0, end).toString('latin1');
        this.#buffered = this.#buffered.subarray(end + 1);
        return line.replace(/\r$/, '');
      }
      if (!(await this.#more())) return undefined;
    }
  }

  async #take(count: number): Promise<Buffer> {
    while (this.#buffered.length < count) {
      if (!(await this.#more())) throw new ProbeFailure({ kind: 'reset', stage: 'hostKey' });
    }
    const taken = this.#buffered.subarray(0, count);
    this.#buffered = this.#buffered.subarray(count);
    return taken;
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done) return false;
    this.#buffered = Buffer.concat([this.#buffered, value]);
    return true;
  }
}

function farewell(payload: Buffer): ProbeFailure {
  const reader = new WireReader(payload.subarray(1));
  const code = reader.uint32();
  return protocolFailure(`the SSH server hung up (${code}): ${reader.string().toString('utf8')}`);
}
