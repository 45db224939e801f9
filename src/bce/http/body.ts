import type { IncomingMessage } from 'node:http';
import type { TransportError } from './transport-error.ts';

/** What came of the body; what had come of one that broke off is dropped. */
export type WireBody =
  | { readonly kind: 'whole'; readonly text: string }
  | { readonly kind: 'cut'; readonly error: TransportError }
  | { readonly kind: 'tooLong' };

/**
 * Reads a body of at most `maxBytes` to its end; never throws. The stream is read here because the readers of http-client never settle
 * when the connection breaks, and the process then ends with exit code 0.
 */
export async function readBody(
  message: IncomingMessage,
  maxBytes: number,
  fail: (error: unknown) => TransportError
): Promise<WireBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of message) {
      const buffer = Buffer.from(chunk);
      bytes += buffer.length;
      if (bytes > maxBytes) {
        return { kind: 'tooLong' };
      }
      chunks.push(buffer);
    }
  } catch (error) {
    return { kind: 'cut', error: fail(error) };
  }
  return { kind: 'whole', text: Buffer.concat(chunks).toString('utf8') };
}
