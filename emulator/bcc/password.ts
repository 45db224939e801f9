import { createDecipheriv } from 'node:crypto';
import type { Behaviour } from '../world/behaviour.ts';

/** The plain password of a ciphertext, or why it cannot be decrypted. */
export type Decrypted = { readonly password: string } | { readonly problem: string };

/** The result of checking an adminPass. */
export interface PasswordVerdict {
  /** Bytes of the plain password; 0 if it cannot be decrypted. */
  readonly length: number;
  /** The plain password, if it can be decrypted. */
  readonly password?: string;
  /** Why it is refused; absent if it is valid. */
  readonly problem?: string;
}

/** Symbols of the newest rule (BCC page of changePass, 2025-12-03). */
const NEWEST_SYMBOLS = "()`~!@#$%^&*-_+=|{}[]:;'<>,.?/\\";
/** Symbols of the old English pages and of Terraform's schema. */
const OLD_SYMBOLS = '!@#$%^*()';

/**
 * Decrypts a password as BCC page ojwvynrqn describes: AES-128, ECB, PKCS#7; the key is the bytes of the first 16
 * characters of the secret access key; the ciphertext is in hex.
 */
export function decryptPassword(cipherHex: string, secretAccessKey: string): Decrypted {
  if (secretAccessKey.length < 16) return { problem: 'the secret access key has fewer than 16 characters' };
  if (!/^(?:[0-9a-fA-F]{32})+$/.test(cipherHex)) return { problem: 'it is not hex of whole AES blocks' };
  try {
    const key = Buffer.from(secretAccessKey.slice(0, 16), 'latin1');
    const decipher = createDecipheriv('aes-128-ecb', key, null);
    const bytes = Buffer.concat([decipher.update(Buffer.from(cipherHex, 'hex')), decipher.final()]);
    return { password: bytes.toString('latin1') };
  } catch {
    return { problem: 'it does not decrypt with the secret key that signed the request' };
  }
}

/** Checks a plain password by one of the published rules; returns why it is refused. */
export function passwordProblem(password: string, rule: Behaviour['passwordRule']): string | undefined {
  const longest = rule === 'terraform' ? 16 : 32;
  if (password.length < 8 || password.length > longest) return `its length must be 8 to ${longest}`;
  const symbols = rule === 'newest' ? NEWEST_SYMBOLS : OLD_SYMBOLS;
  let classes = 0;
  let letters = false;
  let digits = false;
  let others = false;
  for (const character of password) {
    if (/[A-Za-z]/.test(character)) letters = true;
    else if (/[0-9]/.test(character)) digits = true;
    else if (symbols.includes(character)) others = true;
    else return 'it contains a character that is not permitted';
  }
  if (rule !== 'newest')
    return letters && digits && others ? undefined : 'it needs letters, digits and symbols';
  for (const pattern of [/[A-Z]/, /[a-z]/, /[0-9]/]) classes += pattern.test(password) ? 1 : 0;
  classes += others ? 1 : 0;
  return classes >= 3 ? undefined : 'it needs three of upper case, lower case, digits and symbols';
}

/** Decrypts and checks an adminPass. */
export function checkPassword(
  cipherHex: string,
  secretAccessKey: string,
  behaviour: Pick<Behaviour, 'passwordRule' | 'upperCaseHex'>
): PasswordVerdict {
  const opened = decryptPassword(cipherHex, secretAccessKey);
  if ('problem' in opened) return { length: 0, problem: opened.problem };
  const length = Buffer.byteLength(opened.password, 'latin1');
  const problem =
    behaviour.upperCaseHex === 'refused' && cipherHex !== cipherHex.toLowerCase()
      ? 'its hex must be lower case'
      : passwordProblem(opened.password, behaviour.passwordRule);
  return { length, password: opened.password, ...(problem === undefined ? {} : { problem }) };
}
