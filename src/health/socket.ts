import { connect, type Socket } from 'node:net';
import type { ProbeAttempt } from './probe-attempt.ts';
import { ProbeFailure } from './probe-failure.ts';

/**
 * Opens a TCP connection for `work`, and closes it afterwards. When this settles the socket is closed; only the
 * look-up of a host name, which cannot be aborted, may still be under way after an abort.
 *
 * @throws the error of the connection, or what `work` throws
 */
export async function withConnection<T>(
  host: string,
  port: number,
  attempt: ProbeAttempt,
  work: (socket: Socket) => Promise<T>
): Promise<T> {
  const socket = connect({ host, port, noDelay: true });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  // Errors reach the reader; one that comes when nobody reads must not end the process.
  socket.on('error', () => undefined);
  const onAbort = (): void => {
    socket.destroy(new Error('the attempt was given up'));
  };
  attempt.signal.addEventListener('abort', onAbort, { once: true });
  try {
    await connected(socket);
    const value = await work(socket);
    // What was written last still goes out.
    socket.resume();
    socket.destroySoon();
    await closed;
    return value;
  } finally {
    socket.destroy();
    await closed;
    attempt.signal.removeEventListener('abort', onAbort);
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new ProbeFailure({ kind: 'reset', stage: 'connect' })));
  });
}
