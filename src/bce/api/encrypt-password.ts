import { createCipheriv } from 'node:crypto';
import { invalidCall } from './check-arguments.ts';

const keyBytes = 16;

/**
 * The password as the API takes it: AES-128 in ECB mode with PKCS#7 padding, as lower-case hex. The key is the
 * start of the secret key that also signs the request, taken as bytes (BCC page ojwvynrqn).
 *
 * Throws a `CallError` of the kind `invalid` for a secret key of under 16 bytes.
 *
 * @param operation the call that the password is for
 * @param target what that call is about
 */
export function encryptPassword(
  operation: string,
  target: string,
  password: string,
  secretAccessKey: string
): string {
  const key = Buffer.from(secretAccessKey, 'utf8').subarray(0, keyBytes);
  if (key.length < keyBytes) {
    const message = `the secret access key has fewer than ${keyBytes} characters, so adminPass cannot be encrypted with it`;
    throw invalidCall(operation, target, message);
  }
  const cipher = createCipheriv('aes-128-ecb', key, null);
  return cipher.update(password, 'utf8', 'hex') + cipher.final('hex');
}
