import { createCipheriv } from 'node:crypto';

const keyBytes = 16;

/** The secret access key is too short to make the password's key from. */
export class ShortSecretKeyError extends Error {
  constructor() {
    super(
      `the secret access key has fewer than ${keyBytes} characters, so adminPass cannot be encrypted with it`
    );
    this.name = 'ShortSecretKeyError';
  }
}

/**
 * The password as the API takes it: AES-128 in ECB mode with PKCS#7 padding, as lower-case hex. The key is the
 * start of the secret key that also signs the request, taken as bytes (BCC page ojwvynrqn).
 *
 * Throws `ShortSecretKeyError` for a secret key of under 16 bytes.
 */
export function encryptPassword(password: string, secretAccessKey: string): string {
  const key = Buffer.from(secretAccessKey, 'utf8').subarray(0, keyBytes);
  if (key.length < keyBytes) {
    throw new ShortSecretKeyError();
  }
  const cipher = createCipheriv('aes-128-ecb', key, null);
  return cipher.update(password, 'utf8', 'hex') + cipher.final('hex');
}
