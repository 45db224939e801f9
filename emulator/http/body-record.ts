import { checkPassword } from '../bcc/password.ts';
import type { Behaviour } from '../world/behaviour.ts';
import type { JsonObject } from './json.ts';
import type { CallRecord } from './records.ts';

/** The part of a call's record about its body. Of a password it keeps only the length and whether it is valid. */
export function bodyRecord(
  secretAccessKey: string,
  behaviour: Behaviour,
  body: JsonObject | undefined
): Pick<CallRecord, 'body' | 'passwordLength' | 'passwordValid'> {
  if (body === undefined) return {};
  const adminPass = body['adminPass'];
  if (typeof adminPass !== 'string' || adminPass === '') return { body };
  const verdict = checkPassword(adminPass, secretAccessKey, behaviour);
  return {
    body: { ...body, adminPass: '[encrypted]' },
    passwordLength: verdict.length,
    passwordValid: verdict.problem === undefined
  };
}
