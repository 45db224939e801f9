import type { Behaviour } from '../world/behaviour.ts';
import { Refusal } from './errors.ts';

type SessionBehaviour = Pick<Behaviour, 'tokenRefusal' | 'sessionEndsAfterMs' | 'keysKnownAfterMs'>;

/** HTTP status, code and message of each way to refuse a session token. */
const tokenRefusals: Readonly<Record<Behaviour['tokenRefusal'], readonly [number, string, string]>> = {
  SignatureDoesNotMatch400: [
    400,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your Secret Access Key and signing method.'
  ],
  InvalidAccessKeyId403: [
    403,
    'InvalidAccessKeyId',
    'The Access Key ID you provided does not exist in our records.'
  ],
  InvalidHTTPAuthHeader400: [
    400,
    'InvalidHTTPAuthHeader',
    'The HTTP authorization header is invalid. Consult the service documentation.'
  ],
  AccessDenied403: [403, 'AccessDenied', 'Access denied.'],
  RequestExpired400: [400, 'RequestExpired', 'Request has expired. The session has ended.']
};

/** The refusal of a wrong or expired session token. */
export function tokenRefused({ tokenRefusal }: Pick<SessionBehaviour, 'tokenRefusal'>): Refusal {
  return new Refusal(...tokenRefusals[tokenRefusal]);
}

/**
 * Refuses keys that the service does not know yet, and an expired session.
 *
 * @param ageMs time since the start of the emulator, which is when the keys were created
 */
export function checkAge(behaviour: SessionBehaviour, hasToken: boolean, ageMs: number): void {
  if (ageMs < behaviour.keysKnownAfterMs) {
    throw tokenRefused({ tokenRefusal: 'InvalidAccessKeyId403' });
  }
  const { sessionEndsAfterMs } = behaviour;
  if (hasToken && sessionEndsAfterMs > 0 && ageMs >= sessionEndsAfterMs) throw tokenRefused(behaviour);
}
